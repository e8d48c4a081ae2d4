"""What the servers in containers say: read after each test, and before a container goes.

A traceback fails the test in whose time it was written, an answer with 500 too (tests/conftest.py
finds that in what is printed). A test that has code fail on purpose says with which error:
`@pytest.mark.own_traceback("SyntaxError")`.
"""

import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HEADER = "Traceback (most recent call last):"
Say = Callable[[str], tuple[str, ...]]
"""A container -> each of its streams, from its beginning."""


@dataclass
class Logs:
    """The logs of containers that come and go."""

    containers: Callable[[], list[str]]
    say: Say
    _read: dict[tuple[str, int], int] = field(default_factory=dict)
    """How many signs of each stream have been read."""
    _kept: str = ""

    def keep(self) -> None:
        """Read on, for whoever asks next: what is removed now can be read no more."""
        for container in self.containers():
            for number, text in enumerate(self.say(container)):
                before = self._read.get((container, number), 0)
                self._kept += text[before if before <= len(text) else 0 :]
                self._read[container, number] = len(text)

    def news(self) -> str:
        """What was said since the last time."""
        self.keep()
        kept, self._kept = self._kept, ""
        return kept


_open: list[Logs] = []


@contextmanager
def reading(containers: Callable[[], list[str]], say: Say) -> Iterator[Logs]:
    """Have these logs read while the block runs, and what is left of them after it."""
    logs = Logs(containers, say)
    _open.append(logs)
    try:
        yield logs
    finally:
        _open.remove(logs)
        sys.stdout.write(left := logs.news())
    found = tracebacks(left)
    assert not found, f"a server had an error of its own: {found}"


def news() -> str:
    """What all of them said since the last time."""
    return "".join(each.news() for each in _open)


def tracebacks(log: str, expected: Collection[str] = ()) -> list[str]:
    """The last line of each traceback, except of these errors."""
    found = []
    lines = iter(log.splitlines())
    for line in lines:
        if line.endswith(HEADER):
            error = next((each for each in lines if each and not each.startswith(" ")), "cut off")
            if not any(name in error for name in expected):
                found.append(error)
    return found
