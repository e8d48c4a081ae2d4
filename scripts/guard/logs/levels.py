"""How grave a line of a log is, by its words: programs say it in their own ways, or not at all.

The patterns are valid in Python and in JavaScript, so that the dashboard judges as the guard does.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Literal, get_args

Level = Literal["error", "warning"]
LEVELS: tuple[Level, ...] = get_args(Level)
LOOKED_AT = 1000
"""Characters of a line that are looked at: who has something to say says it at the beginning."""

PATTERNS: dict[Level, str] = {
    "error": (
        r"\b(?:ERROR|CRITICAL|FATAL|PANIC|EMERG)\b"
        r"|\b(?:[Ee]rror|[Ff]atal|[Pp]anic|[Cc]ritical|[Uu]ncaught|[Uu]nhandled)\b(?=[:\])!])"
        r"|\b[A-Z][A-Za-z0-9]{0,60}(?:Error|Exception)\b|Traceback \(most recent"
        r"|\blevel=(?:error|fatal|critical|panic)\b|\"level\": ?\"(?:error|fatal|critical)\""
        r"|\bnpm (?:ERR!|error)|HTTP/[0-9.]+\" 5[0-9][0-9]\b"
    ),
    "warning": (
        r"\b(?:WARNING|WARN)\b|\b[Ww]arn(?:ing)?\b(?=[:\])!])"
        r"|\b[A-Z][A-Za-z0-9]{0,60}Warning\b"
        r"|\blevel=warn(?:ing)?\b|\"level\": ?\"warn(?:ing)?\"|\bnpm (?:WARN|warn)\b"
    ),
}


@cache
def _compiled(level: Level) -> re.Pattern[str]:
    return re.compile(PATTERNS[level])


def level(text: str) -> Level | None:
    """Return the level that a line without colours has, None for an ordinary one."""
    head = text[:LOOKED_AT]
    return next((one for one in LEVELS if _compiled(one).search(head)), None)


def at_least(least: Level, text: str) -> bool:
    """Whether a line is so grave or graver: `error` is graver than `warning`."""
    found = level(text)
    return found in {"error", least}
