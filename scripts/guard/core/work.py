"""What a service is busy with, read from what it says of itself where it is asked for readiness.

That is `work` in the JSON object of its answer:
``{"kind": "download", "count": 3, "resumes": true}``.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

KINDS = frozenset({"download", "task"})
"""What the pages have a word for; any other kind is a task."""
MAX_COUNT = 1_000_000


class Work(NamedTuple):
    """What a stop interrupts."""

    kind: str
    amount: int
    resumes: bool
    """Whether it continues by itself after a restart."""

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of the control API."""
        return {"kind": self.kind, "count": self.amount, "resumes": self.resumes}


def work_of(body: bytes) -> Work | None:
    """Return what is under way, from the body of an answer; None where nothing is, or none said."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):  # no JSON, or brackets without end
        return None
    told = answer.get("work") if isinstance(answer, dict) else None
    if not isinstance(told, dict):
        return None
    count, kind = told.get("count"), told.get("kind")
    if type(count) is not int or not 0 < count <= MAX_COUNT:
        return None
    known = kind if isinstance(kind, str) and kind in KINDS else "task"
    return Work(known, count, resumes=told.get("resumes") is True)
