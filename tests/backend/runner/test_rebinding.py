"""F30: a name that resolves to an allowed address, and to a forbidden one when asked again."""

from __future__ import annotations

import http.server
import threading
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from work.pool import Forkserver

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME, ALLOWED, FORBIDDEN = "rebinding.example", "127.0.0.1", "127.0.0.2"
SEGMENTS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nsegment.ts\n#EXT-X-ENDLIST\n"
PICTURE = f"http://{NAME}:PORT/x.jpg"
TITLE = f'<title>x</title><meta property="og:image" content="{PICTURE}">'
PAGE = f'{TITLE}<video src="/clip.mp4"></video>'
ANSWERS = {
    ".m3u8": ("application/vnd.apple.mpegurl", SEGMENTS.encode()),
    ".html": ("text/html", PAGE.encode()),
    ".mp4": ("video/mp4", b"\0" * 100_000),
}

# What runners are forked from, but for the name server that it asks.
FORKSERVER = f"""
import socket
real, asked = socket.getaddrinfo, []
def resolve(host, port, *arguments, **options):
    if host != {NAME!r}:
        return real(host, port, *arguments, **options)
    asked.append(host)
    address = {ALLOWED!r} if len(asked) == 1 else {FORBIDDEN!r}
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
socket.getaddrinfo = resolve
from runner.forkserver import main
main()
"""


class Server(http.server.BaseHTTPRequestHandler):
    """Answers on both addresses, each answer on a connection of its own; notes who came where."""

    came: list[tuple[str, str]]

    def do_GET(self) -> None:
        address, port = self.connection.getsockname()
        self.came.append((address, self.path))
        kind, body = ANSWERS.get(Path(self.path).suffix, ("image/jpeg", b"\xff\xd8\xff"))
        body = body.replace(b"PORT", str(port).encode())
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - the base names it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it
        """Say nothing."""


@pytest.fixture
def came() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """The port of both servers, and who came: (address, path)."""
    Server.came = []
    allowed = http.server.ThreadingHTTPServer((ALLOWED, 0), Server)
    port = allowed.server_address[1]
    servers = [allowed, http.server.ThreadingHTTPServer((FORBIDDEN, port), Server)]
    threads = [threading.Thread(target=server.serve_forever, args=(0.05,)) for server in servers]
    for thread in threads:
        thread.start()
    yield port, Server.came
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


def outcome(order: dict[str, Any], *allowed: str) -> dict[str, Any]:
    """The last event of a runner that is given this order, and may reach these too."""
    forkserver = Forkserver(("-c", FORKSERVER))
    with closing(forkserver), closing(forkserver.fork()) as runner:
        *_, last = runner.run(order | {"allowed": [ALLOWED, *allowed]})
    return last


@pytest.mark.fault(row="F30")
@pytest.mark.parametrize("path", ["/clip.mp4", "/list.m3u8"])
def test_a_download_is_judged_by_the_address_that_it_really_goes_to(
    tmp_path: Path, came: tuple[int, list[tuple[str, str]]], path: str
) -> None:
    port, visits = came
    request = {"url": f"http://{NAME}:{port}{path}"}
    order = {"job": "fetch", "request": request, "staging": str(tmp_path / "s"), "ffmpeg": None}

    last = outcome(order)

    assert (last["event"], last["kind"]) == ("failed", "address-refused")
    assert FORBIDDEN in last["sentence"]
    assert {address for address, _ in visits} == {ALLOWED}
    assert not [file for file in tmp_path.rglob("media*") if file.stat().st_size]


@pytest.mark.fault(row="F30")
def test_so_is_the_picture_of_a_preview(
    tmp_path: Path, came: tuple[int, list[tuple[str, str]]]
) -> None:
    port, visits = came
    url = f"http://{NAME}:{port}/page.html"

    last = outcome({"job": "probe", "url": url, "folder": str(tmp_path / "p")})

    assert (last["event"], last["thumbnail"]) == ("done", None)
    assert {address for address, _ in visits} == {ALLOWED}

    last = outcome({"job": "probe", "url": url, "folder": str(tmp_path / "q")}, FORBIDDEN)

    assert (last["event"], last["thumbnail"]) == ("done", "thumbnail.jpg")
    assert (FORBIDDEN, "/x.jpg") in visits  # so that is where the picture would have come from
