"""An error that nobody caught, as Python and Node print it before they end."""

from __future__ import annotations

import re

_NO_LEVEL = r"(?!(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b)"  # of a log

PYTHON = (
    # Its last frame: the others may have scrolled away, and each would be tried to the end.
    r'^ +File "[^"\n]+", line \d+.*\n(?: (?! *File ").*\n)*'
    rf"(?P<error>{_NO_LEVEL}(?:(?:[A-Za-z_]\w*\.)+\w+|[A-Z]\w*)(?::.*)?)$"
)
NODE = (  # what follows it is its stack
    rf"^(?:Uncaught )?(?P<error>{_NO_LEVEL}(?:[A-Z]\w*|error)(?: \[\w+\])?: .*)(?=\n +at )"
)

_TRACEBACK = "Traceback (most recent call last):\n"
_CAUSED = "The above exception was the direct cause of the following exception:\n\n"


def last(text: str) -> int:
    """Where the last of them begins, together with what it names as its direct cause; 0 if none."""
    python = [found.end() for found in re.finditer(PYTHON, text, re.MULTILINE)]
    node = [found.start() for found in re.finditer(NODE, text, re.MULTILINE)]
    return max(_with_its_cause(text, python[-1]) if python else 0, node[-1] if node else 0)


def traceback(text: str, end: int) -> int:
    """Where the traceback begins that reaches to `end`."""
    return max(0, text.rfind(_TRACEBACK, 0, end))


def _with_its_cause(text: str, end: int) -> int:
    start = traceback(text, end)
    while text.endswith(_CAUSED, 0, start):
        start = traceback(text, start)
    return start
