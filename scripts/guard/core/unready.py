"""Why a service that answers cannot work, read from what it says of itself.

Health is "restart me" and readiness is "leave me, this is why": the names are Kubernetes'. The
answer is one of RFC 9457 (problem details), or any JSON object with its ``detail``; a ``fix``
beside it is taken too.
"""

from __future__ import annotations

import json

from . import hints
from .cause import Cause, say

CANNOT_WORK = "cannot-work"
MAX_CHARACTERS = 1_000
_SERVER_ERROR = 500


def cause_of(name: str, path: str, status: int, body: bytes) -> Cause | None:
    """Return why `name` cannot work, from the answer at `path`; None where it can."""
    if status < _SERVER_ERROR:
        return None
    detail, fix = _told(body)
    if detail and not detail.endswith((".", "!", "?")):
        detail += "."
    if detail:
        sentence = say("{name} runs, but cannot work: {detail}", name=name, detail=detail)
    else:
        sentence = say(
            "{name} runs, but cannot work: it answers {path} with error {status}.",
            name=name,
            path=path,
            status=status,
        )
    fixed = say("{typed}", typed=fix or hints.command("logs", name))
    return Cause.of(CANNOT_WORK, sentence, fixed, transient=True)


def _told(body: bytes) -> tuple[str, str]:
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, or brackets without end
        return "", ""
    if not isinstance(problem, dict):
        return "", ""
    return _line(problem.get("detail")), _line(problem.get("fix"))


def _line(value: object) -> str:
    """Return a text as one line without control characters; it comes from anybody."""
    if not isinstance(value, str):
        return ""
    line = " ".join(value[: 2 * MAX_CHARACTERS].split())
    return "".join(filter(str.isprintable, line))[:MAX_CHARACTERS]
