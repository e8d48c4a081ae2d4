"""The end of a process' log on disk, and whatever is added to it, by whichever guard."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, BinaryIO

from .rotating_file import FILES, numbered

if TYPE_CHECKING:
    from pathlib import Path

START_BYTES = 512 * 1024


class TailReader:
    """Reads what a `RotatingFile` writes, also while it is rotated, cut short or deleted."""

    def __init__(self, path: Path, start: int = START_BYTES) -> None:
        """Begin so many bytes before the end."""
        self._path = path
        self._start = start
        self._file: BinaryIO | None = None
        self._begun = b""

    def read(self) -> bytes:
        """Return the whole lines that were added since; at first the last ones that are there."""
        newer = self._newer()  # looked for before the rest is read: then it is all of the rest
        data = self._begun + self._rest()
        for file in newer:
            self.close()
            self._file = file
            data += file.read()
        end = data.rfind(b"\n") + 1
        self._begun = data[end:]
        return data[:end]

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _rest(self) -> bytes:
        if self._file is None:
            return b""
        size = os.fstat(self._file.fileno()).st_size
        if size < self._file.tell():  # somebody emptied it, or it ended in a torn line
            self._file.seek(size)
            self._begun = b""
        return self._file.read()

    def _newer(self) -> list[BinaryIO]:
        """Open what comes after the file that is read, the oldest first."""
        found: dict[int, BinaryIO] = {}
        room = self._start
        # The newest first: one that is renamed meanwhile is met again, none is missed.
        for number in range(FILES):
            with contextlib.suppress(OSError):
                file = numbered(self._path, number).open("rb")
                status = os.fstat(file.fileno())
                if status.st_ino in found or not self._is_newer(status) or room <= 0:
                    file.close()
                    continue
                found[status.st_ino] = file
                if self._file is None:
                    _leave_off(file, status.st_size - room)
                    room -= status.st_size
        return list(reversed(found.values()))

    def _is_newer(self, status: os.stat_result) -> bool:
        if self._file is None:
            return True
        own = os.fstat(self._file.fileno())
        # A file is done with before the next is begun.
        return status.st_ino != own.st_ino and status.st_mtime_ns >= own.st_mtime_ns


def _leave_off(file: BinaryIO, count: int) -> None:
    """Go to the first line that begins after so many bytes."""
    if count > 0:
        file.seek(count - 1)
        file.readline()
