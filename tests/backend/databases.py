"""Databases that are made once and copied: migrating takes ten times as long as opening."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from store.store import Store


def opened(file: Path, content: bytes | None = None) -> Store:
    """A store on a database of its own, with the tables of today, or with this content."""
    file.write_bytes(migrated() if content is None else content)
    return Store(f"sqlite:///{file}")


def lay(data: Path) -> None:
    """Make a data folder with an empty database, as a backend does, unless there is one.

    To migrate from nothing is a sixth of a backend's start. It still does so where the project is
    started by its commands, see tests/stack/test_project.py, and in the tests of the store.
    """
    if data.exists():
        return
    data.mkdir(0o700)
    file = data / "app.db"
    file.touch(0o600)
    file.write_bytes(migrated())


@cache
def migrated() -> bytes:
    """A database without a download, as the migrations make it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "app.db"
        Store(f"sqlite:///{file}").engine.dispose()
        return content(file)


def content(file: Path) -> bytes:
    """What a database holds that nobody has open any more."""
    assert not file.with_name(f"{file.name}-wal").exists()
    return file.read_bytes()
