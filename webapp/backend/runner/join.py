"""Makes one file of all parts of a recording, without encoding anything again."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from domain.failures import DISK_FULL, DownloadError
from runner.trim import measure_duration

if TYPE_CHECKING:
    from pathlib import Path

    from runner.recording import Recording

MADE = "media.mkv"
"""It holds every codec that streams have."""
MAX_SECONDS = 3600
NOT_JOINED = DownloadError(
    "join",
    "ffmpeg could not join what was recorded.",
    "Retry; the parts are kept until you delete it.",
)
SHORT_SHARE, SHORT_SECONDS = 0.05, 3.0
"""By how much the file may be shorter than what was recorded."""


def join(ffmpeg: str | None, recording: Recording) -> Path:
    """Join the parts; the recording stays as it is, so that this may be done again.

    Raises:
        DownloadError: when ffmpeg is missing or cannot do it.

    """
    if ffmpeg is None:
        raise DownloadError(
            "no-ffmpeg", "ffmpeg is missing, which joining needs.", "Install ffmpeg."
        )
    folder, inputs = recording.folder, []
    tracks = [(number, track) for number, track in enumerate(recording.tracks) if track.parts]
    for number, track in tracks:
        lists = [
            "file 'concat:" + "|".join(part.file for part in run) + "'" for run in track.runs()
        ]
        (folder / f"live-{number}.txt").write_text("\n".join(lists) + "\n")
        inputs += ["-f", "concat", "-safe", "0", "-protocol_whitelist", "file,concat"]
        inputs += ["-i", f"live-{number}.txt"]
    maps = [option for place in range(len(tracks)) for option in _of(place, len(tracks))]
    command = [
        *(ffmpeg, "-nostdin", "-loglevel", "error", "-y", "-fflags", "+genpts"),
        *(*inputs, *maps, "-c", "copy", "-avoid_negative_ts", "make_zero", MADE),
    ]
    try:  # names are relative, so that no path is taken for ffmpeg's own syntax
        subprocess.run(command, check=True, capture_output=True, timeout=MAX_SECONDS, cwd=folder)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", None) or b""
        if b"No space left" in told:
            raise DISK_FULL from error
        raise NOT_JOINED from error
    return folder / MADE


def _of(place: int, tracks: int) -> tuple[str, ...]:
    """Of one track all; of several the first has the picture, and the others the sound."""
    if tracks == 1:
        return ("-map", f"{place}:v:0?", "-map", f"{place}:a?")
    return ("-map", f"{place}:{'v:0' if place == 0 else 'a:0'}?")


def is_short(ffmpeg: str | None, made: Path, recording: Recording) -> float | None:
    """Seconds that are missing from the file of what was recorded; None if it is whole."""
    there = measure_duration(ffmpeg, made)
    wanted = max(track.seconds for track in recording.tracks)
    if there is None or there >= wanted * (1 - SHORT_SHARE) - SHORT_SECONDS:
        return None
    return wanted - there
