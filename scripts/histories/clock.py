"""Clocks that differ: a process that is shown another time of day than the machine's."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_suffix(".c")


def possible() -> bool:
    """Whether there is what shows it: the dynamic linker of Linux, and a C compiler."""
    return sys.platform == "linux" and shutil.which("cc") is not None


def off_by(seconds: int) -> dict[str, str]:
    """The variables with which a process, and whatever it starts, is shown that time."""
    return {"LD_PRELOAD": str(_library()), "CLOCK_OFF_SECONDS": str(seconds)}


@functools.cache
def _library() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="clock-")
    made = Path(folder.name) / "clock.so"
    command = ["cc", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    _folders.append(folder)
    return made


_folders: list[tempfile.TemporaryDirectory[str]] = []
"""Removed when the program ends."""
