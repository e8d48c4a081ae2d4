"""Real media on a loopback port: an MP4 with its HLS and DASH variants, made by ffmpeg, served.

As a fixture::

    def test_something(media: MediaSource) -> None:
        media.throttle = 200_000  # bytes/s of every answer, from now on
        download(media.mp4)       # also: media.hls, media.dash, media.missing

As a command, until Ctrl-C::

    python -m tests.media_source --port 8800 --throttle 200000
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import http.server
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

import imageio_ffmpeg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 12
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


def make_media(folder: Path, seconds: int = SECONDS) -> Path:
    """Write clip.mp4, short.mp4, hls/index.m3u8, dash/manifest.mpd below `folder`; return it."""
    clip = folder / "clip.mp4"
    if clip.exists():
        return folder
    for name in ("hls", "dash"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    making = folder / "making.mp4"
    _ffmpeg(
        *("-f", "lavfi", "-i", f"testsrc2=size=640x360:rate=25:duration={seconds}"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-b:v", "1M"),
        *("-c:a", "aac", "-b:a", "96k", "-movflags", "+faststart", "-shortest"),
        str(making),
    )
    copy = ("-i", str(making), "-c", "copy")
    _ffmpeg(
        *copy,
        *("-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod"),
        str(folder / "hls/index.m3u8"),
    )
    _ffmpeg(
        *copy,
        *("-f", "dash", "-seg_duration", "1", "-use_template", "1", "-use_timeline", "0"),
        str(folder / "dash/manifest.mpd"),
    )
    _ffmpeg(*copy, "-t", "2", "-movflags", "+faststart", str(folder / "short.mp4"))
    making.rename(clip)
    return folder


def make_silent(folder: Path) -> None:
    """Write silent.mp4: a video without sound."""
    copy = ("-i", str(folder / "short.mp4"), "-an", "-c", "copy")
    _ffmpeg(*copy, str(folder / "silent.mp4"))


def make_index_last(folder: Path) -> None:
    """Write last.mp4: the clip with its index at the end, without which it cannot be opened."""
    _ffmpeg("-i", str(folder / "clip.mp4"), "-c", "copy", str(folder / "last.mp4"))


def make_single_file(folder: Path) -> None:
    """Write hls/whole.m3u8, whose pieces are ranges of hls/whole.ts."""
    pieces = ("-f", "hls", "-hls_time", "1", "-hls_flags", "single_file")
    clip = ("-i", str(folder / "clip.mp4"), "-c", "copy")
    _ffmpeg(*clip, *pieces, "-hls_playlist_type", "vod", str(folder / "hls/whole.m3u8"))


def make_encrypted(folder: Path, *keys: str) -> None:
    """Write encrypted/KEY.m3u8 for each name of a key, with AES-128; the key is encrypted/KEY."""
    into = folder / "encrypted"
    into.mkdir()
    for name in keys:
        (into / name).write_bytes(bytes(range(16)))
        (into / "info").write_text(f"{name}\n{into / name}\n")
        pieces = ("-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod")
        key = ("-hls_key_info_file", str(into / "info"))
        short = ("-i", str(folder / "short.mp4"), "-c", "copy")
        _ffmpeg(*short, *pieces, *key, str(into / f"{name}.m3u8"))


def make_renditions(folder: Path) -> None:
    """Write renditions/index.m3u8: the default audio is English; German, and described English.

    They are tones of 440, 880 and 220 Hz, and the default has the lowest bit rate.
    """
    into = folder / "renditions"
    into.mkdir()
    hls = ("-f", "hls", "-hls_time", "2", "-hls_playlist_type", "vod")
    _ffmpeg("-i", str(folder / "short.mp4"), "-an", "-c", "copy", *hls, str(into / "v.m3u8"))
    for name, pitch, rate in (("en", 440, "64k"), ("de", 880, "128k"), ("ad", 220, "128k")):
        tone = ("-f", "lavfi", "-i", f"sine=frequency={pitch}:sample_rate=44100:duration=2")
        _ffmpeg(*tone, "-c:a", "aac", "-b:a", rate, *hls, str(into / f"{name}.m3u8"))
    media = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",'
    (into / "index.m3u8").write_text(
        "#EXTM3U\n"
        f'{media}NAME="Deutsch",LANGUAGE="de",DEFAULT=NO,AUTOSELECT=YES,URI="de.m3u8"\n'
        f'{media}NAME="English",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,URI="en.m3u8"\n'
        f'{media}NAME="English AD",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=NO,URI="ad.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1200000,RESOLUTION=640x360,AUDIO="a",'
        'CODECS="avc1.4d401e,mp4a.40.2"\nv.m3u8\n'
    )


def make_sizes(folder: Path) -> None:
    """Write sizes/wide.m3u8 and sizes/portrait.m3u8: two sizes each, none of them a usual one."""
    into = folder / "sizes"
    into.mkdir()
    hls = ("-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod")
    for name, sizes in (
        ("wide", ("1280x532", "3840x1600")),
        ("portrait", ("720x1280", "1080x1920")),
    ):
        lines = ["#EXTM3U"]
        for rate, size in zip((600_000, 2_000_000), sizes, strict=True):
            picture = ("-f", "lavfi", "-i", f"color=size={size}:rate=5:duration=1")
            sound = ("-f", "lavfi", "-i", "sine=duration=1")
            codecs = (
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-pix_fmt",
                "yuv420p",
                "-c:a",
                "aac",
            )
            _ffmpeg(*picture, *sound, *codecs, *hls, str(into / f"{size}.m3u8"))
            lines += [f"#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION={size}", f"{size}.m3u8"]
        (into / f"{name}.m3u8").write_text("\n".join(lines) + "\n")


def _ffmpeg(*arguments: str) -> None:
    program = shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()
    command = [program, "-nostdin", "-loglevel", "error", "-y", *arguments]
    subprocess.run(command, check=True, timeout=120)


Validator = Literal["none", "etag", "weak", "date"]


@dataclass(frozen=True)
class Manner:
    """How a path is answered by a source that does it as some real servers do."""

    stumbles: tuple[int, ...] = ()
    """Statuses of the first answers; then it is answered as if nothing had been."""
    framing: Literal["length", "chunked", "close"] = "length"
    """How the end of a body is told; "close": by the end of the connection alone."""
    announces: int | None = None
    """The length that is told, with the framing "length", of whatever is sent."""
    sends: int | None = None
    """Bytes after which the connection ends, as if that were all."""
    headers: dict[str, str] = field(default_factory=dict)
    """Sent beside the usual ones, or in place of them."""
    referer: str = ""
    """403 unless the Referer holds this."""
    login: str = ""
    """401 unless this user:password comes with the request."""
    cookie: str = ""
    """Refused unless this cookie comes with the request."""
    refuses: int = HTTPStatus.UNAUTHORIZED
    """The status without that cookie."""
    ranges: bool = True
    """Whether a Range is heeded."""
    endless: bool = False
    """Whether the file is sent over and over; give it the framing "close"."""


@dataclass(frozen=True)
class Transfer:
    """A body that was sent, whole or in part; times are `time.monotonic()`."""

    path: str
    """With its query."""
    first: int
    begun: float
    ended: float


@dataclass
class LiveStream:
    """A live stream that goes on when a test says so: of the segments of `hls`, a second each."""

    there: int = 0
    """How many have been sent so far; 0: it has not begun, and is answered with 404."""
    window: int = 0
    """How many of the last are listed and still to be had; 0: all."""
    ended: bool = False
    folder: str = "hls"
    """Whose playlist and segments they are."""

    def playlist(self, whole: str) -> str | None:
        """What is sent of the whole list now."""
        head, *segments = whole.split("#EXTINF")
        head = "\n".join(line for line in head.splitlines() if "PLAYLIST-TYPE" not in line)
        head = head.replace("MEDIA-SEQUENCE:0", f"MEDIA-SEQUENCE:{self.first}")
        segments = segments[self.first : self.there]
        ended = "#EXT-X-ENDLIST\n" if self.ended else ""
        listed = "".join(f"#EXTINF{one}" for one in segments).replace("#EXT-X-ENDLIST\n", "")
        return f"{head}\n{listed}{ended}" if self.there else None

    @property
    def first(self) -> int:
        """The number of the first that is listed."""
        return max(0, self.there - self.window) if self.window else 0


@dataclass
class MediaSource:
    """A running server and the addresses that it serves.

    `throttle` is bytes/s of each answer's body (0 = as fast as it goes); `requests` lists what was
    asked for, as (path, first byte); `faults` maps a path to the status that it answers instead;
    `manners` maps a path, or a folder with its slash, to how it is answered.
    """

    folder: Path
    port: int
    throttle: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    """Paths that answer with another path."""
    cut: int = 0
    """Every connection breaks off after so many bytes of a body (0 = never)."""
    stall: int = 0
    """Every answer stands still after so many bytes of its body (0 = never), until `thaw`."""
    thaw: threading.Event = field(default_factory=threading.Event)
    requests: list[tuple[str, int]] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    """Those that have ended."""
    cookies: list[str] = field(default_factory=list)
    """What came in the Cookie header of each request."""
    manners: dict[str, Manner] = field(default_factory=dict)
    validator: Validator = "none"
    """What tells one version of a file from another."""
    heeds_if_range: bool = True
    live: LiveStream = field(default_factory=LiveStream)

    @property
    def base(self) -> str:
        """The root address, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def mp4(self) -> str:
        """A file over HTTP with Range."""
        return f"{self.base}/clip.mp4"

    @property
    def short(self) -> str:
        """Two seconds of it, for what takes long."""
        return f"{self.base}/short.mp4"

    @property
    def hls(self) -> str:
        """A playlist of transport stream segments, a second each."""
        return f"{self.base}/hls/index.m3u8"

    @property
    def live_hls(self) -> str:
        """A playlist that grows as `live` says."""
        return f"{self.base}/live/index.m3u8"

    @property
    def dash(self) -> str:
        """A manifest with a video and an audio stream, to be merged."""
        return f"{self.base}/dash/manifest.mpd"

    @property
    def missing(self) -> str:
        """Answers 404."""
        return f"{self.base}/missing.mp4"

    @property
    def mp4_bytes(self) -> bytes:
        """What a download of `mp4` must equal."""
        return (self.folder / "clip.mp4").read_bytes()


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
        """The headers that tell which version of the file it is."""
        digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        match self.media.validator:
            case "etag":
                return {"ETag": f'"{digest}"'}
            case "weak":
                return {"ETag": f'W/"{digest}"'}
            case "date":
                return {"Last-Modified": formatdate(int(digest[:6], 16), usegmt=True)}
        return {}

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
            begun = time.monotonic()
            with contextlib.suppress(ConnectionError):  # the downloader was killed: its right
                self._send(file, start, end)
                while self.manner.endless:
                    self._send(file, start, end)
            sent = Transfer(self.path, start, begun, time.monotonic())
            self.media.transfers.append(sent)

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


@pytest.fixture(scope="session")
def media_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_media(tmp_path_factory.mktemp("media-source"))


@pytest.fixture
def media(media_folder: Path) -> Iterator[MediaSource]:
    with serve_media(media_folder) as source:
        yield source


@pytest.fixture
def own_media(media_folder: Path, tmp_path: Path) -> Iterator[MediaSource]:
    """A source of files that only this test sees, so that it may change them."""
    folder = tmp_path / "own-media"
    shutil.copytree(media_folder, folder)
    with serve_media(folder) as source:
        yield source


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a test video as MP4, HLS and DASH.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free one (default)")
    parser.add_argument("--throttle", type=int, default=0, help="bytes/s, 0 = none (default)")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="length of the video")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="media-source-") as folder:
        make_media(Path(folder), arguments.seconds)
        with serve_media(Path(folder), port=arguments.port, throttle=arguments.throttle) as source:
            print(source.mp4, source.hls, source.dash, sep="\n", flush=True)
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()


if __name__ == "__main__":
    main()
