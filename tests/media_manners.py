"""What a media source is told to do, and what it tells of what it did."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Literal

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
    sent: int = 0
    """Bytes of the body; the connection may hold the last of them."""


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
    sending: list[str] = field(default_factory=list)
    """The paths of the bodies that are under way: none, once who was told to stop has stopped."""
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
