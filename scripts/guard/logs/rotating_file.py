"""One process' log on disk, in a few files of bounded size."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE_BYTES = 5_000_000
FILES = 3
RETRY_SECONDS = 10.0
POLL_SECONDS = 1.0  # between two looks at whether somebody has deleted or moved the file


class RotatingFile:
    """Whole lines into ``path``, the older ones into ``path.1`` and ``path.2``.

    A folder that cannot be written or a full disk loses lines, never raises: `write` answers the
    error, and tries the disk again only after a while.
    """

    def __init__(
        self,
        path: Path,
        *,
        size: int = FILE_BYTES,
        files: int = FILES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._limit = size
        self._files = files
        self._clock = clock
        self._descriptor: int | None = None
        self._size = 0
        self._not_before = clock()
        self._looked = self._not_before

    def write(self, lines: bytes) -> OSError | None:
        """Append whole lines; answer why they could not be kept, if so."""
        now = self._clock()
        if now < self._not_before:
            return None
        try:
            if now - self._looked >= POLL_SECONDS:
                self._looked = now
                self._let_go_if_gone()
            self._append(lines)
        except OSError as error:
            self._not_before = self._clock() + RETRY_SECONDS
            self.close()
            return error
        return None

    def close(self) -> None:
        """Close the file; the next `write` opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _let_go_if_gone(self) -> None:
        """Close a file that is not under its name any more: nobody would read what it is given."""
        if self._descriptor is None:
            return
        try:
            is_there = os.path.samestat(self.path.lstat(), os.fstat(self._descriptor))
        except FileNotFoundError:
            is_there = False
        if not is_there:
            self.close()

    def _append(self, lines: bytes) -> None:
        descriptor = self._opened()
        if self._size and self._size + len(lines) > self._limit:
            self._rotate()
            descriptor = self._opened()
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except OSError:
            # A full disk took part of it: no torn line stays.
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, self._size)
            raise
        self._size += len(lines)

    def _opened(self) -> int:
        if self._descriptor is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
            self._descriptor = os.open(self.path, flags, 0o600)
            self._size = os.fstat(self._descriptor).st_size
        return self._descriptor

    def _rotate(self) -> None:
        self.close()
        for number in range(self._files - 2, -1, -1):
            newer = numbered(self.path, number)
            if newer.exists():
                newer.replace(numbered(self.path, number + 1))


def numbered(path: Path, number: int) -> Path:
    """Name the file of a log that is so many rotations old."""
    return path.with_name(f"{path.name}.{number}") if number else path
