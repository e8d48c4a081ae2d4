"""Leaves out the empty lines with which a program pushes a screen away before it clears that.

Vite, vitest and others print as many as the screen has rows and then clear what is below: in a log
nothing is cleared, and the lines would only push away what others have written.
"""

from __future__ import annotations

import re
from functools import cache

FEWEST = 4  # empty lines that are taken for it; fewer hurt nobody
_MANY = b"\n" * (FEWEST + 1), b"\n" + b"\r\n" * FEWEST
_RUN = rb"(?<=\n)(?:\r?\n){%d,}" % FEWEST
# "Move to the top left corner" (CSI H) or "erase the screen" (CSI J) of ECMA-48, or a full reset.
_CLEARS = rb"\x1b(?:\[[01;]{0,3}H|\[[0-3]?J|c)"
_MAY_CLEAR = rb"\x1b(?:\[[0-9;]{0,3})?"


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern)


class ClearedScreen:
    """Stands before a `LineSplitter`, and keeps empty lines until it knows what follows them."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Take what was read, and answer what is to be shown of all so far."""
        if not self._held and not any(many in data for many in _MANY):
            return data
        # What is held came after the end of a line, which was answered already.
        before = b"\n" if self._held else b""
        data = before + self._held + data
        data = _compiled(_RUN + rb"(?=" + _CLEARS + rb")").sub(b"", data)
        run = _compiled(_RUN + rb"(?:" + _MAY_CLEAR + rb")?\Z").search(data)
        end = len(data) if run is None else run.start()
        self._held = data[end:]
        return data[len(before) : end]

    def release(self) -> bytes:
        """Answer what was kept, for nothing followed it."""
        held, self._held = self._held, b""
        return held
