"""A line of a terminal as inert HTML: its colours become classes, every other code goes.

The dashboard's script has a twin of this for the lines that come while it is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .template import escape

_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_OTHER_CODES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|[\x00-\x08\x0b-\x1f\x7f]"
)
_BASE, _BRIGHT, _COLOURS = 30, 90, 8
_EXTENDED, _EXTENDED_BACKGROUND, _DEFAULT = 38, 48, 39
_OPENS = {1: "bold", 2: "dim", 3: "italic", 4: "underline"}
_CLOSES = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}}
_GREY = 0.2  # a colour whose parts (0 to 1) differ by no more has no hue to show


def ansi_to_html(line: str) -> str:
    """Return a line of a log as HTML that holds nothing but text and `span`s with a class."""
    parts: list[str] = []
    classes: frozenset[str] = frozenset()
    position = 0
    for match in _SGR.finditer(line):
        parts.append(_span(line[position : match.start()], classes))
        position = match.end()
        classes = _after(match.group(1), classes)
    parts.append(_span(line[position:], classes))
    return "".join(parts)


def _after(codes: str, classes: frozenset[str]) -> frozenset[str]:
    numbers = iter([int(code or 0) for code in re.split("[;:]", codes)])
    for code in numbers:
        hue = frozenset(name for name in classes if name.startswith("c"))
        if code == 0:
            classes = frozenset()
        elif code in _OPENS:
            classes |= {_OPENS[code]}
        elif code in _CLOSES:
            classes -= _CLOSES[code]
        elif code == _DEFAULT:
            classes -= hue
        elif code == _EXTENDED:
            classes = (classes - hue) | _extended(numbers)
        elif code == _EXTENDED_BACKGROUND:
            _extended(numbers)
        else:
            for first in (_BASE, _BRIGHT):
                if first <= code < first + _COLOURS:
                    classes = (classes - hue) | {f"c{code - first}"}
    return classes


def _extended(numbers: Iterator[int]) -> frozenset[str]:
    """Return the nearest of the eight colours to what follows a 38: `5;N` or `2;R;G;B`."""
    mode = next(numbers, 0)
    if mode == 2:  # noqa: PLR2004 - red, green, blue
        return _nearest(*(next(numbers, 0) / 255 for _ in range(3)))
    number = next(numbers, 0)
    if number < 2 * _COLOURS:
        return frozenset({f"c{number % _COLOURS}"})
    cube = number - 2 * _COLOURS
    if cube >= 6**3:  # the grey ramp
        return frozenset()
    return _nearest(cube // 36 / 5, cube // 6 % 6 / 5, cube % 6 / 5)


def _nearest(red: float, green: float, blue: float) -> frozenset[str]:
    low, high = min(red, green, blue), max(red, green, blue)
    if high - low <= _GREY:
        return frozenset()
    middle = (low + high) / 2
    return frozenset({f"c{(red > middle) + 2 * (green > middle) + 4 * (blue > middle)}"})


def _span(text: str, classes: frozenset[str]) -> str:
    text = escape(_OTHER_CODES.sub("", text))
    if not text or not classes:
        return text
    return f'<span class="{" ".join(sorted(classes))}">{text}</span>'
