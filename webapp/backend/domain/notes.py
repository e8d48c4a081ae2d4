"""What is worth knowing of a download although it went on; each note is kept like an error.

`changed` says what happened at the source; `incomplete...` that something of the medium itself is
missing, or may be; `missing-...` that something beside it is: subtitles, thumbnail, metadata.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Note = dict[str, str]


def lasting(notes: Sequence[Note]) -> list[Note]:
    """Those that stay true when the download is completed."""
    return [note for note in notes if not can_be_completed([note])]


def can_be_completed(notes: Sequence[Note]) -> bool:
    """Whether a retry may bring what is missing."""
    return any(_is_incomplete(note) or _is_extra(note) for note in notes)


def lacks_extras_only(notes: Sequence[Note]) -> bool:
    """Whether the medium itself is whole."""
    return can_be_completed(notes) and not any(map(_is_incomplete, notes))


def _is_incomplete(note: Note) -> bool:
    return note["kind"].startswith("incomplete")


def _is_extra(note: Note) -> bool:
    return note["kind"].startswith("missing-")
