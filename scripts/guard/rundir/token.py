"""The secret that a write to the control API carries."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from .files import write_file


def write_token(path: Path) -> str:
    """Make a new secret for the control API and keep it where only this user can read it."""
    token = os.urandom(32).hex()
    with contextlib.suppress(OSError):  # the pages know it all the same; commands will say so
        write_file(path, token)
    return token
