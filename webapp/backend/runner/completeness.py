"""Whether a file is whole that has come to its end, and if not, what is missing.

The transfer proves it where the source announced the end, or said that nothing follows. A source
may announce less than there is, so the file's own structure has a say, and so has the duration that
the site told. What nothing proves is marked.
"""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.notes import can_be_completed
from runner.structure import head_and_size, is_cut_within_a_packet, told_size
from runner.trim import describe, measure_duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from domain.notes import Note

LAST_SECONDS = 2.0
DECODE_SECONDS = 60
"""How long a look may take."""
TIME = re.compile(rb"out_time_us=(\d+)")
TELLS_DURATION = re.compile(rb"^Input #0, (mov|matroska|flac|wav|avi|flv|asf)\b", re.MULTILINE)
"""Formats with their duration in the head; others last as long as what is there."""
SLACK_SHARE, SLACK_SECONDS = 0.1, 5.0
"""By how much sites are wrong about a duration, without anything being missing."""
CLOSE_SHARE, CLOSE_SECONDS = 0.01, 2.0
"""By how much at most, if the duration is to show that the end is there: sites round it."""
AGAIN = "Retry to download it again."
UNPROVEN = DownloadError(
    "incomplete-unproven",
    "The site did not say where the file ends, so its last part may be missing.",
    "Play its end; if it breaks off, retry to download it again.",
)

UNPROVEN_PIECES = DownloadError(
    "incomplete-pieces",
    "Pieces of the stream may be cut short: the site did not say where they end, or too early.",
    "Play it; if something is missing, retry to download it again.",
)


def lacking(
    params: Mapping[str, Any],
    medium: Path,
    info: Mapping[str, Any],
    *,
    proven: bool,
    in_pieces: bool = False,
) -> Note | None:
    """What is missing from a stream that has been downloaded; None if nothing is.

    `params` are yt-dlp's; `proven` is whether the transfer shows that the end is there, of each
    piece if it came `in_pieces`.
    """
    ffmpeg, told = params.get("ffmpeg_location"), told_size(medium)
    if told is not None:
        return _cut(ffmpeg, medium) if told > medium.stat().st_size else None
    if not in_pieces and is_cut_within_a_packet(*head_and_size(medium)):
        return without_end(medium.stat().st_size).as_error()
    if proven:
        return None
    if in_pieces:  # one in the middle may be cut, which no duration shows
        return UNPROVEN_PIECES.as_error()
    return _by_duration(ffmpeg, medium, info.get("duration"))


def _by_duration(ffmpeg: str | None, medium: Path, promised: float | None) -> Note | None:
    duration = measure_duration(ffmpeg, medium)
    if not duration:
        return UNPROVEN.as_error()
    if not _decodes(ffmpeg, medium, max(0.0, duration - LAST_SECONDS)):
        return incomplete(duration)
    if TELLS_DURATION.search(describe(ffmpeg, medium)):
        return None
    if not promised:
        return UNPROVEN.as_error()
    least = promised - max(CLOSE_SECONDS, CLOSE_SHARE * promised)
    if duration < least:  # it may be a guess
        duration = _read_through(ffmpeg, medium) or duration
    if falls_short(duration, promised):
        return incomplete(promised)
    return UNPROVEN.as_error() if duration < least else None


def verified_duration(
    ffmpeg: str | None, made: Path, promised: float | None, notes: list[Note]
) -> float | None:
    """Seconds that a medium lasts: those that the site told, unless there is far less; noted."""
    there = measure_duration(ffmpeg, made) if promised else None
    if not (promised and there and falls_short(there, promised)):
        return promised
    there = _read_through(ffmpeg, made) or there
    if not falls_short(there, promised):
        return promised
    if not can_be_completed(notes):
        notes.append(incomplete(promised))
    return there


def falls_short(duration: float, promised: float) -> bool:
    """Whether a medium lasts far less than the site told; both in seconds."""
    return promised - duration > max(SLACK_SECONDS, SLACK_SHARE * promised)


def incomplete(duration: float) -> Note:
    """Say that less has come of a medium than its seconds."""
    return DownloadError(
        "incomplete",
        f"The file is incomplete: it should last {duration:.0f} s, but the site sent less.",
        AGAIN,
        values={"duration": f"{duration:.0f}"},
    ).as_error()


def _cut(ffmpeg: str | None, medium: Path) -> Note:
    """Say that the end is missing; players can use what there is only if its index came first."""
    duration = measure_duration(ffmpeg, medium)
    if duration:
        return incomplete(duration)
    return without_end(medium.stat().st_size).as_error()


def without_end(sent: int) -> DownloadError:
    """Say that the end is missing, after so many bytes."""
    sent_mb = f"{sent / 1e6:.1f}"
    return DownloadError(
        "incomplete-size",
        f"The file is incomplete: its end is missing, after the {sent_mb} MB that the site sent.",
        AGAIN,
        values={"sent": sent_mb},
    )


def _read_through(ffmpeg: str | None, medium: Path) -> float | None:
    """Seconds that its packets last: where the head tells none, ffmpeg guesses by the bit rate."""
    whole = ("-i", f"file:{medium}", "-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy")
    reached = _reached(ffmpeg, *whole)
    return reached / 1e6 if reached else None


def _decodes(ffmpeg: str | None, medium: Path, start: float) -> bool:
    last = ("-ss", f"{start:.3f}", "-i", f"file:{medium}", "-map", "0:v:0?", "-map", "0:a:0?")
    reached = _reached(ffmpeg, *last)
    return reached is None or reached > 0


def _reached(ffmpeg: str | None, *arguments: str) -> int | None:
    """Microseconds that ffmpeg comes to; 0: nothing is there, None: it cannot tell in time."""
    if ffmpeg is None:
        return None
    command = [
        *(ffmpeg, "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file", *arguments),
        *("-progress", "pipe:1", "-f", "null", "-"),
    ]
    try:
        told = subprocess.run(command, check=False, capture_output=True, timeout=DECODE_SECONDS)
    except (OSError, subprocess.SubprocessError):
        return None
    return max(map(int, TIME.findall(told.stdout)), default=0)
