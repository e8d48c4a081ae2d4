"""What a person may do to a download, and what it is afterwards.

The table is the whole rule: an action that a state does not list is a conflict (409).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from domain.downloads import State

Action = Literal["pause", "resume", "cancel", "retry", "stop"]

RESULTS: dict[Action, dict[State, State]] = {
    "pause": {"queued": "paused", "running": "paused"},
    "resume": {"paused": "queued"},
    "cancel": {"queued": "cancelled", "running": "cancelled", "paused": "cancelled"},
    "retry": {"failed": "queued", "cancelled": "queued"},
    "stop": {"queued": "queued", "running": "queued", "paused": "queued", "failed": "queued"},
}
UNFINISHED: tuple[State, ...] = ("queued", "running", "paused")
"""Not over yet: shown to everyone, kept in staging."""


def why_not(action: Action, state: State) -> tuple[str, str]:
    """The sentence and the fix for an action that `state` does not allow."""
    instead = [name for name, results in RESULTS.items() if state in results and name != "stop"]
    fix = f"Now it can be {' or '.join(_PAST[name] for name in instead)}." if instead else _NONE
    return f"It is {state}, so it cannot be {_PAST[action]}.", fix


_PAST: dict[Action, str] = {
    "pause": "paused",
    "resume": "resumed",
    "cancel": "cancelled",
    "retry": "retried",
    "stop": "stopped",
}
_NONE = "Delete it, or send its link again."
