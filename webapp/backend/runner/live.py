"""Records a live stream: follows its playlists, and keeps each segment as soon as there is one.

yt-dlp hands live streams to ffmpeg, which connects by itself: past the sandbox, and without a way
to go on after it was killed. Here the segments come through yt-dlp's own connections, so that what
holds for downloads (addresses, cookies, proxies) holds for them.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from yt_dlp.networking.exceptions import TransportError

from domain.failures import DownloadError
from runner.follower import Follower, refusal
from runner.metadata import is_live
from runner.recording import Track

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.requests import DownloadRequest
    from runner.downloader import Downloader
    from runner.hls_playlist import Segment
    from runner.recording import Part, Recording

STALLED_SECONDS = 900.0
"""How long it may take to have the next segment: a site that sends a byte now and then has none."""
MAX_PARTS = 10_000
"""Of a track: each begins where the coding changes, and the journal names them all."""
LARGE = {"formats", "requested_formats", "automatic_captions", "heatmap"}
"""Of what a site tells, that which nothing needs at the end."""
HLS = {"m3u8", "m3u8_native"}

Info = dict[str, Any]


def streams(info: Info) -> list[Info]:
    """The formats to record: one with all, or picture and sound that come apart.

    Raises:
        DownloadError: when the site does not send HLS.

    """
    chosen = info.get("requested_formats") or [info]
    if all(one.get("protocol") in HLS for one in chosen):
        return list(chosen)
    whole = [
        one
        for one in info.get("formats") or ()
        if one.get("protocol") in HLS and "none" not in {one.get("vcodec"), one.get("acodec")}
    ]
    if whole:
        return [whole[-1]]
    raise DownloadError(
        "live-kind",
        "This live stream does not come as HLS, and no other kind can be recorded.",
        "Send the link again when it has ended.",
    )


def record(
    downloader: Downloader,
    recording: Recording,
    info: Info,
    request: DownloadRequest,
    emit: Callable[[Info], None],
) -> None:
    """Record until the stream ends, going on where an earlier run was cut off.

    Raises:
        Exception: what kept a playlist from being had; what there is stays for a later run.

    """
    chosen = info.get("requested_formats") or [info]
    if not is_live(info) and [one.place for one in recording.tracks] != places(chosen):
        return  # it is over, and what the site offers of it since is numbered otherwise
    formats = streams(info)
    if recording.tracks and len(recording.tracks) != len(formats):
        return  # the site offers it otherwise by now: what there is cannot be continued
    if not recording.tracks:
        kept = {name: value for name, value in info.items() if name not in LARGE}
        recording.info = json.loads(json.dumps(downloader.sanitize_info(kept), default=str))
        recording.tracks = [Track(place) for place in places(formats)]
        recording.save()
    Recorder(downloader, recording, formats, request.live != "now", emit).run()


def places(formats: list[Info]) -> list[str]:
    """Where their playlists are, without queries, which may hold a token."""
    return [urlsplit(one["url"])._replace(query="", fragment="").geturl() for one in formats]


@dataclass(slots=True)
class Recorder:
    """Follows all playlists of a stream until it ends."""

    downloader: Downloader
    recording: Recording
    formats: list[Info]
    from_start: bool
    emit: Callable[[Info], None]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _failure: Exception | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    _heard: float = field(default_factory=time.monotonic)
    """When the last segment came, of any track."""

    def run(self) -> None:
        """Record until the site says that there is no more, or sends nothing more.

        Raises:
            Exception: what kept a playlist from being had; what there is stays for a later run.

        """
        self._tell()
        threads = [
            threading.Thread(target=self._follow, args=(number,), daemon=True)
            for number in range(len(self.formats))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            self._await(thread)
        if self._failure:
            raise self._failure

    def _await(self, thread: threading.Thread) -> None:
        """Wait for the end of a thread, but not for ever for the next segment.

        What hangs is left behind: this process ends with its job.
        """
        while thread.is_alive():
            thread.join(max(0.1, self._heard + STALLED_SECONDS - time.monotonic()))
            if thread.is_alive() and time.monotonic() >= self._heard + STALLED_SECONDS:
                self._over.set()
                raise TransportError(f"timed out: no segment came within {STALLED_SECONDS:.0f} s")

    def _follow(self, number: int) -> None:
        try:
            Follower(self, number, self.formats[number]).run()
        except Exception as error:  # noqa: BLE001 - the other track ends, too
            self._failure = self._failure or error
            self._over.set()

    @property
    def over(self) -> threading.Event:
        """Set when one of the tracks cannot go on."""
        return self._over

    def keep(self, number: int, segment: Segment, head: bytes, content: bytes) -> None:
        """Write a segment at the end of its track, in a new part where it does not follow."""
        recording, track = self.recording, self.recording.tracks[number]
        with self._lock:
            part = self._part(number, segment, head)
            recording.append(part, content)
            part.following = segment.number + 1
            part.seconds += segment.seconds
            track.ended = False
            self._heard = time.monotonic()
            recording.save()
            self._tell()

    def end(self, number: int) -> None:
        """Note that the site has no more of a track."""
        with self._lock:
            self.recording.tracks[number].ended = True
            self.recording.save()

    def _part(self, number: int, segment: Segment, head: bytes) -> Part:
        """The part that a segment goes to; the first one of this run begins a part."""
        track, name = self.recording.tracks[number], str(self.formats[number].get("format_id"))
        digest = hashlib.sha256(name.encode() + b"\0" + head).hexdigest()
        last = track.parts[-1] if track.parts else None
        follows = last is not None and (
            last.following == segment.number and last.head == digest and not segment.begins_anew
        )
        if last is not None and follows and number in self._own:
            return last
        if len(track.parts) >= MAX_PARTS:
            raise refusal("The stream changes its coding over and over.")
        if last is not None:
            track.missing += max(0, segment.number - last.following)
        self._own.add(number)
        part = self.recording.part(number, segment.number, digest, joins=follows)
        if head and not follows:
            self.recording.append(part, head)
        return part

    _own: set[int] = field(default_factory=set)
    """The tracks whose last part is of this run."""

    def _tell(self) -> None:
        there = self.recording.size
        self.emit({"event": "progress", "stage": "recording", "bytes": there})
