"""Any error that nobody caught."""

from __future__ import annotations

import re

from ...core.cause import Told, say
from .. import tracebacks
from ..context import Crash, Rule

_SEE_ABOVE = "The lines before it say more: {logs}"

STOPPED = "{name} stopped at an error: {error}"

_FRAME = re.compile(r'^ +File "(?P<file>[^"\n]+)", line (?P<row>\d+)', re.MULTILINE)


def uncaught(crash: Crash) -> Told:
    """Name the error, and the last place in the service's own code on the way to it."""
    end = crash.found.end()
    frames = [
        (crash.short(frame["file"]), frame["row"])
        for frame in _FRAME.finditer(crash.text, tracebacks.traceback(crash.text, end), end)
    ]
    own = [frame for frame in frames if not frame[0].startswith(("/", "<", ".venv"))]
    if not own:
        return say(STOPPED)
    file, row = own[-1]
    return say("{name} stopped at an error in {at} line {row}: {error}", at=file, row=row)


RULES: tuple[Rule, ...] = (
    Rule(
        "crash",
        tracebacks.PYTHON,
        uncaught,
        _SEE_ABOVE,
        transient=True,
    ),
    Rule(
        "crash",
        tracebacks.NODE,
        STOPPED,
        _SEE_ABOVE,
        transient=True,
    ),
)
