"""Why a service that answers cannot work, read from what it says of itself.

Health is "restart me" and readiness is "leave me, this is why": the names are Kubernetes'. The
answer is one of RFC 9457 (problem details), or any JSON object with its ``detail``; a ``fix``
beside it is taken too. A ``kind`` with its ``values`` names what is said, for other languages.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import hints, service_words
from .cause import Cause, say

CANNOT_WORK = "cannot-work"
MAX_CHARACTERS = 1_000
_SERVER_ERROR = 500


def cause_of(name: str, path: str, status: int, body: bytes) -> Cause | None:
    """Return why `name` cannot work, from the answer at `path`; None where it can."""
    if status < _SERVER_ERROR:
        return None
    problem = _problem(body)
    detail, fix = _sentence(_line(problem.get("detail"))), _line(problem.get("fix"))
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
    cause = Cause.of(CANNOT_WORK, sentence, fixed, transient=True)
    return cause._replace(localized=_localized(problem)) if detail and fix else cause


def _problem(body: bytes) -> dict[str, Any]:
    try:
        problem = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, or brackets without end
        return {}
    return problem if isinstance(problem, dict) else {}


def _localized(problem: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return the detail and the fix by language, as the values of the cause that they are."""
    values = problem.get("values")
    named = values.items() if isinstance(values, dict) else ()
    told = service_words.of(
        _line(problem.get("kind")), {name: _line(value) for name, value in named}
    )
    return {
        language: {"detail": _sentence(detail), "typed": fix}
        for language, (detail, fix) in told.items()
    }


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def _line(value: object) -> str:
    """Return a text as one line without control characters; it comes from anybody."""
    if not isinstance(value, str):
        return ""
    line = " ".join(value[: 2 * MAX_CHARACTERS].split())
    return "".join(filter(str.isprintable, line))[:MAX_CHARACTERS]
