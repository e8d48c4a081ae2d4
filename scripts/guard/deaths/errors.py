"""An error that nobody caught, as Python and Node print it before they end."""

from __future__ import annotations

import re

_NO_LEVEL = r"(?!(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL)\b)"  # of a log

PYTHON = (
    r'^ +File "[^"\n]+", line \d+.*\n(?: .*\n)*'  # the rest of its traceback may have scrolled away
    rf"(?P<error>{_NO_LEVEL}(?:(?:[A-Za-z_]\w*\.)+\w+|[A-Z]\w*)(?::.*)?)$"
)
NODE = (
    rf"^(?:Uncaught )?(?P<error>{_NO_LEVEL}(?:[A-Z]\w*|error)(?: \[\w+\])?: .*)(?=\n +at )"  # a stack
)

_TRACEBACK = "Traceback (most recent call last):\n"
_CAUSED = "The above exception was the direct cause of the following exception:\n\n"


def last(text: str) -> int:
    """Where the last of them begins, together with what it names as its direct cause; 0 if none."""
    return max(_last_of_python(text), _start(NODE, text))


def traceback(text: str, end: int) -> int:
    """Where the traceback begins that reaches to `end`."""
    return max(0, text.rfind(_TRACEBACK, 0, end))


def _last_of_python(text: str) -> int:
    found = None
    for found in re.finditer(PYTHON, text, re.MULTILINE):
        pass
    if found is None:
        return 0
    start = traceback(text, found.end())
    while text.endswith(_CAUSED, 0, start):
        start = traceback(text, start)
    return start


def _start(pattern: str, text: str) -> int:
    return max((found.start() for found in re.finditer(pattern, text, re.MULTILINE)), default=0)
