"""Keeps a stretch of a finished medium.

The whole is fetched first: so it can be resumed like any other, and ffmpeg, which would else open
the address itself, stays without a network. The streams are copied, not encoded again; a video
therefore begins at the keyframe before `start`.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from downloads.failures import Failed

if TYPE_CHECKING:
    from pathlib import Path

MOST_SECONDS = 600


def cut(ffmpeg: str | None, made: Path, start: float | None, end: float | None) -> Path:
    """Make a file of what lies between `start` and `end` (seconds); return its path.

    `made` stays as it is: after a crash it is cut again.

    Raises:
        Failed: when ffmpeg is missing or cannot do it.

    """
    if ffmpeg is None:
        raise Failed("no-ffmpeg", "ffmpeg is missing, which cutting needs.", "Install ffmpeg.")
    target = made.with_name(f"cut{made.suffix}")
    begin = start or 0.0
    length = ["-t", f"{end - begin:.3f}"] if end is not None else []
    command = [
        *(ffmpeg, "-nostdin", "-loglevel", "error", "-y", "-protocol_whitelist", "file"),
        *("-ss", f"{begin:.3f}", "-i", f"file:{made}", *length),
        *("-map", "0", "-c", "copy", "-avoid_negative_ts", "make_zero", f"file:{target}"),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=MOST_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise Failed(
            "cut",
            "The stretch could not be cut out.",
            "Check start and end against the medium's length.",
        ) from error
    return target


def length(duration: float | None, start: float | None, end: float | None) -> float | None:
    """Seconds that are kept of a medium of `duration`; None when nobody knows."""
    ends = [moment for moment in (duration, end) if moment is not None]
    return max(0.0, min(ends) - (start or 0.0)) if ends else None
