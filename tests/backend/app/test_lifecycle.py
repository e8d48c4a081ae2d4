"""What lacks while the backend starts passes, and then it works: nobody has to restart it."""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

import psutil

from tests.backend.api_process import Api, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import SmallDisk
    from tests.media_source import MediaSource

CROWD = 400
"""Who come at once: a page, its pictures, a media server and a script, several times over."""


def waits_for(api: Api, sentence: str) -> Callable[[], bool]:
    def look() -> bool:
        ready = api.client.get("/ready")
        told = ready.json()
        return (
            ready.status_code == 503 and told["engine"] == "waiting" and sentence in told["detail"]
        )

    return look


def test_a_data_folder_that_cannot_be_made_yet(tmp_path: Path, media: MediaSource) -> None:
    in_the_way = tmp_path / "disk"
    in_the_way.write_text("not mounted yet")
    with running(tmp_path / "api", DATA_DIR=str(in_the_way / "data")) as api:
        wait_for(waits_for(api, str(in_the_way)), "what is waited for is told")
        assert api.client.get("/health").status_code == 200
        refused = api.client.post("/api/downloads", json={"url": media.mp4})
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]

        in_the_way.unlink()
        api.ready()
        api.wait(api.add(media.mp4), "done")
        assert api.log.read_text().count("The backend waits") == 1


def test_a_media_folder_that_cannot_be_made_yet(tmp_path: Path, media: MediaSource) -> None:
    in_the_way = tmp_path / "disk"
    in_the_way.write_text("not mounted yet")
    with running(tmp_path / "api", MEDIA_DIR=str(in_the_way / "media")) as api:
        wait_for(waits_for(api, str(in_the_way)), "what is waited for is told")
        assert api.client.get("/health").status_code == 200
        item = api.add(media.mp4)  # it is kept meanwhile

        in_the_way.unlink()
        api.ready()
        api.wait(item, "done")


def test_a_disk_that_is_full_at_the_start(
    tmp_path: Path, small_disk: SmallDisk, media: MediaSource
) -> None:
    disk = small_disk("600k")
    filler = disk / "filler"
    with filler.open("wb") as file:
        file.write(b"\0" * 600 * 1024)
    places = {"DATA_DIR": str(disk / "data"), "MEDIA_DIR": str(tmp_path / "media")}
    with running(tmp_path / "api", **places) as api:
        wait_for(waits_for(api, ""), "it waits")
        detail = api.client.get("/ready").json()["detail"]
        assert "disk" in detail or "space" in detail

        filler.unlink()
        api.ready()
        api.wait(api.add(media.short), "done")


def test_descriptors_that_are_used_up_are_one_line_and_pass(api: Api, media: MediaSource) -> None:
    api.ready()
    assert api.process
    process = psutil.Process(api.process.pid)
    before = process.rlimit(psutil.RLIMIT_NOFILE)
    process.rlimit(psutil.RLIMIT_NOFILE, (process.num_fds() + 5, before[1]))
    address = ("127.0.0.1", int(api.url.rpartition(":")[2]))
    clients = [socket.create_connection(address) for _ in range(40)]
    wait_for(lambda: "No connection can be accepted" in api.log.read_text(), "it is said")
    process.rlimit(psutil.RLIMIT_NOFILE, before)
    for client in clients:
        client.close()

    api.wait(api.add(media.mp4), "done")
    assert api.log.read_text().count("No connection can be accepted") == 1
    assert "Traceback" not in api.log.read_text()


def test_a_crowd_that_comes_while_nobody_accepts_is_queued_whole(api: Api) -> None:
    """A short `--backlog` would spare tries to accept, and refuse these."""
    api.ready()
    assert api.process
    address = ("127.0.0.1", int(api.url.rpartition(":")[2]))
    api.process.send_signal(signal.SIGSTOP)
    try:
        clients = [socket.create_connection(address, timeout=5) for _ in range(CROWD)]
    finally:
        api.process.send_signal(signal.SIGCONT)
    for client in clients:
        client.close()
    assert api.client.get("/health").status_code == 200
