"""Which files below a folder a person may have saved: no caches, products or editors' own files."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

IGNORED_FOLDERS = frozenset(
    {
        ".bundle", ".cache", ".eggs", ".git", ".gradle", ".guard", ".hg", ".hypothesis", ".idea",
        ".mypy_cache", ".next", ".nox", ".nuxt", ".nyc_output", ".parcel-cache", ".pytest_cache",
        ".ruff_cache", ".svelte-kit", ".svn", ".terraform", ".tox", ".turbo", ".venv", ".vscode",
        "__pycache__", "_site", "dist", "htmlcov", "node_modules",
    }
)  # fmt: skip
IGNORED_NAMES = (
    # What watchfiles' own default filter leaves out is left out too.
    r"^\.coverage", r"^\.goutputstream-", r"^\.nfs", r"^4913$", r"^Thumbs\.db$", r"^#.*#$",
    r"-(?:journal|shm|wal)$", r"\.kate-swp$",
    r"\.(?:db|log|pid|pyc|pyo|sock|sqlite|sqlite3|swp|swx|tmp)$",
)  # fmt: skip


def is_source(path: Path, folders: Iterable[Path]) -> bool:
    """Whether a save of that file may matter to who watches these folders."""
    if _ignored().search(path.name):
        return False
    return any(
        IGNORED_FOLDERS.isdisjoint(path.relative_to(folder).parts)
        for folder in folders
        if path.is_relative_to(folder)
    )


def folders_below(roots: Iterable[Path]) -> Iterator[Path]:
    """Yield these folders and all below them that may hold sources; links are followed, once."""
    seen: set[tuple[int, int]] = set()
    for root in roots:
        for place, inner, _ in os.walk(root, followlinks=True):
            with contextlib.suppress(OSError):  # it is gone already
                found = os.stat(place)  # noqa: PTH116 - a Path for each would take twice as long
                if (identity := (found.st_dev, found.st_ino)) not in seen:
                    seen.add(identity)
                    inner[:] = [name for name in inner if name not in IGNORED_FOLDERS]
                    yield Path(place)
                    continue
            inner.clear()


def sources(folders: Iterable[Path], roots: Iterable[Path]) -> Iterator[Path]:
    """Yield the sources in these folders, which are below `roots`; not those further down."""
    roots = tuple(roots)
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file() and is_source(path := Path(entry.path), roots):
                    yield path


@cache
def _ignored() -> re.Pattern[str]:
    from watchfiles import DefaultFilter

    return re.compile("|".join((*DefaultFilter.ignore_entity_patterns, *IGNORED_NAMES)))
