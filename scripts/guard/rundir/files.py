"""Replaces a file of ours as a whole."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_file(path: Path, text: str) -> None:
    """Replace a file of ours as a whole, mode 0600: a reader sees the old text or the new."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        # Names of files may be of other bytes than UTF-8's.
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as stream:  # noqa: PTH123 - a descriptor
            stream.write(text)
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
