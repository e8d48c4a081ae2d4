"""docker-compose.yml, built and run by a real engine: what it promises, done to it."""

import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.bench.stacks import free_port
from tests.containers.conftest import SITE, SITE_PORT, Note, site
from tests.containers.engine import Engine, Stack, running, wait_for
from tests.containers.images import ROOT
from tests.containers.terminal import Terminal, documented
from tests.containers.visitor import none_lost

pytestmark = pytest.mark.timeout(1800)  # the first one of each engine builds

PASSWORD = "p@ss/w:rd?#%40 %"
"""Of every sign that means something in an address."""
SLOW = 50_000
"""Bytes/s: long enough to kill something meanwhile."""
STOPPED, KILLED = 19, "137"
"""A signal, and the exit code of what the engine killed because it did not leave by itself."""
AWAY = ("bad address", "can't connect", "timed out", "unreachable")
"""How busybox's wget says that nobody was reached; any answer is one."""
SIGNAL = """
import psutil

for process in psutil.process_iter():
    if process.pid > 1 and process.name() == "uvicorn":
        process.send_signal({signal})
"""


@pytest.fixture(scope="module")
def stack(engine: Engine) -> Iterator[Stack]:
    """Up and healthy. Every test leaves it so."""
    given = {"POSTGRES_PASSWORD": PASSWORD, "ALLOW_HOSTS": f"{SITE}:{SITE_PORT}"}
    port = free_port()
    made = Stack(engine, ROOT / "docker-compose.yml", port, given | {"WEB_PORT": str(port)})
    with running(made):
        yield made


@pytest.fixture(scope="module")
def source(stack: Stack, media_folder: Path) -> Iterator[str]:
    image = stack.engine.inspect(stack.containers("backend")[0], "{{.Image}}")
    with site(stack.engine, image, f"{stack.name}_web", media_folder) as url:
        yield url


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    with stack.client() as asking:
        yield asking


def add(client: httpx.Client, url: str) -> str:
    answer = client.post("/api/downloads", json={"url": url, "format": "mp4"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def state(client: httpx.Client, item: str) -> dict[str, Any]:
    try:
        answer = client.get(f"/api/downloads/{item}")
    except httpx.TransportError:
        return {"state": "away"}
    found: dict[str, Any] = answer.json() if answer.is_success else {"state": "away"}
    return found


def progress(client: httpx.Client, item: str) -> float:
    """Bytes that have come; endless once it is done."""
    now = state(client, item)
    if now["state"] == "done":
        return math.inf
    return float((now.get("progress") or {}).get("bytes") or 0)


def is_done(client: httpx.Client, item: str) -> bool:
    now = state(client, item)
    assert now["state"] not in {"failed", "cancelled"}, now
    return bool(now["state"] == "done")


def file(client: httpx.Client, item: str) -> bytes:
    return client.get(f"/api/downloads/{item}/file").content


def signal(engine: Engine, container: str, number: int) -> None:
    """From inside, as a crash is: what the engine ends itself it would not restart."""
    engine("exec", container, "python", "-c", SIGNAL.format(signal=number), check=False)


def megabytes(engine: Engine, image: str) -> str:
    """As the documentation has it."""
    return f"{engine.size(image) / 1e6:.0f} MB"


def begun(engine: Engine, container: str) -> str:
    return engine.inspect(container, "{{.State.StartedAt}}")


def test_it_comes_up_and_is_healthy(stack: Stack, client: httpx.Client, note: Note) -> None:
    note("compose up, from nothing to all healthy", f"{stack.seconds['up']:.1f} s")
    assert [len(stack.containers(name)) for name in ("frontend", "backend", "database")] == [
        1,
        2,
        1,
    ]
    assert '<div id="root">' in client.get("/").text
    assert client.get("/ready").json()["ready"] is True
    assert client.get("/api/queue").is_success
    for service in ("frontend", "backend"):
        image = stack.engine.inspect(stack.containers(service)[0], "{{.Image}}")
        note(f"image of {service}, unpacked", megabytes(stack.engine, image))


def test_a_file_comes_through_it(
    stack: Stack, client: httpx.Client, source: str, media_folder: Path
) -> None:
    item = add(client, source)
    wait_for(lambda: is_done(client, item), "the download is done", stack.logs)
    assert file(client, item) == (media_folder / "clip.mp4").read_bytes()


def test_each_killed_backend_is_replaced_and_its_download_goes_on(
    stack: Stack, client: httpx.Client, source: str, media_folder: Path, note: Note
) -> None:
    item = add(client, f"{source}?rate={SLOW}&killed")
    wait_for(lambda: progress(client, item) > 0, "it has begun", stack.logs)
    took = []

    def goes_on(before: float) -> bool:
        return (now := progress(client, item)) > before or math.isinf(now)

    def kill(container: str) -> None:
        since, before = begun(stack.engine, container), progress(client, item)
        signal(stack.engine, container, 9)
        took.append(wait_for(lambda: goes_on(before), "it goes on", stack.logs))
        wait_for(lambda: begun(stack.engine, container) != since, "it is started again", stack.logs)
        stack.await_health()

    with none_lost(stack.port) as visits:
        for container in stack.containers("backend"):
            kill(container)
        wait_for(lambda: is_done(client, item), "the download is done", stack.logs)
    assert file(client, item) == (media_folder / "clip.mp4").read_bytes()
    note(
        "kill -9 of each backend in turn: until the download moves on", f"{max(took):.1f} s at most"
    )
    note("requests through nginx meanwhile", f"{visits.answers}, none failed")


def test_backends_restarted_one_after_the_other_cost_no_request(stack: Stack, note: Note) -> None:
    began = time.monotonic()
    with none_lost(stack.port) as visits:
        for container in stack.containers("backend"):
            stack.engine("restart", container)
            stack.await_health()
    note("rolling restart of both backends", f"{time.monotonic() - began:.1f} s")
    note("requests through nginx during it", f"{visits.answers}, none failed")


def test_a_backend_that_hangs_costs_no_reading_request_and_is_replaced(
    stack: Stack, note: Note
) -> None:
    container = stack.containers("backend")[0]
    since = begun(stack.engine, container)
    with none_lost(stack.port):
        signal(stack.engine, container, STOPPED)

        def replaced() -> bool:
            stack.engine.healthy(container)  # podman without systemd asks only when asked
            return begun(stack.engine, container) != since

        took = wait_for(replaced, "it is ended and started again", stack.logs)
        stack.await_health()
    note("a backend that hangs (SIGSTOP): until it is replaced", f"{took:.0f} s")


def test_the_page_reaches_the_backends_and_not_the_database(stack: Stack) -> None:
    def reaches(host: str, port: int) -> bool:
        url = f"http://{host}:{port}/health"
        told = stack.engine("exec", page, "sh", "-c", f"wget -T 3 -q -O- {url} 2>&1 || true")
        return not any(word in told for word in AWAY)

    (page,), (database,) = stack.containers("frontend"), stack.containers("database")
    address = stack.engine.inspect(
        database, "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    ).split()[0]
    assert reaches("backend", 8000), "else the next line says nothing"
    assert not reaches("database", 5432)
    assert not reaches(address, 5432)


def test_nginx_leaves_although_a_page_is_open(stack: Stack, client: httpx.Client) -> None:
    (page,) = stack.containers("frontend")
    with client.stream("GET", "/api/events") as events:
        assert next(events.iter_lines()) == "event: snapshot"
        stack.engine("stop", page)
    assert stack.engine.inspect(page, "{{.State.ExitCode}}") != KILLED
    stack.engine("start", page)
    stack.await_health()


def test_a_backup_is_restored_as_documented(
    stack: Stack, client: httpx.Client, source: str, tmp_path: Path, note: Note
) -> None:
    terminal = Terminal(tmp_path, stack.engine, stack.command, environment=stack.environment)
    _, (keep, stop, restore, start), _ = documented("Backup and restore")
    before = client.get("/api/downloads", params={"state": "done"}).json()["items"]
    assert before, "nothing to keep"
    began = time.monotonic()
    terminal.type(keep)
    note("a backup, while it runs", f"{time.monotonic() - began:.1f} s")
    later = add(client, f"{source}?later")
    wait_for(lambda: is_done(client, later), "another one is done", stack.logs)
    terminal.type(stop)
    with pytest.raises(AssertionError, match=r"would be lost. Give replace=1 \(--replace\)"):
        terminal.type(restore)
    assert f"Restored: {len(before)} downloads" in terminal.type(
        restore.replace(" restore ", " restore --replace ")
    )
    terminal.type(start)
    stack.await_health()
    assert client.get("/api/downloads").json()["items"] == before


def test_updating_in_the_middle_of_a_download_as_documented(
    stack: Stack, client: httpx.Client, source: str, media_folder: Path, tmp_path: Path, note: Note
) -> None:
    terminal = Terminal(tmp_path, stack.engine, stack.command, environment=stack.environment)
    _, (update,) = documented("Updating")
    item = add(client, f"{source}?rate={SLOW}&updated")
    wait_for(lambda: progress(client, item) > 0, "it has begun", stack.logs)
    former = stack.all()
    stack.log.keep()
    began = time.monotonic()
    terminal.type(update)
    stack.await_health()
    note("compose up --build with all made anew", f"{time.monotonic() - began:.1f} s")
    assert not set(former) & set(stack.all()), "nothing was replaced"
    wait_for(lambda: is_done(client, item), "the download is done", stack.logs)
    assert file(client, item) == (media_folder / "clip.mp4").read_bytes()


def test_down_and_up_keep_everything(
    stack: Stack, client: httpx.Client, media_folder: Path, note: Note
) -> None:
    before = client.get("/api/downloads", params={"state": "done"}).json()["items"]
    assert before, "nothing to lose"
    began = time.monotonic()
    stack.down()
    stack.up()
    note("compose down, then up: until all are healthy", f"{time.monotonic() - began:.1f} s")
    after = client.get("/api/downloads", params={"state": "done"}).json()["items"]
    assert after == before
    assert file(client, before[0]["id"]) == (media_folder / "clip.mp4").read_bytes()


def test_another_password_on_an_old_volume_is_unhealthy_and_told(stack: Stack) -> None:
    def said() -> str:
        (one, _) = stack.containers("backend")
        return stack.engine("exec", one, "python", "probe.py", "8000", check=False)

    stack.down()
    stack.compose("up", "--detach", "backend", given={"POSTGRES_PASSWORD": "another"})
    wait_for(lambda: "refuses the password" in said(), "the probe says what is wrong", stack.logs)
    for each in stack.containers("backend"):
        assert not stack.engine.healthy(each)
        assert "refuses the password" in stack.engine("logs", each)
    stack.down()
    stack.up()


def test_a_folder_of_the_host_in_place_of_the_volume_is_written_as_its_owner(
    stack: Stack, tmp_path: Path, source: str, media_folder: Path
) -> None:
    """As a NAS has it; one that belongs to somebody else is told, with the command that helps."""
    folder = tmp_path / "nas"
    folder.mkdir(mode=0o755)
    given = {"DATA_FOLDER": str(folder), "PUID": "4321", "PGID": "4322"}

    def said() -> str:
        (one, _) = stack.containers("backend")
        return stack.engine("exec", one, "python", "probe.py", "8000", check=False)

    stack.down()
    try:
        stack.compose("up", "--detach", "backend", given=given)
        wait_for(lambda: "runs as user 4321" in said(), "whose it is", stack.logs)
        assert "chown" in said()
        os.chown(folder, 4321, 4322)
        wait_for(lambda: said() == "ready", "it goes on by itself", stack.logs)
        stack.compose("up", "--detach", given=given)
        stack.await_health()
        with stack.client() as client:
            item = add(client, f"{source}?nas")
            wait_for(lambda: is_done(client, item), "the download is done", stack.logs)
        (made,) = (folder / "media").glob("*.mp4")
        assert made.read_bytes() == (media_folder / "clip.mp4").read_bytes()
        assert (made.stat().st_uid, made.stat().st_gid) == (4321, 4322)
    finally:
        stack.down()
        stack.up()
