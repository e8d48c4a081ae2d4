"""What the checks are made of: asking, waiting, a video to download, connections to be refused."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.media_source import make_media, serve_media

PATIENCE = 60.0  # seconds for a download or a restart
EVERY = 0.005  # seconds between two connections while restarting
PAUSE = 0.2  # seconds between two looks
Value = TypeVar("Value")


class FailedError(Exception):
    """A check that failed: what was seen."""


class LeftOutError(Exception):
    """A check that cannot be made of this stack: the reason, and what would allow it."""


def require(holds: bool, seen: object) -> None:  # noqa: FBT001 - reads as a sentence
    """Raise `FailedError` with what was seen, unless it holds."""
    if not holds:
        if isinstance(seen, httpx.Response):
            seen = f"{seen.request.method} {seen.url}: {seen.status_code} {seen.text[:300]}"
        raise FailedError(str(seen))


def until(look: Callable[[], Value | None], what: str) -> Value:
    """What `look` gives as soon as that is true. Raises `FailedError` after `PATIENCE`."""
    deadline = time.monotonic() + PATIENCE
    while not (value := look()):
        require(time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}")
        time.sleep(PAUSE)
    return value


def finished(download: dict[str, Any]) -> dict[str, Any] | None:
    """The download once nothing more will happen to it."""
    return download if download["state"] in {"done", "failed", "cancelled"} else None


@contextmanager
def source(folder: Path) -> Iterator[tuple[str, str | None]]:
    """A video's address and its SHA-256; that of `$SMOKE_URL` is not known beforehand."""
    if named := os.environ.get("SMOKE_URL"):
        yield named, None
        return
    make_media(folder, seconds=2)
    port = int(os.environ.get("SMOKE_PORT", "0"))
    with serve_media(folder, port=port) as media:
        yield media.mp4, hashlib.sha256(media.mp4_bytes).hexdigest()


def require_reachable(error: dict[str, Any] | None) -> None:
    """Raise `LeftOutError` where the backend may not reach this computer, which is its default."""
    if error and error["kind"] == "address-refused":
        raise LeftOutError(
            "this backend may not download from this computer. To check it too, restart the stack"
            " with ALLOW_HOSTS=127.0.0.1, or name a public video:"
            " make smoke SMOKE_URL=https://example.com/video.mp4"
        )


class Knocks:
    """How many connections were made, and how many of them refused."""

    def __init__(self) -> None:
        self.made = 0
        self.refused = 0


@contextmanager
def knocking(address: str) -> Iterator[Knocks]:
    """A new connection every 5 ms, until the block ends."""
    url, knocks, over = httpx.URL(address), Knocks(), threading.Event()

    def knock() -> None:
        while not over.wait(EVERY):
            knocks.made += 1
            try:
                socket.create_connection((url.host, url.port or 80), timeout=5).close()
            except OSError:
                knocks.refused += 1

    thread = threading.Thread(target=knock)
    thread.start()
    try:
        yield knocks
    finally:
        over.set()
        thread.join()
