"""The server of the media source: HTTP/1.1 with ranges, and whatever a test has it do wrong."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path, PurePosixPath

from tests.media_manners import Manner, MediaSource, Transfer

BLOCK = 16 * 1024
TYPES = {
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".ts": "video/mp2t",
    ".html": "text/html",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
}


@contextlib.contextmanager
def serve_media(folder: Path, *, port: int = 0, throttle: int = 0) -> Iterator[MediaSource]:
    """Serve `folder` on 127.0.0.1 (`port` 0 = a free one) until the block ends."""
    source = MediaSource(folder, port, throttle)
    server = _Server(("127.0.0.1", port), _handler(source))
    source.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield source
    finally:
        source.thaw.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A downloader that was killed mid-request is no error of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler(source: MediaSource) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(_Handler):
        media = source

    return Handler


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    media: MediaSource
    manner = Manner()
    sent = 0

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.media.requests.append((path, self._first_byte()))
        self.media.cookies.append(self.headers.get("Cookie", ""))
        file = (self.media.folder / path.lstrip("/")).resolve()
        self.manner = self._manner(path)
        refusal = self._refusal(path)
        if path.startswith("/live/"):
            self._live(self.media.folder / self.media.live.folder / path.removeprefix("/live/"))
            return
        if refusal:
            self._nothing(refusal)
        elif path in self.media.redirects:
            self._nothing(HTTPStatus.FOUND, self.media.redirects[path])
        elif not (file.is_file() and file.is_relative_to(self.media.folder.resolve())):
            self._nothing(HTTPStatus.NOT_FOUND)
        elif self._unchanged(file):
            self._nothing(HTTPStatus.NOT_MODIFIED)
        else:
            self._file(file, body=body)

    def _live(self, file: Path) -> None:
        """Send the playlist as far as it has come, or a segment that is still to be had."""
        live, number = self.media.live, re.search(r"(\d+)\.\w+$", file.name)
        gone = number is not None and not live.first <= int(number[1]) < live.there
        if not file.is_file() or gone:
            self._nothing(HTTPStatus.NOT_FOUND)
            return
        content: bytes | None = file.read_bytes()
        if file.suffix == ".m3u8":
            text = live.playlist(file.read_text())
            content = None if text is None else text.encode()
        if content is None:
            self._nothing(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", TYPES.get(file.suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content)

    def _manner(self, path: str) -> Manner:
        folders = (f"{folder}/".replace("//", "/") for folder in PurePosixPath(path).parents)
        named = (
            self.media.manners[name] for name in (path, *folders) if name in self.media.manners
        )
        return next(named, Manner())

    def _refusal(self, path: str) -> int | None:
        manner, asked = self.manner, sum(path == known for known, _ in self.media.requests)
        login = base64.b64encode(manner.login.encode()).decode()
        if path in self.media.faults:
            return self.media.faults[path]
        if asked <= len(manner.stumbles):
            return manner.stumbles[asked - 1]
        if manner.referer not in self.headers.get("Referer", ""):
            return HTTPStatus.FORBIDDEN
        if manner.login and self.headers.get("Authorization") != f"Basic {login}":
            return HTTPStatus.UNAUTHORIZED
        if manner.cookie not in self.headers.get("Cookie", ""):
            return manner.refuses
        return None

    def _version(self, file: Path) -> dict[str, str]:
        """The headers that tell which version of the file it is, if the source tells that."""
        if self.media.validator == "none":
            return {}
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        match self.media.validator:
            case "etag":
                return {"ETag": f'"{digest}"'}
            case "weak":
                return {"ETag": f'W/"{digest}"'}
        return {"Last-Modified": formatdate(int(digest[:6], 16), usegmt=True)}

    def _unchanged(self, file: Path) -> bool:
        version = self._version(file)
        asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        return any(self.headers.get(asked[name]) == value for name, value in version.items())

    def _first_byte(self) -> int:
        return int((re.match(r"bytes=(\d+)", self.headers.get("Range", "")) or [0, 0])[1])

    def _nothing(self, status: int, location: str | None = None) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        if status == HTTPStatus.UNAUTHORIZED and self.manner.login:
            self.send_header("WWW-Authenticate", 'Basic realm="media"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, file: Path, *, body: bool) -> None:
        size = file.stat().st_size
        start, end = 0, size - 1
        wanted, version = self._range(), self._version(file)
        if self.media.heeds_if_range and "If-Range" in self.headers:
            wanted = wanted if self.headers["If-Range"] in version.values() else None
        if wanted:
            start, end = int(wanted[1]), min(int(wanted[2] or end), end)
            if start > end:
                self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
        self.send_response(HTTPStatus.PARTIAL_CONTENT if wanted else HTTPStatus.OK)
        headers = {"Content-Type": TYPES.get(file.suffix, "application/octet-stream"), **version}
        headers |= {"Accept-Ranges": "bytes"} if self.manner.ranges else {}
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{end}/{size}"
        for name, value in (headers | self._framing(end - start + 1) | self.manner.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            begun, self.sent = time.monotonic(), 0
            self.media.sending.append(self.path)
            try:
                self._send(file, start, end)
                while self.manner.endless:
                    self._send(file, start, end)
            except ConnectionError:  # the downloader was killed: its right
                pass
            finally:
                ended = time.monotonic()
                self.media.transfers.append(Transfer(self.path, start, begun, ended, self.sent))
                self.media.sending.remove(self.path)

    def _range(self) -> re.Match[str] | None:
        asked = self.headers.get("Range", "") if self.manner.ranges else ""
        return re.fullmatch(r"bytes=(\d+)-(\d*)", asked)

    def _framing(self, length: int) -> dict[str, str]:
        match self.manner.framing:
            case "chunked":
                return {"Transfer-Encoding": "chunked"}
            case "close":
                self.close_connection = True
                return {"Connection": "close"}
        if self.manner.announces is not None:
            self.close_connection = True
        return {"Content-Length": str(self.manner.announces or length)}

    def _write(self, block: bytes) -> None:
        chunked = self.manner.framing == "chunked"
        self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block)

    def _send(self, file: Path, start: int, end: int) -> None:
        began = time.monotonic()
        sent, length = 0, end - start + 1
        with file.open("rb") as stream:
            stream.seek(start)
            while sent < length:
                block = stream.read(min(BLOCK, length - sent))
                self._write(block)
                sent += len(block)
                self.sent += len(block)
                if self.manner.sends and sent >= self.manner.sends:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if self.media.stall and sent >= self.media.stall:
                    self.media.thaw.wait()
                if self.media.cut and sent >= self.media.cut:
                    self.connection.shutdown(socket.SHUT_RDWR)
                if self.media.throttle:
                    due = began + sent / self.media.throttle
                    time.sleep(max(0.0, min(due - time.monotonic(), 1.0)))
        if self.manner.framing == "chunked":
            self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it
        """Say nothing: the tests' output is theirs."""
