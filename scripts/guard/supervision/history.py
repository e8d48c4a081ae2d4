"""Where each service stood during the last hour."""

from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import Any

from ..core.phases import State
from ..core.snapshot import Snapshot, timestamp

SPAN = timedelta(hours=1)
LIMIT = 2000  # changes kept of each service: a crash loop makes a few a second, for seconds


class History:
    """The changes of state, as the snapshots tell them."""

    def __init__(self) -> None:
        self._changes: dict[str, deque[tuple[str, State]]] = {}

    def on_change(self, snapshot: Snapshot) -> None:
        """Take note of what is known now; what has not changed is no news."""
        for view in snapshot.services:
            changes = self._changes.setdefault(view.name, deque(maxlen=LIMIT))
            if not changes or changes[-1] != (timestamp(view.since), view.state):
                changes.append((timestamp(view.since), view.state))
            # The last change before the hour says how the hour began.
            begin = timestamp(view.since - SPAN)
            while len(changes) > 1 and changes[1][0] < begin:
                changes.popleft()

    def as_json(self) -> dict[str, Any]:
        """Return the JSON object of `GET /api/history`: by service, oldest first."""
        return {
            "services": {
                name: [{"time": time, "state": state.value} for time, state in changes]
                for name, changes in self._changes.items()
            }
        }
