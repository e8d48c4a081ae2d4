"""Turns finished streams back into partial ones, so that all streams of a medium match.

A medium may come as two streams, video and audio. If the source changes when one is finished and
the other is not, new audio would be merged with old video. So when a download is resumed, its
finished streams count as partial: their last bytes, or two fragments, are compared like any other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from files.staging import write_atomically


def note_of(medium: Path) -> Path:
    """Where the validators of the source's file are kept."""
    return medium.with_name(f"{medium.name}.source")


def keep_finished(
    medium: Path, journal: dict[str, Any] | None = None, *, announced: bool = True
) -> None:
    """Record that `medium` is complete as it is now.

    `journal` is that of its fragments; `announced` is whether the source told its length.
    """
    finished = {"finished": _as_it_is(medium), "journal": journal, "announced": announced}
    write_atomically(note_of(medium), json.dumps(_read(note_of(medium)) | finished))


def all_announced(staging: Path) -> bool:
    """Whether the source told the length of every stream in `staging`."""
    return all(_read(note).get("announced", True) for note in staging.glob("media.*.source"))


def reopen(staging: Path) -> None:
    """Make the finished streams in `staging` partial, unless something has processed them."""
    for note in staging.glob("media.f*.source"):
        medium, known = note.with_suffix(""), _read(note)
        if medium.is_file() and known.get("finished") == _as_it_is(medium):
            if known.get("journal"):
                journal = medium.with_name(f"{medium.name}.ytdl")
                write_atomically(journal, json.dumps({"downloader": known["journal"]}))
            medium.replace(medium.with_name(f"{medium.name}.part"))


def _as_it_is(medium: Path) -> list[int]:
    stat = medium.stat()
    return [stat.st_size, stat.st_mtime_ns]


def _read(note: Path) -> dict[str, Any]:
    try:
        known = json.loads(note.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
