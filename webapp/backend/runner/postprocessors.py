"""What is done to a medium once it has come: yt-dlp's steps, in the order of its command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yt_dlp.postprocessor import ffmpeg

from domain.models import AUDIO_FORMATS
from runner.container import ContainerPP
from runner.embed_thumbnail import CoverPP

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from domain.models import Choice


def steps(choice: Choice, picture: Path | None) -> Iterator[Any]:
    """What a choice needs; `picture` is what to put into the file, if anything."""
    if choice.format in AUDIO_FORMATS:
        yield ffmpeg.FFmpegExtractAudioPP(preferredcodec=choice.format)
    else:
        yield ContainerPP(preferedformat=choice.format)
    if choice.subtitles:
        yield ffmpeg.FFmpegEmbedSubtitlePP()
    if {"metadata", "chapters"} & set(choice.embed):
        yield ffmpeg.FFmpegMetadataPP(
            None,
            add_metadata="metadata" in choice.embed,
            add_chapters="chapters" in choice.embed,
            add_infojson=False,
        )
    if picture:
        yield CoverPP(picture)
