"""Compiled Python that would hide a save.

Python takes a module's compiled form for current where the source's size and the whole second of
its modification time are those noted in it (PEP 552). A server that is back within the second in
which the source is saved again, with as many bytes, would run what was there before.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterable
from glob import escape
from importlib.util import cache_from_source
from pathlib import Path

HEADER = struct.Struct("<4sLLL")
"""Magic number, flags (0: valid by time and size), the source's time in s, its size in bytes."""
BY_TIME = 0
LOW_32_BITS = 0xFFFFFFFF


def discard_ambiguous(saved: Iterable[Path]) -> None:
    """Remove the compiled forms that Python could not tell from those of these sources."""
    for source in saved:
        if source.suffix == ".py":
            for compiled in _compiled(source):
                with contextlib.suppress(OSError):  # it is gone, or not ours: Python does as ever
                    if _fits(compiled, source):
                        compiled.unlink()


def _compiled(source: Path) -> Iterable[Path]:
    """Where any Python keeps what it compiled of a source; the folder may be set to another."""
    folders = {source.parent / "__pycache__", Path(cache_from_source(source)).parent}
    return (found for folder in folders for found in folder.glob(f"{escape(source.stem)}.*.pyc"))


def _fits(compiled: Path, source: Path) -> bool:
    with compiled.open("rb") as file:
        header = file.read(HEADER.size)
    if len(header) < HEADER.size:
        return False
    _, flags, second, size = HEADER.unpack(header)
    now = source.stat()
    this = int(now.st_mtime) & LOW_32_BITS, now.st_size & LOW_32_BITS
    return bool(flags == BY_TIME and (second, size) == this)
