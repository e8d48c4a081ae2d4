"""What one backend holds while it works, so that no other takes its downloads for abandoned.

The name is a new one each time that it is acquired: what a process finds under another name is
nobody's, or somebody else's.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Lease(Protocol):
    """The right to work under a name."""

    executor: str

    def acquire(self) -> bool:
        """Take it, under a new name; False while another process holds it."""

    def held(self) -> bool:
        """Whether it is still ours."""

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Of these names, those whose holders have died."""


class FileLease:
    """A lock on a file beside the SQLite database: one process works, the next waits."""

    def __init__(self, path: Path) -> None:
        self.executor = ""
        self._path = path
        self._file: TextIO | None = None

    def acquire(self) -> bool:
        """Take the lock, which goes with the process."""
        self.close()
        self._file = self._path.open("a", encoding="utf-8")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.executor = f"api-{secrets.token_hex(4)}"
        return self.held()

    def held(self) -> bool:
        """Whether the file that is locked is the one that the next process would find."""
        try:
            return self._file is not None and os.path.samestat(
                os.fstat(self._file.fileno()), self._path.stat()
            )
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Give it up."""
        if self._file:
            self._file.close()
        self._file = None

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Whoever had another name: nobody else works here."""
        return [name for name in executors if name != self.executor]
