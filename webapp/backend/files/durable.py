"""Has the disk keep what was written, before anybody is told that it is there.

A file that was written and renamed may be empty after a power cut, although its name is there: most
file systems write names before contents (fsync(2)).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CANNOT = {errno.EBADF, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
"""What file systems say that have no such thing, for folders above all."""
FULL = getattr(fcntl, "F_FULLFSYNC", None)
"""What macOS calls it: its fsync leaves the rest to the drive."""


def sync(path: Path) -> None:
    """Wait until the contents of a file, or the names in a folder, are on the disk.

    Raises:
        OSError: if they do not get there.

    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if FULL is not None:
            with contextlib.suppress(OSError):  # not on every file system
                fcntl.fcntl(descriptor, FULL)
                return
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
    finally:
        os.close(descriptor)
