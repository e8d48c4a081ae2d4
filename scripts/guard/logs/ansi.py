"""What a terminal line may hold: text and colours, nothing that moves the cursor or talks back.

Escape codes follow ECMA-48: CSI is ESC ``[`` parameters final-byte, SGR ("colours") is a CSI that
ends in ``m``, and OSC, DCS, PM, APC and SOS are strings that end in BEL or ST.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ESC = b"\x1b"
RESET = b"\x1b[0m"

_SGR = rb"\x1b\[[0-9;:]{0,64}m"
# Every control but TAB and LF, and ESC which the codes below have dealt with.
_CONTROLS = bytes({*range(0x20), 0x7F} - {*b"\t\n\x1b"})
# What opens an attribute, and the code that closes it again.
_CLOSED_BY = {
    **dict.fromkeys((1, 2), 22),
    3: 23,
    **dict.fromkeys((4, 21), 24),
    **dict.fromkeys((5, 6), 25),
    **{code: code + 20 for code in (7, 8, 9)},
    53: 55,
    **dict.fromkeys((*range(30, 39), *range(90, 98)), 39),
    **dict.fromkeys((*range(40, 49), *range(100, 108)), 49),
    58: 59,
}
_CLOSERS = frozenset(_CLOSED_BY.values())
_COLOURS = frozenset({39, 49, 59})
_NEVER_CLOSED = -1


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    """Compile at the first use: most lines need none of this, and the guard starts in a hurry."""
    return re.compile(pattern)


def home_to_return(data: bytes) -> bytes:
    """Write "move to the first column" (CSI G) as the carriage return that it amounts to."""
    return _compiled(rb"\x1b\[[01]?G").sub(b"\r", data) if ESC in data else data


def without_colours(data: bytes) -> bytes:
    """Leave out every SGR code."""
    return _compiled(_SGR).sub(b"", data) if ESC in data else data


def clean(block: bytes, inherited: bytes = b"") -> tuple[bytes, bytes]:
    """Make whole lines fit to be shown among other lines, each standing alone.

    ``block`` holds whole lines, ``inherited`` the SGR code that was open before them. Answers the
    cleaned lines and the code that is open after them. Every line opens the colours it inherits
    and closes those it leaves open; other escape and control codes go, those of the order of
    letters too; what is not UTF-8 becomes U+FFFD.
    """
    left_open = inherited
    if ESC in block:
        block = _without_commands(block)
    if inherited or ESC in block:
        block, left_open = _standing_alone(block, inherited)
    block = block.translate(None, _CONTROLS)
    if not block.isascii():
        block = block.decode("utf-8", "replace").encode()
        # The C1 controls: U+009B starts a CSI as well as ESC [ does. And what turns the order of
        # letters round, so that a line or a command reads otherwise than it is: U+202A to U+202E
        # and U+2066 to U+2069. Texts that run from right to left need none of them.
        block = _compiled(rb"\xc2[\x80-\x9f]|\xe2(?:\x80[\xaa-\xae]|\x81[\xa6-\xa9])").sub(
            b"", block
        )
    return block, left_open


def _without_commands(data: bytes) -> bytes:
    return _compiled(
        rb"\x1b(?!\[[0-9;:]{0,64}m)"
        rb"(?:\[[0-?]*[ -/]*[@-~]?"  # CSI, also one that the line's end cut off
        rb"|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # OSC, DCS, SOS, PM, APC
        rb"|[ -/]*[0-~])?",  # the rest, and an ESC of its own
    ).sub(b"", data)


def _standing_alone(block: bytes, open_code: bytes) -> tuple[bytes, bytes]:
    lines = block.split(b"\n")
    for number, line in enumerate(lines[:-1]):
        before = open_code
        if ESC in line:
            open_code = _after(before, b"".join(_compiled(_SGR).findall(line)))
        if line:
            lines[number] = before + line + (RESET if open_code else b"")
    return b"\n".join(lines), open_code


@lru_cache(maxsize=256)
def _after(open_code: bytes, codes: bytes) -> bytes:
    """Tell which SGR code amounts to ``open_code`` and then ``codes``."""
    active: dict[bytes, int] = {}
    for sequence in (open_code + codes).split(ESC)[1:]:
        parameters = iter(sequence[1:-1].split(b";"))
        for parameter in parameters:
            code = int(parameter.partition(b":")[0] or 0)
            if code == 0:
                active.clear()
            elif code in _CLOSERS:
                active = {key: closer for key, closer in active.items() if closer != code}
            else:
                closer = _CLOSED_BY.get(code, _NEVER_CLOSED)
                if closer in _COLOURS:
                    active = {key: other for key, other in active.items() if other != closer}
                active[_with_colour(code, parameter, parameters)] = closer
    return ESC + b"[" + b";".join(active) + b"m" if active else b""


def _with_colour(code: int, parameter: bytes, following: Iterator[bytes]) -> bytes:
    """Join ``38;5;N`` and ``38;2;R;G;B`` (48 and 58 alike) into one parameter."""
    if code not in {38, 48, 58} or b":" in parameter:
        return parameter
    mode = next(following, b"")
    count = {b"5": 1, b"2": 3}.get(mode, 0)
    return b";".join([parameter, mode, *(next(following, b"") for _ in range(count))])
