"""F27: a source that keeps its connection open and sends a byte now and then."""

from __future__ import annotations

import contextlib
import http.server
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from domain.failures import STALLED
from runner.stalls import LEAST_BYTES
from scripts.docs.downloads import download_failures
from work.pool import Forkserver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.media_source import MediaSource

LIMIT = 0.5
DROPS = 0.02
"""Seconds; between two bytes."""
FORKSERVER = f"""
from runner import stalls
stalls.SECONDS = {LIMIT}
from runner.forkserver import main
main()
"""
"""What runners are forked from, but for its patience."""
SEGMENTS = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%b\n#EXT-X-ENDLIST\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\n"
BEGINNING = b"\0\0\0\x18ftypisom" + bytes(300_000)


class Dripping(http.server.BaseHTTPRequestHandler):
    """Sends the beginning of an answer at once, and bytes one by one from there on."""

    over: threading.Event
    well: bytes | None
    """What is sent at once to everybody, when the source is well again."""

    def do_GET(self) -> None:
        if self.well is not None:
            self.wfile.write(HEAD % b"video/mp4" + b"Content-Length: %d\r\n\r\n" % len(self.well))
            self.wfile.write(self.well)
            return
        kind = b"application/vnd.apple.mpegurl" if self.path.endswith(".m3u8") else b"video/mp4"
        length = b"Content-Length: 9000000\r\n\r\n"
        answers = {
            "/silent.mp4": (b"", b"."),
            "/headers.mp4": (HEAD % kind, b"X-Drop: "),
            "/file.mp4": (HEAD % kind + length + BEGINNING, bytes(1)),
            "/page.html": (HEAD % b"text/html" + length + b"<html>", b" "),
            "/piece.ts": (HEAD % b"video/mp2t" + length, b"G"),
        }
        whole = SEGMENTS % b"piece.ts"
        tail = b"Content-Length: %d\r\n\r\n%b" % (len(whole), whole)
        first, drop = answers.get(self.path, (HEAD % kind + tail, b""))
        with contextlib.suppress(OSError):  # whoever asked has given up
            self.wfile.write(first)
            while drop and not self.over.wait(DROPS):
                self.wfile.write(drop[:1])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it
        """Say nothing."""


@pytest.fixture
def dripping() -> Iterator[str]:
    Dripping.over, Dripping.well = threading.Event(), None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Dripping)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    Dripping.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(url: str, staging: Path) -> dict[str, Any]:
    """The last event of a runner that fetches it and has little patience."""
    request = {"url": url, "format": "mp4"}
    order = {"job": "fetch", "request": request, "staging": str(staging), "ffmpeg": None}
    forkserver = Forkserver(("-c", FORKSERVER))
    with closing(forkserver), closing(forkserver.fork()) as runner:
        *_, last = runner.run(order | {"allowed": ["127.0.0.1"]})
    return last


@pytest.mark.fault(row="F27")
@pytest.mark.parametrize(
    "path", ["/silent.mp4", "/headers.mp4", "/page.html", "/file.mp4", "/list.m3u8"]
)
def test_a_source_that_drips_is_given_up(tmp_path: Path, dripping: str, path: str) -> None:
    last = fetched(f"{dripping}{path}", tmp_path / "staging")

    assert last == download_failures()["stalled"].as_event() == STALLED.as_event()
    kept = sum(part.stat().st_size for part in (tmp_path / "staging").glob("*.part"))
    assert (kept > len(BEGINNING) / 2) == (path == "/file.mp4")


def test_a_source_that_dripped_is_asked_again_later(
    tmp_path: Path, dripping: str, media: MediaSource
) -> None:
    url = f"{dripping}/file.mp4"
    assert fetched(url, tmp_path / "staging") == STALLED.as_event()

    Dripping.well = (media.folder / "short.mp4").read_bytes()
    again = fetched(url, tmp_path / "staging")
    assert again["event"] == "done"
    assert (tmp_path / "staging" / again["file"]).read_bytes() == Dripping.well


def test_a_source_that_is_slow_is_waited_for(tmp_path: Path, media: MediaSource) -> None:
    media.throttle = int(2 * LEAST_BYTES / LIMIT)
    url = f"{media.base}/hls/index.m3u8"

    assert fetched(url, tmp_path / "staging")["event"] == "done"
