"""Faults that are put into a copy of the backend, to see that the histories find them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.backend.api_process import BACKEND


class Edit(NamedTuple):
    """What stands in a file once, and what is put in its place."""

    file: str
    search: str
    replace: str


PLANTED: Mapping[str, tuple[Edit, ...]] = {
    # What a run reports that is no longer the present one is written all the same.
    "no fence": (
        Edit(
            "store/store.py",
            'same = downloads.c.id == item, downloads.c.run == run, downloads.c.state == "running"',
            "same = (downloads.c.id == item,)",
        ),
        Edit(
            "work/publishing.py",
            'return row if row and row["run"] == run and row["state"] == "running" else None',
            "return row",
        ),
    ),
    # Every other process is taken for dead.
    "ignored lock": (
        Edit(
            "engine/postgres_lease.py",
            "return [name for name in names if name not in living]",
            "return names",
        ),
    ),
    # Nobody takes over what the dead worked on.
    "no takeover": (
        Edit(
            "engine/postgres_lease.py",
            "return [name for name in names if name not in living]",
            "return []",
        ),
    ),
    # A cancellation of what runs is forgotten: it is queued again.
    "cancel undone": (
        Edit(
            "domain/actions.py",
            '"cancel": {"queued": "cancelled", "running": "cancelled",',
            '"cancel": {"queued": "cancelled", "running": "queued",',
        ),
    ),
    # The last of the queue comes first.
    "wrong order": (
        Edit(
            "store/store.py",
            "first.order_by(downloads.c.position, downloads.c.number)",
            "first.order_by(downloads.c.position.desc(), downloads.c.number)",
        ),
    ),
    # As many at once as there are.
    "no limit": (
        Edit(
            "engine/scheduler.py",
            "(self._stopping.is_set() or paused) and self._taken < concurrency",
            "(self._stopping.is_set() or paused)",
        ),
    ),
}


def plant(name: str, into: Path) -> Path:
    """Copy the backend's code into a folder, with that fault; return the folder of the copy.

    Raises:
        KeyError: when there is no such fault.
        ValueError: when it does not fit the code any more.

    """
    return changed(PLANTED[name], into)


def changed(edits: Iterable[Edit], into: Path) -> Path:
    """Copy the backend's code into a folder, with these edits; return the folder of the copy.

    Raises:
        ValueError: when one does not fit the code any more.

    """
    copy = into / "backend"
    shutil.copytree(BACKEND, copy, ignore=shutil.ignore_patterns("__pycache__", "data"))
    for edit in edits:
        file = copy / edit.file
        text = file.read_text(encoding="utf-8")
        if text.count(edit.search) != 1:
            raise ValueError(f"{edit.search!r} is not once in {edit.file}")
        file.write_text(text.replace(edit.search, edit.replace), encoding="utf-8")
    return copy
