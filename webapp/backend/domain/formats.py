"""The formats that downloads are saved in: one table, from which options, names and lists come.

A new format is a row here; how ffmpeg makes it, where its defaults will not do, stands in
`runner/container.py`. The page's lists are generated from this table: `npm run types`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

Kind = Literal["video", "audio"]


@dataclass(frozen=True, slots=True)
class Format:
    """What a file of this format is and can hold."""

    name: str
    """Also the suffix of its files."""
    kind: Kind
    mime: str
    container: str | None = None
    """Where yt-dlp puts streams of a video together that come apart; nearly all fit into mkv."""
    holds_subtitles: bool = False
    holds_picture: bool = False
    lossy: bool = False
    """Whether its sound has a bit rate to choose."""
    playable: bool = True
    """Whether common browsers play it."""


FORMATS = {
    format_.name: format_
    for format_ in (
        Format("mp4", "video", "video/mp4", "mp4/mkv", holds_subtitles=True, holds_picture=True),
        Format("webm", "video", "video/webm", "webm/mkv", holds_subtitles=True),
        Format(
            *("mkv", "video", "video/x-matroska", "mkv"),
            holds_subtitles=True,
            holds_picture=True,
            playable=False,
        ),
        Format("avi", "video", "video/x-msvideo", "mkv", playable=False),
        Format("mp3", "audio", "audio/mpeg", holds_picture=True, lossy=True),
        Format(
            *("m4a", "audio", "audio/mp4"), holds_subtitles=True, holds_picture=True, lossy=True
        ),
        Format("wav", "audio", "audio/wav"),
        Format("flac", "audio", "audio/flac", holds_picture=True),
        Format("opus", "audio", "audio/ogg", holds_picture=True, lossy=True),
    )
}

OTHER_NAMES = {"m4v": "mp4"}
"""Suffixes that sites use for one of them."""

if TYPE_CHECKING:
    FormatName = str  # the table's names: only pydantic, at the edge, needs to tell them apart
else:
    FormatName = Literal[tuple(FORMATS)]


def of_suffix(suffix: str) -> Format | None:
    """The format of files with this suffix (lower case), if it is one of ours."""
    return FORMATS.get(OTHER_NAMES.get(suffix, suffix))


def names(kind: Kind) -> tuple[str, ...]:
    """The formats of one kind, in the order in which they are offered."""
    return tuple(format_.name for format_ in FORMATS.values() if format_.kind == kind)
