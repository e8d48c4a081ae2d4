"""The single image, run by a real engine with the one command that its documentation shows."""

import json
import sys
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
from tests.containers.conftest import SITE, SITE_PORT, Note, site
from tests.containers.encoders import needed
from tests.containers.engine import DEADLINE, Engine, wait_for
from tests.containers.images import ROOT
from tests.containers.test_production import add, file, is_done, megabytes
from tests.media_probe import probe

pytestmark = pytest.mark.timeout(1800)  # the first one of each engine builds

MOST_BYTES = 350e6
CLIP = {"start": 1, "end": 2, "embed": ["thumbnail", "metadata"]}
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
def run(household: Household, volume: str, *options: str) -> Iterator[tuple[str, httpx.Client]]:
    """A container, and a client of its published port."""
    engine, port = household.engine, free_port()
    container = f"{household.name}-{uuid4().hex[:6]}"
    try:
        engine(
            *("run", "--detach", "--name", container, "--network", household.name),
            *("--publish", f"127.0.0.1:{port}:8080", "--volume", f"{volume}:/media"),
            *("--env", f"ALLOW_HOSTS={SITE}:{SITE_PORT}", *options, household.image),
        )
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=DEADLINE) as client:
            yield container, client
    finally:
        sys.stdout.write(engine("logs", container, check=False))  # its servers' errors are found
        engine("rm", "--force", "--volumes", container, check=False)


@pytest.fixture
def volume(household: Household) -> Iterator[str]:
    name = f"{household.name}-{uuid4().hex[:6]}"
    try:
        yield name
    finally:
        household.engine("volume", "rm", "--force", name, check=False)


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
