"""Keeps a clip of a finished medium.

The whole is fetched first: so it can be resumed like any other, and ffmpeg, which would else open
the address itself, stays without a network. The streams are copied, not encoded again, but for
FLAC's; a video therefore begins at the keyframe before `start`.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from domain.failures import DownloadError

if TYPE_CHECKING:
    from pathlib import Path

MAX_SECONDS = 600
AGAIN = {".flac": ("-c:a", "flac")}
"""Copied, its head would go on telling the length of the whole; encoding it loses nothing."""
NOT_CUT = DownloadError(
    "cut", "The clip could not be cut.", "Check start and end against the medium's length."
)
PROBE_SECONDS = 20
DURATION_SLACK = 1.0
"""Seconds by which a site may tell less than there is."""
# At its place in what ffmpeg says: a title may hold the same words.
DURATION = re.compile(rb"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)


def trim(ffmpeg: str | None, made: Path, start: float | None, end: float | None) -> Path:
    """Make a file of what lies between `start` and `end` (seconds); return its path.

    `made` stays as it is: after a crash it is cut again.

    Raises:
        DownloadError: when ffmpeg is missing or cannot do it.

    """
    if ffmpeg is None:
        raise DownloadError(
            "no-ffmpeg", "ffmpeg is missing, which cutting needs.", "Install ffmpeg."
        )
    target = made.with_name(f"cut{made.suffix}")
    begin = start or 0.0
    length = ["-t", f"{end - begin:.3f}"] if end is not None else []
    command = [
        *(ffmpeg, "-nostdin", "-loglevel", "error", "-y", "-protocol_whitelist", "file"),
        *("-ss", f"{begin:.3f}", "-i", f"file:{made}", *length),
        *("-map", "0", "-c", "copy", *AGAIN.get(made.suffix, ())),
        *("-avoid_negative_ts", "make_zero", f"file:{target}"),
    ]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=MAX_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise NOT_CUT from error
    return target


def require_within(start: float | None, duration: float | None, *, slack: float = 0.0) -> None:
    """Let a clip pass that begins before the end, or whose medium nobody knows the length of.

    Raises:
        DownloadError: when nothing would be kept.

    """
    if start is not None and duration is not None and start >= duration + slack:
        raise DownloadError(
            "beyond-end",
            f"The clip starts at {start:g} s, but the medium ends at {duration:g} s.",
            "Send the link again with a start before the end.",
            values={"start": f"{start:g}", "duration": f"{duration:g}"},
        )


def measure_duration(ffmpeg: str | None, medium: Path) -> float | None:
    """How many seconds the file lasts, as ffmpeg tells what it opens; None when it cannot."""
    found = DURATION.search(describe(ffmpeg, medium))
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3]) if found else None


def describe(ffmpeg: str | None, medium: Path) -> bytes:
    """What ffmpeg says of the file when it opens it; nothing when it cannot be asked."""
    if ffmpeg is None:
        return b""
    command = [ffmpeg, "-nostdin", "-protocol_whitelist", "file", "-i", f"file:{medium}"]
    try:  # an exit code is no news: without an output there always is one
        told = subprocess.run(command, check=False, capture_output=True, timeout=PROBE_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return b""
    return told.stderr


def kept_duration(duration: float | None, start: float | None, end: float | None) -> float | None:
    """Seconds that are kept of a medium of `duration`; None when nobody knows."""
    ends = [moment for moment in (duration, end) if moment is not None]
    return max(0.0, min(ends) - (start or 0.0)) if ends else None
