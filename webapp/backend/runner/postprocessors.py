"""What is done to a medium once it is here: yt-dlp's postprocessors, in its own order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor import ffmpeg
from yt_dlp.postprocessor.common import PostProcessor

from domain.formats import FORMATS
from runner.completeness import incomplete
from runner.container import ContainerPP
from runner.embed_thumbnail import ThumbnailFilePP
from runner.notes import missing
from runner.reopen import all_announced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.models import DownloadRequest

BITRATES = (64, 96, 128, 160, 192, 256, 320)
"""In kbit/s, as encoders like them."""
Notes = list[dict[str, str]]


def postprocessors(
    request: DownloadRequest, picture: Path | None, kbps: float | None, notes: Notes
) -> Iterator[Any]:
    """What a request needs.

    `picture` is what to embed, if anything; `kbps` the bit rate of the source's audio, if known.
    What only goes beside video and audio may fail: that leaves a note.
    """
    if FORMATS[request.format].kind == "audio":
        yield ffmpeg.FFmpegExtractAudioPP(
            preferredcodec=request.format, preferredquality=_bitrate(request, kbps)
        )
    else:
        yield ContainerPP(preferedformat=request.format)
    yield from extras(request, picture, notes)


def extras(request: DownloadRequest, picture: Path | None, notes: Notes) -> Iterator[Any]:
    """What is put into a file that is a medium already."""
    if request.subtitles:
        yield optional(ffmpeg.FFmpegEmbedSubtitlePP(), "subtitles", notes)
    if {"metadata", "chapters"} & set(request.embed):
        embed = ffmpeg.FFmpegMetadataPP(
            None,
            add_metadata="metadata" in request.embed,
            add_chapters="chapters" in request.embed,
            add_infojson=False,
        )
        yield optional(embed, "metadata", notes)
    if picture:
        yield optional(ThumbnailFilePP(picture), "thumbnail", notes)


class CompletenessPP(PostProcessor):  # type: ignore[misc]  # yt-dlp has no types
    """Notes when the end of a download is missing, if the source did not tell its length."""

    def __init__(self, staging: Path, notes: Notes) -> None:
        super().__init__()
        self._staging, self._notes = staging, notes

    def run(self, info: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        """Look at the file as it was downloaded, before anything converts it."""
        if not all_announced(self._staging):
            note = incomplete(self.get_param("ffmpeg_location"), Path(info["filepath"]))
            self._notes += [note] if note else []
        return [], info


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
    return request.audio_bitrate or next((b for b in BITRATES if b >= (kbps or 192)), BITRATES[-1])
