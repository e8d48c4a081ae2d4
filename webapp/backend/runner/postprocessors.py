"""What is done to a medium once it is here: yt-dlp's postprocessors, in its own order."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor import ffmpeg
from yt_dlp.postprocessor.common import PostProcessor

from domain.formats import FORMATS
from runner.container import CompatiblePP, ContainerPP
from runner.embed_thumbnail import ThumbnailFilePP
from runner.notes import missing
from runner.options import beside, is_compatible
from runner.sound import SoundPP
from runner.sponsorblock import steps as sponsorblock_steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from domain.requests import DownloadRequest

BITRATES = (64, 96, 128, 160, 192, 256, 320)
"""In kbit/s, as encoders like them."""
OVER = 1.05
"""By how much sites tell more than was set (96.2, 129.5): they measure what came of it."""
Notes = list[dict[str, str]]


def postprocessors(
    request: DownloadRequest,
    picture: Path | None,
    kbps: float | None,
    notes: Notes,
    *,
    sponsorblock: str = "",
) -> Iterator[Any]:
    """What a request needs.

    `picture` is what to embed, if anything; `kbps` the bit rate of the source's audio, if known.
    `sponsorblock` is its API's address. What only goes beside video and audio may fail: that
    leaves a note.
    """
    if FORMATS[request.format].kind == "audio":
        chosen = FORMATS[request.format].lossy and request.audio_bitrate is not None
        yield SoundPP(request.format, _bitrate(request, kbps), chosen=chosen)
    elif is_compatible(request):
        yield CompatiblePP()
    else:
        yield ContainerPP(preferedformat=request.format)
    yield from sponsorblock_steps(request, sponsorblock, notes)
    yield from extras(request, picture, notes)


def extras(request: DownloadRequest, picture: Path | None, notes: Notes) -> Iterator[Any]:
    """What is put into a file that is a medium already."""
    if request.subtitles and (kinds := beside(request)):
        for kind in kinds:
            yield optional(SubtitleFilesPP(kind), "subtitles", notes)
    elif request.subtitles:
        yield optional(ffmpeg.FFmpegEmbedSubtitlePP(), "subtitles", notes)
    chapters = "chapters" in request.embed or request.sponsorblock == "mark"
    told = {"metadata": "metadata" in request.embed, "chapters": chapters}
    if wished := [what for what, is_wished in told.items() if is_wished]:
        yield ToldPP(wished, notes)
    if picture:
        yield optional(ThumbnailFilePP(picture), "thumbnail", notes)


class SubtitleFilesPP(PostProcessor):  # type: ignore[misc]  # yt-dlp has no types
    """Leaves subtitles beside the file in one format, whatever the site has them in."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def run(self, info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Convert those that are in another format; the originals go with what staging holds."""
        wanted = info.get("requested_subtitles") or {}
        others = {lang: dict(sub) for lang, sub in wanted.items() if sub.get("filepath")}
        convertor = ffmpeg.FFmpegSubtitlesConvertorPP(self._downloader, format=self._kind)
        convertor.run(info | {"requested_subtitles": others})
        return [], info


class ToldPP(PostProcessor):  # type: ignore[misc]  # yt-dlp has no types
    """Puts what the site told into the file: at once, or each by itself where one part cannot be.

    Sites tell chapters that end before they begin, and descriptions longer than a command may be.
    """

    def __init__(self, wished: Sequence[str], notes: Notes) -> None:
        super().__init__()
        self._wished, self._notes = wished, notes

    def run(self, info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Put in what can be; the rest leaves a note."""
        if len(self._wished) > 1:
            with contextlib.suppress(Exception):  # which part it was shows below
                self._step(*self._wished).run(info)
                return [], info
        for what in self._wished:
            optional(self._step(what), what, self._notes).run(info)
        return [], info

    def _step(self, *wished: str) -> Any:  # noqa: ANN401 - yt-dlp has no types
        return ffmpeg.FFmpegMetadataPP(
            self._downloader,
            add_metadata="metadata" in wished,
            add_chapters="chapters" in wished,
            add_infojson=False,
        )


def optional(step: Any, what: str, notes: Notes) -> Any:  # noqa: ANN401 - yt-dlp has no types
    """Let a step fail: the file stays as it was before."""
    run = step.run

    def run_or_note(info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        try:
            done: tuple[list[str], dict[str, Any]] = run(info)
        except Exception as error:  # noqa: BLE001 - ffmpeg's, mutagen's: none costs the medium
            notes.append(missing(what, error))
            return [], info
        return done

    step.run = run_or_note
    return step


def _bitrate(request: DownloadRequest, kbps: float | None) -> int | None:
    """In kbit/s: the chosen one, else the next above the source's; None where none applies."""
    if not FORMATS[request.format].lossy:
        return None
    source = kbps or 192
    return request.audio_bitrate or next((b for b in BITRATES if b * OVER >= source), BITRATES[-1])
