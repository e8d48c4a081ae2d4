"""What is done to a medium once it is here: yt-dlp's postprocessors, in its own order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor import ffmpeg

from domain.formats import FORMATS
from runner.container import ContainerPP
from runner.embed_thumbnail import ThumbnailFilePP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.models import DownloadRequest


def postprocessors(request: DownloadRequest, picture: Path | None) -> Iterator[Any]:
    """What a request needs; `picture` is what to put into the file, if anything."""
    if FORMATS[request.format].kind == "audio":
        yield ffmpeg.FFmpegExtractAudioPP(preferredcodec=request.format)
    else:
        yield ContainerPP(preferedformat=request.format)
    if request.subtitles:
        yield ffmpeg.FFmpegEmbedSubtitlePP()
    if {"metadata", "chapters"} & set(request.embed):
        yield ffmpeg.FFmpegMetadataPP(
            None,
            add_metadata="metadata" in request.embed,
            add_chapters="chapters" in request.embed,
            add_infojson=False,
        )
    if picture:
        yield ThumbnailFilePP(picture)
