"""The single image, run by a real engine with the one command that its documentation shows."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from domain.formats import FORMATS
from scripts.bench.stacks import free_port
from scripts.containers.entrypoint import gateway
from tests.containers.conftest import SITE, SITE_PORT, Note, site
from tests.containers.encoders import needed
from tests.containers.engine import DEADLINE, Engine, wait_for
from tests.containers.images import ROOT
from tests.containers.logs import Logs, reading
from tests.containers.terminal import Terminal, documented
from tests.containers.test_production import (
    KILLED,
    SLOW,
    STOPPED,
    add,
    begun,
    file,
    is_done,
    megabytes,
    progress,
    signal,
)
from tests.media_probe import probe

pytestmark = pytest.mark.timeout(1800)  # the first one of each engine builds

MOST_BYTES = 350e6
CLIP = {"start": 1, "end": 2, "embed": ["thumbnail", "metadata"]}
TOKEN = "a-token-of-the-test"
UNPRIVILEGED = ("--cap-drop", "ALL", "--security-opt", "no-new-privileges")
HARDENED = (*UNPRIVILEGED, "--read-only", "--tmpfs", "/tmp")
UNLIKE_THE_IMAGE = ("--env", "PUID=4321", "--env", "PGID=4322", "--env", "UMASK=027")


@dataclass(frozen=True)
class Household:
    """An image, and names for what is made of it."""

    engine: Engine
    image: str
    name: str


@pytest.fixture(scope="module")
def household(engine: Engine) -> Iterator[Household]:
    name = f"sytest{uuid4().hex[:8]}"
    try:
        engine("build", "--tag", name, ROOT)
        engine("network", "create", name)
        yield Household(engine, name, name)
    finally:
        engine("network", "rm", name, check=False)
        engine("rmi", name, check=False)


@contextmanager
def removing(engine: Engine, container: str) -> Iterator[Logs]:
    """Stop and remove a container at the end, and hear what it says until then."""
    with reading(lambda: [container], engine.say) as log:
        try:
            yield log
        finally:
            engine("stop", container, check=False)
            log.keep()
            engine("rm", "--force", "--volumes", container, check=False)


@contextmanager
def run(household: Household, volume: str, *options: str) -> Iterator[tuple[str, httpx.Client]]:
    """A container, and a client of its published port."""
    engine, port = household.engine, free_port()
    container = f"{household.name}-{uuid4().hex[:6]}"
    with (
        removing(engine, container),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client,
    ):
        engine(
            *("run", "--detach", "--name", container, "--network", household.name),
            *("--publish", f"127.0.0.1:{port}:8080", "--volume", f"{volume}:/media"),
            *("--env", f"ALLOW_HOSTS={SITE}:{SITE_PORT}", *options, household.image),
        )
        yield container, client


@contextmanager
def a_volume(household: Household) -> Iterator[str]:
    name = f"{household.name}-{uuid4().hex[:6]}"
    try:
        yield name
    finally:
        household.engine("volume", "rm", "--force", name, check=False)


@pytest.fixture
def volume(household: Household) -> Iterator[str]:
    with a_volume(household) as name:
        yield name


def ready(client: httpx.Client) -> bool:
    try:
        return client.get("/ready").is_success
    except httpx.TransportError:
        return False


def test_one_command_to_the_first_file(
    household: Household, volume: str, media_folder: Path, note: Note
) -> None:
    engine = household.engine
    note("single image, unpacked", megabytes(engine, household.image))
    assert engine.size(household.image) <= MOST_BYTES
    with site(engine, household.image, household.name, media_folder) as source:
        began = time.monotonic()
        with run(household, volume, *UNLIKE_THE_IMAGE) as (container, client):
            wait_for(lambda: ready(client), "ready", lambda: engine("logs", container))
            note("single image: from docker run to ready", f"{time.monotonic() - began:.1f} s")
            item = add(client, source)
            wait_for(lambda: is_done(client, item), "done", lambda: engine("logs", container))
            note(
                "single image: from docker run to the first file",
                f"{time.monotonic() - began:.1f} s",
            )
            assert '<div id="root">' in client.get("/").text
            assert file(client, item) == (media_folder / "clip.mp4").read_bytes()
            wait_for(
                lambda: engine.healthy(container), "healthy", lambda: engine("logs", container)
            )
            owned = engine("exec", container, "sh", "-c", "stat -c '%u %g %a' /media/*.mp4")
            assert owned.split() == ["4321", "4322", "640"], "PUID, PGID, UMASK"
            said = engine("exec", container, "sh", "-c", "grep -h ^Uid: /proc/[0-9]*/status; true")
            assert "4321" in said
        with run(household, volume, *UNLIKE_THE_IMAGE) as (container, client):
            wait_for(lambda: ready(client), "ready again", lambda: engine("logs", container))
            assert file(client, item) == (media_folder / "clip.mp4").read_bytes()


def test_every_format_and_a_clip_can_be_made(
    household: Household, volume: str, media_folder: Path, tmp_path: Path
) -> None:
    """The image's ffmpeg is its own, with no more in it than this needs."""
    engine = household.engine
    with (
        site(engine, household.image, household.name, media_folder) as source,
        run(household, volume) as (container, client),
    ):

        def made(name: str) -> Path:
            """In that format, as it comes out of the app."""
            wanted = {"url": f"{source}?{name}", "format": name, **CLIP}
            answer = client.post("/api/downloads", json=wanted)
            assert answer.status_code == 201, answer.text
            item = answer.json()["id"]
            wait_for(
                lambda: is_done(client, item), f"{name} is done", lambda: engine("logs", container)
            )
            if FORMATS[name].kind == "video":
                assert client.get(f"/api/downloads/{item}/thumbnail").is_success
            target = tmp_path / f"made.{name}"
            target.write_bytes(file(client, item))
            return target

        wait_for(lambda: ready(client), "ready", lambda: engine("logs", container))
        for name, format_ in FORMATS.items():
            medium = probe(made(name))
            assert format_.kind in {stream.kind for stream in medium.streams}, name
            assert medium.seconds < 3, f"{name}: a clip of the whole"
        there = set(engine("exec", container, "ffmpeg", "-hide_banner", "-encoders").split())
        assert needed() <= there


def test_a_folder_of_somebody_else_is_told_with_the_command_and_taken_up(
    household: Household, volume: str
) -> None:
    """A folder of the host with files of root in it, as a NAS may have it."""
    engine = household.engine
    as_root = (
        "--user",
        "0",
        "--entrypoint",
        "sh",
        "--volume",
        f"{volume}:/media",
        household.image,
        "-c",
    )
    engine("run", "--rm", *as_root, "touch /media/theirs; chown 0:0 /media; chmod 755 /media")
    with run(household, volume) as (container, client):

        def told() -> bool:
            try:
                return "belongs to user 0" in client.get("/ready").text
            except httpx.TransportError:
                return False

        wait_for(told, "/ready says why", lambda: engine("logs", container))
        problem = client.get("/api/queue").json()
        assert problem["detail"].startswith("/media")
        assert "runs as user 1000" in problem["detail"]
        assert "sudo chown -R 1000:1000 /media" in problem["fix"]
        assert "sudo chown -R 1000:1000 /media" in engine("logs", container)
        assert not engine.healthy(container)
        assert '<div id="root">' in client.get("/").text, "the page is there to say it"
        engine("exec", "--user", "0", container, "chown", "-R", "1000:1000", "/media")
        wait_for(lambda: ready(client), "it goes on by itself", lambda: engine("logs", container))


def test_other_machines_need_a_token(household: Household, volume: str) -> None:
    """Only what comes from the gateway, as the host itself does, is answered without one."""
    engine = household.engine
    with run(household, volume) as (container, client):
        wait_for(lambda: ready(client), "ready", lambda: engine("logs", container))
        assert client.get("/api/queue").is_success
        address = engine.inspect(
            container, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
        )
        ask = (
            "import urllib.request as u, urllib.error, sys\n"
            f"r = u.Request('http://{address}:8080/api/queue', headers={{'Host': 'localhost'}})\n"
            "try: print(u.urlopen(r).status)\n"
            "except urllib.error.HTTPError as e: print(e.status, e.read().decode())"
        )
        said = engine(
            *("run", "--rm", "--network", household.name, "--entrypoint", "python"),
            *(household.image, "-c", ask),
        )
        status, _, body = said.partition(" ")
        assert status == "403"
        assert "ACCESS_TOKEN" in json.loads(body)["fix"]


def test_a_server_that_hangs_is_ended_and_started_again(household: Household, volume: str) -> None:
    engine = household.engine
    with run(household, volume, "--restart", "unless-stopped") as (container, client):
        wait_for(lambda: ready(client), "ready", lambda: engine("logs", container))
        since = begun(engine, container)
        signal(engine, container, STOPPED)

        def replaced() -> bool:
            engine.healthy(container)  # podman without systemd asks only when asked
            return begun(engine, container) != since

        wait_for(replaced, "it is ended and started again", lambda: engine("logs", container))
        wait_for(lambda: ready(client), "ready again", lambda: engine("logs", container))


def test_with_a_name_of_its_own_it_is_healthy(household: Household, volume: str) -> None:
    named = ("--env", "API_HOSTS=nas.local", "--env", f"ACCESS_TOKEN={TOKEN}")
    with run(household, volume, *named) as (container, client):
        engine = household.engine
        wait_for(lambda: engine.healthy(container), "healthy", lambda: engine("logs", container))
        asked = {"Host": "nas.local:8080"}
        assert client.get("/api/queue", headers=asked).status_code == httpx.codes.UNAUTHORIZED
        given = asked | {"Authorization": f"Bearer {TOKEN}"}
        assert client.get("/api/queue", headers=given).is_success


def test_who_watches_a_film_does_not_have_it_killed(
    household: Household, volume: str, media_folder: Path
) -> None:
    """The engine kills what takes longer to leave than it gives."""
    engine = household.engine
    with (
        site(engine, household.image, household.name, media_folder) as source,
        run(household, volume) as (container, client),
    ):
        wait_for(lambda: ready(client), "ready", lambda: engine("logs", container))
        item = add(client, source)
        wait_for(lambda: is_done(client, item), "done", lambda: engine("logs", container))
        engine("exec", container, "truncate", "--size", "1G", film(engine, container))
        with (
            client.stream("GET", f"/api/downloads/{item}/file"),  # and reads no further
            client.stream("GET", "/api/events") as events,
        ):
            assert next(events.iter_lines()) == "event: snapshot"
            engine("stop", container)
        assert engine.inspect(container, "{{.State.ExitCode}}") != KILLED


def film(engine: Engine, container: str) -> str:
    return engine("exec", container, "sh", "-c", "ls /media/*.mp4")


def test_it_needs_nothing_of_root_where_its_user_is_chosen(
    household: Household, volume: str, media_folder: Path
) -> None:
    engine = household.engine
    with (
        site(engine, household.image, household.name, media_folder) as source,
        run(household, volume, *HARDENED, "--user", "1000:1000") as (container, client),
    ):
        wait_for(lambda: engine.healthy(container), "healthy", lambda: engine("logs", container))
        item = add(client, source)
        wait_for(lambda: is_done(client, item), "done", lambda: engine("logs", container))
        assert file(client, item) == (media_folder / "clip.mp4").read_bytes()


def test_root_that_may_become_nobody_else_is_told_what_to_give(
    household: Household, volume: str
) -> None:
    with run(household, volume, *HARDENED) as (container, _):
        engine = household.engine
        wait_for(lambda: engine.inspect(container, "{{.State.Running}}") == "false", "it ends")
        told = engine("logs", container)
        assert told.startswith("The container cannot start:")
        assert "--user 1000:1000" in told


def test_a_volume_for_what_it_knows_is_handed_over_too(household: Household, volume: str) -> None:
    engine = household.engine
    with a_volume(household) as known:
        own = ("--volume", f"{known}:/config", "--env", "DATA_DIR=/config", *UNLIKE_THE_IMAGE)
        with run(household, volume, *own) as (container, client):
            wait_for(lambda: ready(client), "ready", lambda: engine("logs", container))
            assert engine("exec", container, "stat", "-c", "%u:%g", "/config") == "4321:4322"
            assert "app.db" in engine("exec", container, "ls", "/config")


def test_the_router_of_the_household_is_not_taken_for_this_machine(household: Household) -> None:
    """In the host's own network the gateway is the router, and whoever that lets in."""
    if gateway():
        pytest.skip("this machine is a container itself: a bridge leads to its router as well")
    ask = "import sys; sys.path.append('/app'); import entrypoint; print([entrypoint.gateway()])"
    told = {
        network: household.engine(
            *("run", "--rm", "--network", network, "--entrypoint", "python"),
            *(household.image, "-c", ask),
        )
        for network in ("host", household.name)
    }
    assert told["host"] == "['']"
    assert told[household.name] != "['']", "else the line before says nothing"


def test_the_licences_of_the_ffmpeg_that_was_built_are_in_the_image(household: Household) -> None:
    told = household.engine(
        *("run", "--rm", "--entrypoint", "sh", household.image, "-c"),
        "cd /usr/local/share/doc && grep -l -i copyright */copyright",
    )
    assert told.split() == [
        f"{each}/copyright"
        for each in ("ffmpeg", "libdav1d", "libmp3lame", "libopus", "libvpx", "libx264")
    ]


@pytest.fixture(params=["volume", "folder of the host"])
def kept_in(request: pytest.FixtureRequest, volume: str, tmp_path: Path) -> str:
    """What is mounted at /media."""
    if request.param == "volume":
        return volume
    (folder := tmp_path / "nas").mkdir()
    return str(folder)


@pytest.fixture
def typed(household: Household, kept_in: str, tmp_path: Path) -> Iterator[tuple[Terminal, int]]:
    """A terminal for the documentation's commands, and the port on which their container is."""
    port, name = free_port(), f"{household.name}-{uuid4().hex[:6]}"
    names = {
        "sy-media-downloader": household.image,
        "media": name,
        "media:/media": f"{kept_in}:/media",
        "127.0.0.1:8080:8080": f"127.0.0.1:{port}:8080",
        # Where the site of the test is.
        "--detach": f"--detach --network {household.name} --env ALLOW_HOSTS={SITE}:{SITE_PORT}",
        ".": str(ROOT),
    }
    with removing(household.engine, name):
        yield Terminal(tmp_path, household.engine, names=names), port


def test_updating_in_the_middle_of_a_download_as_documented(
    household: Household, typed: tuple[Terminal, int], media_folder: Path
) -> None:
    terminal, port = typed
    (_, start), *_ = documented("For a household: one image")
    update, *_ = documented("Updating")
    with (
        site(household.engine, household.image, household.name, media_folder) as source,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client,
    ):
        terminal.type(start)
        wait_for(lambda: ready(client), "ready")
        item = add(client, f"{source}?rate={SLOW}")
        wait_for(lambda: progress(client, item) > 0, "it has begun")
        for line in update:
            terminal.type(line)
        wait_for(lambda: ready(client), "ready again")
        wait_for(lambda: is_done(client, item), "the download is done")
        assert file(client, item) == (media_folder / "clip.mp4").read_bytes()


def test_a_backup_is_restored_where_nothing_is_left_as_documented(
    household: Household,
    typed: tuple[Terminal, int],
    kept_in: str,
    media_folder: Path,
    note: Note,
) -> None:
    terminal, port = typed
    (_, start), *_ = documented("For a household: one image")
    _, _, (keep, *restore) = documented("Backup and restore")
    with (
        site(household.engine, household.image, household.name, media_folder) as source,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client,
    ):
        terminal.type(start)
        wait_for(lambda: ready(client), "ready")
        item = add(client, source)
        wait_for(lambda: is_done(client, item), "the download is done")
        before = client.get("/api/downloads").json()["items"]
        began = time.monotonic()
        terminal.type(keep)
        note("single image: a backup, while it runs", f"{time.monotonic() - began:.1f} s")
        household.engine("rm", "--force", terminal.names["media"])
        household.engine(
            *("run", "--rm", "--user", "0", "--volume", f"{kept_in}:/media"),
            *("--entrypoint", "find", household.image, "/media", "-mindepth", "1", "-delete"),
        )
        terminal.type(start)
        wait_for(lambda: ready(client), "ready, with nothing in it")
        assert client.get("/api/downloads").json()["items"] == []
        told = "".join(terminal.type(line) for line in restore)
        assert "Restored: 1 downloads" in told
        assert "1 files are not as they were" in told, "they are copied by other means"
        wait_for(lambda: ready(client), "ready again")
        (after,) = client.get("/api/downloads").json()["items"]
        assert after["id"] == item
        assert after["title"] == before[0]["title"]
