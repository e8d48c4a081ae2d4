"""What a file looks like from outside, to tell whether it has changed."""

from __future__ import annotations

from pathlib import Path

Signature = tuple[int, int, int] | None


def signature(path: Path) -> Signature:
    """Return what tells one version of a file from another; None if there is no such file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
