"""Bytes in, whole lines out, the same lines however the bytes were cut.

A line ends at LF and nowhere else (U+2028 is text). A carriage return starts the line over, so
only the last state of a progress display is a line. A line of more than ``limit`` bytes is given
out in pieces, each but the last marked with an ellipsis, so that memory is bounded by ``limit``.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from . import ansi

LIMIT = 64 * 1024
MORE = "…".encode()
_MAX_CODE_LENGTH = 32


class LineSplitter:
    """Cuts one stream of bytes into whole lines, cleaned by `ansi.clean`."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._pending = b""
        self._colours = b""

    def feed(self, data: bytes) -> bytes:
        """Take what was read; answer the lines that it completes, each with its LF."""
        raw = self._pending + data
        end = raw.rfind(b"\n") + 1
        whole, self._pending = raw[:end], raw[end:]
        if len(whole) > self._limit:
            whole = b"".join(self._pieces_of(line) for line in whole.split(b"\n")[:-1])
        if len(self._pending) > self._limit:
            pieces, self._pending = _trim(self._pending, self._limit)
            whole += b"".join(pieces)
        return self._cleaned(whole) if whole else b""

    def flush(self) -> bytes:
        """End the line that was begun, for its writer is gone; answer it, or nothing."""
        begun = ansi.home_to_return(self._pending).strip(b"\r")
        return self.feed(b"\n") if begun else b""

    @property
    def is_redrawn(self) -> bool:
        """Whether the line so far was started over: a spinner, or the bar of a progress."""
        return b"\r" in ansi.home_to_return(self._pending)

    @property
    def partial(self) -> bytes:
        """What stands on the line so far, cleaned, without an LF. Callable from any thread."""
        pending = _folded(self._pending + b"\n")[:-1]
        return ansi.clean(_without_cut_character(pending) + b"\n", self._colours)[0][:-1]

    def _pieces_of(self, line: bytes) -> bytes:
        if len(line) <= self._limit:
            return line + b"\n"
        pieces, rest = _trim(line, self._limit)
        return b"".join(pieces) + rest + b"\n"

    def _cleaned(self, whole: bytes) -> bytes:
        cleaned, self._colours = ansi.clean(_folded(whole), self._colours)
        return cleaned


def _folded(lines: bytes) -> bytes:
    """Leave of each line only what was written after its last carriage return."""
    lines = ansi.home_to_return(lines)
    if b"\r" in lines:
        lines = lines.replace(b"\r\n", b"\n")
    if b"\r" in lines:
        lines = b"\n".join(line.rstrip(b"\r").rpartition(b"\r")[2] for line in lines.split(b"\n"))
    return lines


def _trim(line: bytes, limit: int) -> tuple[list[bytes], bytes]:
    """Cut a begun line into full pieces and a rest of at most ``limit`` bytes (and a cut-off code).

    Where it cuts depends on the line's bytes alone, not on how much of it has come so far.
    """
    pieces: list[bytes] = []
    rest = b""
    *segments, last = ansi.home_to_return(line).split(b"\r")
    for segment in segments:
        rest = _shorten(segment, limit, pieces) if segment else rest
    begun = _cut_off_home(last)
    if begun == len(last):  # nothing yet, or what may become one more return
        return pieces, (rest + b"\r" if segments else b"") + last
    # What may yet become a return counts for the line only when it has not.
    rest = _shorten(last[: len(last) - begun], limit, pieces)
    return pieces, rest + last[len(last) - begun :]


def _shorten(text: bytes, limit: int, pieces: list[bytes]) -> bytes:
    """Take pieces off the beginning until at most ``limit`` bytes are left, and return those."""
    while len(text) > limit:
        end = _place_to_cut(text, limit)
        pieces.append(text[:end] + MORE + b"\n")
        text = text[end:]
    return text


@cache
def _begun_home() -> re.Pattern[bytes]:
    return re.compile(rb"\x1b(?:\[[01]?)?\Z")


def _cut_off_home(line: bytes) -> int:
    """Count the bytes at the end that may yet become a "move to the first column"."""
    begun = _begun_home().search(line, max(0, len(line) - 3))
    return len(begun[0]) if begun else 0


def _place_to_cut(line: bytes, limit: int) -> int:
    """Find the last place, at most ``limit``, within neither a character nor an escape code."""
    code = line.rfind(ansi.ESC, max(1, limit - _MAX_CODE_LENGTH), limit)
    if code > 0 and not line[code + 2 : limit].strip(b"0123456789;:?"):
        return code
    return _before_cut_character(line, limit)


def _before_cut_character(line: bytes, end: int) -> int:
    """Step back from ``end`` to the start of the UTF-8 character that it falls into."""
    for start in range(end, max(end - 4, 0), -1):
        if line[start] & 0xC0 != 0x80:  # noqa: PLR2004 - the mask of a UTF-8 continuation byte
            return start
    return end


def _without_cut_character(line: bytes) -> bytes:
    """Leave out a character whose last bytes have not come yet."""
    _, complete = codecs.utf_8_decode(line, "replace")
    return line[:complete]
