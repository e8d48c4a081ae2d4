"""Turns finished streams back into partial ones, so that all streams of a medium match.

A medium may come as two streams, video and audio. If the source changes when one is finished and
the other is not, new audio would be merged with old video. So when a download is resumed, its
finished streams count as partial: their last bytes, or two fragments, are compared like any other.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError, classify
from files.staging import write_atomically
from runner.completeness import UNPROVEN, UNPROVEN_PIECES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from domain.notes import Note

OF_PROCESSING = {"conversion", "no-audio", "unexpected"}
"""What the steps after a download may fail of, if the end of a stream is missing."""
UNCERTAIN = {UNPROVEN.kind, UNPROVEN_PIECES.kind}


def note_of(medium: Path) -> Path:
    """Where the validators of the source's file are kept."""
    return medium.with_name(f"{medium.name}.source")


def keep_finished(
    medium: Path, journal: dict[str, Any] | None = None, *, lacks: Note | None = None
) -> None:
    """Record that `medium` is finished as it is now.

    `journal` is that of its fragments; `lacks` says what is missing from it.
    """
    finished = {"finished": _as_it_is(medium), "journal": journal, "lacks": lacks}
    write_atomically(note_of(medium), json.dumps(_read(note_of(medium)) | finished))


def what_lacks(staging: Path) -> list[dict[str, Any]]:
    """What is missing from the streams in `staging`, said once."""
    told = (_read(note).get("lacks") for note in sorted(staging.glob("media.*.source")))
    found: list[dict[str, Any]] = []
    for lacks in told:
        if lacks and lacks not in found:
            found.append(lacks)
    return found


@contextlib.contextmanager
def missing_said_first(staging: Path) -> Iterator[None]:
    """Say of a stream that cannot be processed that its end is missing, if that is so.

    Where its end is only not proven, it is fetched anew the next time, too.

    Raises:
        DownloadError: instead of what is raised within; the stream is gone then.

    """
    try:
        yield
    except Exception as error:
        lacking = what_lacks(staging)
        if not lacking or classify(error).kind not in OF_PROCESSING:
            raise
        for note in staging.glob("media.*.source"):
            note.with_suffix("").unlink(missing_ok=True)
            note.unlink()
        cut = [one for one in lacking if one["kind"] not in UNCERTAIN]
        if not cut:
            raise
        raise DownloadError(**cut[0]) from error


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
