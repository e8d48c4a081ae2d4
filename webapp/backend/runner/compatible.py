"""What of a video has to be encoded again, so that every device plays it: H.264 and AAC in an MP4.

The site's word does not count, which often names no codecs: ffmpeg tells what the file holds. Only
what does not fit is encoded; the rest is copied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from runner.trim import describe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from domain.notes import Note

STREAM = re.compile(
    rb"^ {2,4}Stream #0:\d+[^\n]{0,80}?: (Video|Audio): (\w+)(?: \([^)\n]*\))*(?:, (\w+))?"
    rb"([^\n]{0,400})",
    re.MULTILINE,
)
"""A line of what ffmpeg says of a file: kind, codec, format of its pixels, and the rest."""
PLAYED_PIXELS = {"yuv420p", "yuvj420p", "none", ""}
"""8 bit, 4:2:0: what hardware decodes of H.264; or ffmpeg does not know, and so cannot encode."""
VIDEO = {
    "-c:v": "h264",
    "-pix_fmt:v": "yuv420p",
    "-filter:v": "scale=trunc(iw/2)*2:trunc(ih/2)*2",  # the encoder wants even sides
}
AUDIO = {"-c:a": "aac", "-b:a": "192k"}
NAMES = {"h264": "H.264", "hevc": "H.265", "mpeg4": "MPEG-4", "vorbis": "Vorbis", "opus": "Opus"}


@dataclass(frozen=True, slots=True)
class Stream:
    """One of the pictures or sounds of a file."""

    is_video: bool
    codec: str
    pixels: str = ""
    is_cover: bool = False
    """Whether it is a picture that was attached."""
    is_default: bool = False
    """Whether the file says that players should take it."""

    @property
    def fits(self) -> bool:
        """Whether every device plays it."""
        if not self.is_video:
            return self.codec == "aac"
        return self.is_cover or (self.codec == "h264" and self.pixels in PLAYED_PIXELS)

    @property
    def name(self) -> str:
        """As people call it; with its pixels where only these do not fit."""
        name = NAMES.get(self.codec, self.codec.upper())
        return f"{name} ({self.pixels})" if self.codec == "h264" and not self.fits else name


def streams_of(ffmpeg: str | None, medium: Path) -> list[Stream]:
    """What the file holds of pictures and sound, in its order; nothing when nobody can tell."""
    return [
        Stream(
            *(kind == b"Video", codec.decode(), pixels.decode()),
            is_cover=b"(attached pic)" in rest,
            is_default=b"(default)" in rest,
        )
        for kind, codec, pixels, rest in STREAM.findall(describe(ffmpeg, medium))
    ]


def again(streams: Sequence[Stream]) -> tuple[str, ...]:
    """The arguments that have ffmpeg encode what does not fit, after `-c copy`."""
    options: list[str] = []
    for is_video, how in ((True, VIDEO), (False, AUDIO)):
        of_kind = [stream for stream in streams if stream.is_video == is_video]
        for place, stream in enumerate(of_kind):
            if not stream.fits:
                options += [
                    part for key, value in how.items() for part in (f"{key}:{place}", value)
                ]
    return tuple(options)


def converted(streams: Sequence[Stream]) -> Note:
    """Say what was encoded again."""
    changed = [stream for stream in streams if not stream.fits]
    before = ", ".join(dict.fromkeys(stream.name for stream in changed))
    after = ", ".join(dict.fromkeys("H.264" if s.is_video else "AAC" for s in changed))
    return DownloadError(
        "converted",
        f"It was converted from {before} to {after}, which every device plays.",
        "To have it as the site sends it, choose Best quality.",
        values={"before": before, "after": after},
    ).as_error()
