"""Whether a file whose end nobody announced is whole: what its container says, and a look there.

A body without a length that ends with its connection looks the same whether it is whole or was
broken off. The container knows how long the medium should be: its last seconds are decoded.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from runner.trim import measure_duration

if TYPE_CHECKING:
    from pathlib import Path

LAST_SECONDS = 2.0
DECODE_SECONDS = 60
"""How long a look may take."""
TIME = re.compile(rb"out_time_us=(\d+)")


def incomplete(ffmpeg: str | None, medium: Path) -> dict[str, str] | None:
    """A note if the last seconds of the medium are missing; None if they are there, or unknown."""
    duration = measure_duration(ffmpeg, medium)
    if (
        ffmpeg is None
        or not duration
        or _decodes(ffmpeg, medium, max(0.0, duration - LAST_SECONDS))
    ):
        return None
    return DownloadError(
        "incomplete",
        f"The file is incomplete: it should last {duration:.0f} s, but the site sent less.",
        "Retry to download it again.",
    ).as_error()


def _decodes(ffmpeg: str, medium: Path, start: float) -> bool:
    command = [
        *(ffmpeg, "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file"),
        *("-ss", f"{start:.3f}", "-i", f"file:{medium}", "-map", "0:v:0?", "-map", "0:a:0?"),
        *("-progress", "pipe:1", "-f", "null", "-"),
    ]
    try:
        told = subprocess.run(command, check=False, capture_output=True, timeout=DECODE_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return True
    reached = [int(time) for time in TIME.findall(told.stdout)]
    return bool(reached and max(reached) > 0)
