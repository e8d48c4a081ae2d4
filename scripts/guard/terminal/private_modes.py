"""What a program has switched on in a terminal, and how to switch it back.

A hidden cursor, the second screen, mouse reports, bracketed paste: all are private modes of ECMA-48
terminals, set by ``CSI ? numbers h`` and reset by ``l``. Nearly every one is normally off.
"""

from __future__ import annotations

import re

_NORMALLY_ON = frozenset({b"7", b"8", b"25"})  # going on in the next row, repeated keys, the cursor
_SWITCH = re.compile(rb"\x1b\[\?([0-9;]{1,64})([hl])")
_BEGUN = re.compile(rb"\x1b(?:\[(?:\?[0-9;]{0,64})?)?\Z")
_PLAIN = b"\x1b[0m\x1b>"  # no colours, and the keypad gives numbers


class TerminalModes:
    """Those of one terminal, by what was written to it."""

    def __init__(self) -> None:
        self._switched: dict[bytes, bytes] = {}
        self._begun = b""
        self._plain = True
        """Whether nothing but text was written."""

    def see(self, data: bytes) -> None:
        """Take note of what is written; a code may come in pieces."""
        self._plain = self._plain and b"\x1b" not in data
        data = self._begun + data
        for numbers, switch in _SWITCH.findall(data):
            self._switched.update(dict.fromkeys(numbers.split(b";"), switch))
        begun = _BEGUN.search(data, max(0, len(data) - 128))
        self._begun = begun[0] if begun else b""

    def undo(self) -> bytes:
        """Return what makes the terminal as it was; it may be one that understands no codes."""
        codes = [] if self._plain else [_PLAIN]
        for number, switch in self._switched.items():
            normal = b"h" if number in _NORMALLY_ON else b"l"
            if switch != normal:
                codes.append(b"\x1b[?" + number + normal)
        self._switched.clear()
        return b"".join(codes)
