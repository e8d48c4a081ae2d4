"""The lock of a download's folder: one process at a time works on what is staged there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import TYPE_CHECKING, TextIO

from domain.failures import DownloadError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "lock"
LOCK_SECONDS, LOCK_POLL = 10.0, 0.02
BUSY = "busy"


class ItemBusyError(DownloadError):
    """Another process holds the item for longer than a dying one should; a later try finds it free.

    One that was killed may still wait for a slow disk.
    """

    def __init__(self) -> None:
        sentence = "The previous attempt has not ended yet."
        super().__init__(BUSY, sentence, "Nothing needs to be done.", transient=True)


@contextlib.contextmanager
def locked(folder: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the folder's lock: one process at a time works on an item.

    The lock goes with the process that holds it. One that was killed may need a moment to go.

    Raises:
        ItemBusyError: when it is not free within `seconds`.

    """
    deadline = time.monotonic() + seconds
    while (file := _try_lock(folder)) is None:
        if time.monotonic() > deadline:
            raise ItemBusyError
        time.sleep(LOCK_POLL)
    with file:
        yield


def _try_lock(folder: Path) -> TextIO | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("w")
    except (FileExistsError, FileNotFoundError):  # who had it removes the folder just now
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if (folder / LOCK).stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
    except (BlockingIOError, FileNotFoundError):  # held, or its folder was removed meanwhile
        pass
    file.close()
    return None
