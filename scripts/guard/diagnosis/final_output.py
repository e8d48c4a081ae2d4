"""What a program said last: a cause is looked for there only, for it survived what came before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from scripts.guard.diagnosis import tracebacks

LINES = 80
"""How much is kept of what it said, for the way to an error is long."""
LINE_LENGTH = 1_000
"""How much of a line is looked at."""
AFTERWARDS = 15
"""How many lines may follow a cause, such as npm's; indented ones, as of a stack, do not count."""

_ESCAPES = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")
_OF_A_GROUP = re.compile(r"^ +[|+] ?")  # before each line of Python's exception groups
_IGNORED = re.compile(  # what Python says of errors on its way out, which end nothing
    r"^Exception ignored .*\nTraceback .*\n(?: .*\n)*\S.*\n", re.MULTILINE
)


class LastWords(NamedTuple):
    """The last lines as plain text, and where in it begins what may have ended the program."""

    text: str
    begin: int

    def find(self, pattern: str) -> re.Match[str] | None:
        """Return the last match of a rule's pattern that does not end before they begin."""
        found = None
        for match in re.finditer(pattern, self.text, re.MULTILINE):
            if match.end() >= self.begin:
                found = match
        return found


def of(tail: Sequence[str]) -> LastWords:
    """Return them, given the last lines with or without colours."""
    text = _IGNORED.sub("", "".join(f"{_plain(line)}\n" for line in tail[-LINES:]))
    return LastWords(text, max(_near_the_end(text), tracebacks.last(text)))


def _plain(line: str) -> str:
    return _OF_A_GROUP.sub("", _ESCAPES.sub("", line)[:LINE_LENGTH]).rstrip()


def _near_the_end(text: str) -> int:
    lines = [line.start() for line in re.finditer(r"^\S", text, re.MULTILINE)]
    return lines[-AFTERWARDS - 1] if len(lines) > AFTERWARDS else 0
