"""What is in a media file, read by FFmpeg's libraries themselves: no machine needs an ffprobe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Stream:
    """One stream of a file."""

    codec: str
    kind: str
    """`video`, `audio`, `subtitle`, ..."""
    tags: Mapping[str, str]
    width: int = 0
    height: int = 0


@dataclass(frozen=True)
class Media:
    """A media file, as a player finds it."""

    seconds: float
    tags: Mapping[str, str]
    streams: list[Stream]

    @property
    def codecs(self) -> list[str]:
        """The codec of each stream, such as ``['h264', 'aac']``."""
        return [stream.codec for stream in self.streams]


def probe(path: Path) -> Media:
    """Open a file; raises `av.error.FFmpegError` for what is no medium."""
    with av.open(path) as container:
        streams = [
            Stream(
                *(stream.codec_context.codec.canonical_name, stream.type, dict(stream.metadata)),
                *(getattr(stream, side, 0) for side in ("width", "height")),
            )
            for stream in container.streams
        ]
        return Media((container.duration or 0) / av.time_base, dict(container.metadata), streams)
