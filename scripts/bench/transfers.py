"""How soon a download begins, and how fast it is: beside yt-dlp's command line and curl."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.backend import Server
from scripts.bench.probe import until

MEDIUM = "clip.mp4"
SMALL_BYTES, LARGE_BYTES = 50_000_000, 1_000_000_000
CLIP_SECONDS = 2
POLL_SECONDS = 0.001


def make_medium(folder: Path, size: int) -> Path:
    """Write a real video of `size` bytes: two seconds, then a box that players skip.

    The file is sparse: reading it costs no disk.
    """
    target = folder / MEDIUM
    shape = f"testsrc2=size=320x180:rate=25:duration={CLIP_SECONDS}"
    command = ["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", shape]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", str(target)], check=True)
    rest = size - target.stat().st_size
    with target.open("ab") as file:
        file.write(rest.to_bytes(4, "big") + b"free")
        file.truncate(size)
    return target


def first_byte(server: Server, url: str) -> float:
    """Return the seconds from the submission of a link until its first byte is on the disk."""
    began = time.monotonic()
    item = server.ask("POST", "/api/downloads", {"url": url})["id"]
    staging = server.folder / "data/media/.staging" / item
    with _forgotten(server, item):
        return _written(lambda: staging.glob("media.*")) - began


def first_byte_of_command_line(folder: Path, url: str) -> float:
    """Return the same for `yt-dlp URL`."""
    began = time.monotonic()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "yt_dlp",
            "--ignore-config",
            "--quiet",
            "--no-update",
            "-o",
            "media.%(ext)s",
            url,
        ],
        cwd=folder,
    )
    try:
        return _written(lambda: folder.glob("media.*")) - began
    finally:
        process.kill()
        process.wait()
        for file in folder.glob("media.*"):
            file.unlink()


@dataclass(frozen=True)
class Transfer:
    """How long a file took."""

    transfer: float
    """Seconds from its first byte on the disk to its last."""
    whole: float
    """Seconds from the wish to the finished file in its place."""


def download(server: Server, url: str) -> Transfer:
    """Download a large file through the backend, and forget it again."""
    began = time.monotonic()
    item = server.ask("POST", "/api/downloads", {"url": url})["id"]
    media = server.folder / "data/media"

    def files() -> Iterator[Path]:
        return itertools.chain((media / ".staging" / item).glob("media.*"), media.glob("*.mp4"))

    with _forgotten(server, item):
        first = _written(files)
        until(lambda: _size(files()) >= LARGE_BYTES, "it never was whole", POLL_SECONDS)
        last = time.monotonic()
        state = f"/api/downloads/{item}"
        until(lambda: server.ask("GET", state)["state"] == "done", "it never was done", 0.02)
        return Transfer(last - first, time.monotonic() - began)


def curl(folder: Path, url: str) -> Transfer:
    """Fetch the same with curl."""
    target = folder / "curl.mp4"
    began = time.monotonic()
    process = subprocess.Popen(["curl", "--silent", "--noproxy", "*", "-o", str(target), url])
    try:
        first = _written(lambda: [target] if target.exists() else [])
        until(lambda: target.stat().st_size == LARGE_BYTES, "curl never was done", POLL_SECONDS)
        last = time.monotonic()
        process.wait()
        return Transfer(last - first, time.monotonic() - began)
    finally:
        process.kill()
        process.wait()
        target.unlink(missing_ok=True)


@contextlib.contextmanager
def _forgotten(server: Server, item: str) -> Iterator[None]:
    """Remove the download and its file afterwards, and let the server come to rest."""
    try:
        yield
    finally:
        server.ask("DELETE", f"/api/downloads/{item}?file=true")
        shutil.rmtree(server.folder / "data/media/.staging" / item, ignore_errors=True)
        server.settle()


def _written(files: Callable[[], Iterable[Path]]) -> float:
    until(lambda: _size(files()) > 0, "no byte was written", POLL_SECONDS)
    return time.monotonic()


def _size(files: Iterable[Path]) -> int:
    """Return the bytes of all files that are there at the moment."""
    total = 0
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            total += file.stat().st_size
    return total
