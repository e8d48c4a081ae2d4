"""What a program said last: a cause is looked for there only, for it survived what came before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from . import tracebacks
from .context import Rule

LINES = 80
"""How much is kept of what it said, for the way to an error is long."""
LINE_LENGTH = 1_000
"""How much of a line is looked at."""
AFTERWARDS = 15
"""How many lines may follow a cause, such as npm's; indented ones, as of a stack, do not count."""
LINES_TO_END = 15
"""How many lines further on a program says the last of what a cause made it say."""
RAW_LENGTH = 4 * LINE_LENGTH
"""How much of a line is looked at before its colours are taken out."""

_ESCAPES = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]")
_OF_A_GROUP = re.compile(r"^ +[|+] ?")  # before each line of Python's exception groups
_IGNORED = re.compile(  # what Python says of errors on its way out, which end nothing
    r"^Exception ignored .*\nTraceback .*\n(?: .*\n)*\S.*\n", re.MULTILINE
)


class LastWords(NamedTuple):
    """The last lines as plain text, and where in it begins what may have ended the program."""

    text: str
    begin: int

    def find(self, rule: Rule) -> re.Match[str] | None:
        """Return the last match of a rule, unless it ends before they begin."""
        found = None
        for match in re.finditer(rule.pattern, self.text, re.MULTILINE):
            found = match
        if found is None or self._end(found, rule) < self.begin:
            return None
        if rule.survived and re.search(rule.survived, self.text[found.end() :]):
            return None
        return found

    def _end(self, match: re.Match[str], rule: Rule) -> int:
        """Where that ends which the match made the program say."""
        if rule.ends is None:
            return match.end()
        lines = self.text[match.end() :].splitlines(keepends=True)[: LINES_TO_END + 1]
        last = re.search(rule.ends, "".join(lines))
        return match.end() + last.end() if last else match.end()


def of(tail: Sequence[str]) -> LastWords:
    """Return them, given the last lines with or without colours."""
    text = _IGNORED.sub("", "".join(f"{_plain(line)}\n" for line in tail[-LINES:]))
    return LastWords(text, max(_near_the_end(text), tracebacks.last(text)))


def _plain(line: str) -> str:
    return _OF_A_GROUP.sub("", _ESCAPES.sub("", line[:RAW_LENGTH])[:LINE_LENGTH]).rstrip()


def _near_the_end(text: str) -> int:
    lines = [line.start() for line in re.finditer(r"^\S", text, re.MULTILINE)]
    return lines[-AFTERWARDS - 1] if len(lines) > AFTERWARDS else 0
