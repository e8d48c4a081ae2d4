"""What a runner may take of the machine; docs/security.md has the numbers."""

from __future__ import annotations

import contextlib
import gzip
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Self

import psutil
import pytest

from runner.limits import MAX_ADDRESS_SPACE
from tests.backend.api_process import BACKEND, wait_for
from tests.media_source import Manner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

RESIDENT_BYTES = 700_000_000
"""What a runner must stay below: a page of the largest size, and what is made of it."""


class Watch(threading.Thread):
    """The most memory that any process below the api took."""

    def __init__(self, api: Api) -> None:
        super().__init__(daemon=True)
        assert api.process
        self._api = psutil.Process(api.process.pid)
        self._done = threading.Event()
        self.most = 0

    def run(self) -> None:
        while not self._done.wait(0.02):
            for child in self._api.children(recursive=True):
                try:
                    self.most = max(self.most, child.memory_info().rss)
                except psutil.Error:
                    continue

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self.join()


def bomb(media: MediaSource) -> str:
    """A page of 1 GB that is 1 MB on the wire."""
    first = gzip.compress(b"<html><title>x</title>" + b" " * 1_000_000)
    (media.folder / "bomb.html").write_bytes(first + gzip.compress(b" " * 10_000_000) * 100)
    media.manners["/bomb.html"] = Manner(headers={"Content-Encoding": "gzip"})
    return f"{media.base}/bomb.html"


def endless(media: MediaSource) -> str:
    (media.folder / "endless.html").write_bytes(b"<html><title>x</title>" + b"<p>a" * 100_000)
    media.manners["/endless.html"] = Manner(framing="close", endless=True)
    return f"{media.base}/endless.html"


@pytest.mark.parametrize("page", [bomb, endless])
def test_a_page_cannot_take_all_memory(
    shared_api: Api, own_media: MediaSource, page: Callable[[MediaSource], str]
) -> None:
    url = page(own_media)
    with Watch(shared_api) as watch:
        seen = shared_api.client.post("/api/previews", json={"url": url})
        failed = shared_api.wait(shared_api.add(url), "failed", "done")

    assert seen.status_code == 422
    assert "larger than" in seen.json()["detail"]
    assert failed["error"]["kind"] == "page-too-large"
    assert watch.most < RESIDENT_BYTES
    assert shared_api.wait(shared_api.add(own_media.short), "done", "failed")["error"] is None


def test_a_runner_at_work_has_an_address_space_of_that_size(api: Api) -> None:
    api.ready()
    assert api.process
    family = psutil.Process(api.process.pid)

    def limits() -> list[int]:
        found = []
        for child in family.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                found.append(child.rlimit(psutil.RLIMIT_AS)[0])
        return found

    with socket.create_server(("127.0.0.1", 0)) as silent:
        item = api.add(f"http://127.0.0.1:{silent.getsockname()[1]}/clip.mp4")
        wait_for(lambda: MAX_ADDRESS_SPACE in limits(), "a runner is bounded")
        api.client.delete(f"/api/downloads/{item}").raise_for_status()


GREEDY = """
import subprocess
from runner.limits import MAX_ADDRESS_SPACE, limit_memory
limit_memory()
try:
    bytearray(MAX_ADDRESS_SPACE)
except MemoryError:
    print("refused", flush=True)
subprocess.run(["sh", "-c", "ulimit -v"])
bytearray(1000)
"""


def test_what_takes_more_fails_and_the_programs_that_it_starts_have_their_own_limit() -> None:
    own = subprocess.run(["sh", "-c", "ulimit -v"], capture_output=True, text=True, check=True)
    done = subprocess.run(
        [sys.executable, "-c", GREEDY], cwd=BACKEND, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["refused", own.stdout.strip()]
