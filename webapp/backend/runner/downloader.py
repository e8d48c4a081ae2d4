"""yt_dlp.YoutubeDL with what a runner needs: bounded pages, and extras that may be missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from yt_dlp import YoutubeDL
from yt_dlp.networking import Request, Response
from yt_dlp.networking.exceptions import HTTPError
from yt_dlp.utils import YoutubeDLError, is_html

from domain.failures import DownloadError
from domain.signatures import HEAD_BYTES
from runner.metadata import not_begun
from runner.notes import missing_subtitles
from runner.tracks import prefer_audio

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

MAX_PAGE_BYTES = 32_000_000
"""Of a page, a playlist or an answer of an API, unpacked. The largest real ones have a third."""
BLOCK = 65_536
PAGE_TOO_LARGE = DownloadError(
    "page-too-large",
    f"The page is larger than {MAX_PAGE_BYTES // 1_000_000} MB, which no page is.",
    "Copy the link of the video itself.",
    values={"most": f"{MAX_PAGE_BYTES // 1_000_000}"},
)
Files = list[tuple[str, str]]
BEGINNINGS = {".vtt": b"WEBVTT", ".srt": b"-->"}
"""What stands in the beginning of subtitles; ffmpeg takes any text for some without a word."""


class Downloader(YoutubeDL):  # type: ignore[misc]  # yt-dlp has no types
    """Downloads one medium, or looks at one page."""

    def __init__(self, params: dict[str, Any], *, audio: str | None = None) -> None:
        """Take yt-dlp's parameters, and the id of the audio track to prefer."""
        super().__init__(params)
        self._audio = audio
        self.notes: list[dict[str, str]] = []
        """What is missing from the result, each as an error is kept."""
        self._overran = False
        """Whether something was too large: yt-dlp tries it again, and forgets why in the end."""
        self._answered = ""
        """The address of whom answered last, after redirects."""

    def urlopen(self, req: Request | str) -> Response:
        """Request a page; more than `MAX_PAGE_BYTES` of it cannot be read, of a refusal neither."""
        try:
            answer = self._bounded(super().urlopen(req))
        except HTTPError as error:  # extractors read what some sites say with it
            raise HTTPError(self._bounded(error.response), error.redirect_loop) from error
        self._answered = answer.url
        return answer

    def trouble(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - yt-dlp's
        """Fail; of a site that says in words that one has to sign in, tell which one it is."""
        try:
            super().trouble(*arguments, **options)
        except YoutubeDLError as error:
            error.answered = self._answered
            raise

    def _bounded(self, answer: Response) -> Response:
        return Response(
            cast("io.IOBase", _Bounded(answer, self._overrun)),
            *(answer.url, dict(answer.headers.items()), answer.status, answer.reason),
            extensions=answer.extensions,
        )

    def _overrun(self) -> None:
        self._overran = True

    def urlopen_medium(self, req: Request | str) -> Response:
        """Request something of any size.

        Raises:
            HTTPError: closed, since nobody reads what is sent with it. A connection for each
                refusal stayed open: a live stream may meet thousands.

        """
        try:
            return super().urlopen(req)
        except HTTPError as error:
            error.close()
            raise

    def process_video_result(self, info: dict[str, Any], download: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002 - yt-dlp's
        """Have the right audio track preferred before yt-dlp sorts the formats."""
        prefer_audio(info.get("formats") or (), self._audio)
        return super().process_video_result(info, download)

    def _wait_for_video(self, ie_result: dict[str, Any] | None = None) -> None:
        """Leave the waiting for what has not begun to the queue: a runner costs more.

        Called for whatever has been looked at, if `wait_for_video` is set.
        """
        found = ie_result or {}
        if (
            not self.params.get("wait_for_video")
            or found.get("_type", "video") != "video"
            or found.get("formats")
            or found.get("url")
        ):
            return
        begins = found.get("release_timestamp")
        raise not_begun(begins if isinstance(begins, int | float) else None)

    def _write_subtitles(self, info: dict[str, Any], filename: str) -> Files:
        """Write each language by itself: one that cannot be had leaves a note, not an error."""
        wanted: dict[str, Any] = info.get("requested_subtitles") or {}
        written: Files = []
        for language in list(wanted):
            info["requested_subtitles"] = {language: wanted[language]}
            self._overran = False
            try:
                written += _sent(super()._write_subtitles(info, filename) or [])
            except Exception as error:  # noqa: BLE001 - a parser's too: none costs the medium
                del wanted[language]
                why = PAGE_TOO_LARGE if self._overran else error
                self.notes.append(missing_subtitles(language, why))
        info["requested_subtitles"] = wanted
        return written


def _sent(files: Files) -> Files:
    """Let pass subtitles that were sent.

    Raises:
        YoutubeDLError: if there is nothing, or something else, such as a page to sign in.

    """
    for file in (Path(name) for name, _ in files):
        if not file.is_file():
            raise YoutubeDLError("did not get any data")
        with file.open("rb") as sent:
            head = sent.read(HEAD_BYTES)
        begins_as = BEGINNINGS.get(file.suffix, b"")
        if is_html(head) or begins_as not in head:
            file.unlink()
            raise YoutubeDLError("It sent something else in their place.")
    return files


class _Bounded:
    """A body that may be read up to `MAX_PAGE_BYTES`."""

    def __init__(self, answer: Response, overrun: Callable[[], None]) -> None:
        self._answer, self._left, self._overrun = answer, MAX_PAGE_BYTES, overrun

    @property
    def closed(self) -> bool:
        return bool(self._answer.closed)

    def read(self, size: int | None = None) -> bytes:
        parts, left = [], MAX_PAGE_BYTES + 1 if size is None or size < 0 else size
        while left > 0 and (part := self._answer.read(min(BLOCK, left))):
            self._left -= len(part)
            if self._left < 0:
                self._overrun()
                raise PAGE_TOO_LARGE
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._answer.close()
