"""Follows one playlist of a live stream: what is new, what is gone, and when it has ended."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from yt_dlp.networking.exceptions import HTTPError, RequestError

from domain.failures import DownloadError, classify
from runner.hls_playlist import NotAPlaylistError, wanted
from runner.hls_source import HlsSource

if TYPE_CHECKING:
    from runner.hls_playlist import Segment
    from runner.live import Recorder

GONE = {403, 404, 410}
GONE_SECONDS = 30.0
"""How long a playlist may be gone before the stream has ended."""
SILENT_SECONDS = 60.0
"""How long a playlist may bring nothing new; or ten of its segments, if that is longer."""
SILENT_SEGMENTS = 10
BROKEN_SECONDS = 60.0
"""How long the site may be out of reach before this run gives up; a later one goes on."""
TRIES = 3
"""Of a segment, before it is left out."""
MOST_REFUSED = 10
"""Segments that may be left out in a row, if the newest is among them: more is no gap."""
PAUSE_SECONDS = 0.5


class Follower:
    """Follows one playlist of a stream, until the site has no more."""

    def __init__(self, recorder: Recorder, number: int, format_: dict[str, Any]) -> None:
        self._recorder, self._number = recorder, number
        self._source = HlsSource(recorder.downloader, format_)
        self._track = recorder.recording.tracks[number]
        self._newest = -1
        self._refused: dict[int, DownloadError] = {}
        """Why segments could not be had, by their numbers, since the last that could."""

    def run(self) -> None:
        """Have the recorder keep each segment; returns when there is none left.

        Raises:
            Exception: what kept a playlist or its segments from being had.

        """
        heard = asked = time.monotonic()
        while not self._recorder.over.is_set():
            try:
                playlist = self._source.playlist()
            except (RequestError, NotAPlaylistError) as error:
                if self._is_over(error, time.monotonic() - asked):
                    break
                self._pause(PAUSE_SECONDS * 2)
                continue
            asked = time.monotonic()
            new = wanted(playlist, self._track.following, from_start=self._recorder.from_start)
            if new and self._track.following is None and self._recorder.from_start:
                self._track.late = new[0].number > 0 and not playlist.whole
            self._take_all(new)
            if new and new[-1].number != self._newest:
                heard, self._newest = time.monotonic(), new[-1].number
            if playlist.ended:
                break
            if asked - heard > max(SILENT_SECONDS, SILENT_SEGMENTS * playlist.target):
                break
            self._pause(playlist.target if new else playlist.target / 2)
        else:
            return
        if self._refused and not self._track.parts:
            raise list(self._refused.values())[-1]
        self._recorder.end(self._number)

    def _is_over(self, error: Exception, seconds: float) -> bool:
        """Whether a playlist that cannot be had means the end; raises when that is unknown."""
        gone = isinstance(error, HTTPError) and error.status in GONE
        if gone and self._track.parts:
            return seconds > GONE_SECONDS
        if isinstance(error, NotAPlaylistError):
            if self._track.parts and seconds <= BROKEN_SECONDS:  # an error page, perhaps
                return False
            raise self._for_now(refusal(str(error))) from error
        if gone or seconds > BROKEN_SECONDS or not classify(error).transient:
            raise error
        return False

    def _take_all(self, segments: list[Segment]) -> None:
        """Keep what can be had of them.

        Raises:
            DownloadError: what the site says, if it has given none for too long.

        """
        why: DownloadError | None = None
        for segment in segments:
            why = self._take(segment)
            if why:
                self._refused[segment.number] = why
            else:
                self._refused.clear()
        if why and len(self._refused) >= MOST_REFUSED:
            raise self._for_now(why)

    def _take(self, segment: Segment) -> DownloadError | None:
        """Keep one segment; one that the site has no more is left out, which the next tells.

        Returns what the site says of one that it does not give.
        """
        for attempt in range(TRIES):
            if self._recorder.over.is_set():
                return None
            try:
                head, content = self._source.segment(segment)
            except (RequestError, DownloadError) as error:
                if attempt + 1 == TRIES:
                    return self._why_not(error)
            else:
                self._recorder.keep(self._number, segment, head, content)
                return None
            self._pause(PAUSE_SECONDS * (attempt + 1))
        return None

    def _why_not(self, error: RequestError | DownloadError) -> DownloadError:
        """What the site says of a segment, or of its key; raises what ends this run."""
        answer = error if isinstance(error, HTTPError) else error.__cause__
        if isinstance(answer, HTTPError) and answer.status in GONE:
            return classify(error)
        if isinstance(error, DownloadError):  # a page in place of a key, and not for once only
            raise self._for_now(error)
        raise error

    def _for_now(self, failure: DownloadError) -> DownloadError:
        """A failure after which a later run goes on with what could be recorded until now."""
        return replace(failure, transient=failure.transient or bool(self._track.parts))

    def _pause(self, seconds: float) -> None:
        self._recorder.over.wait(seconds)


def refusal(sentence: str) -> DownloadError:
    """What is said of a stream that cannot be recorded."""
    return DownloadError("live-kind", sentence, "Send the link again when it has ended.")
