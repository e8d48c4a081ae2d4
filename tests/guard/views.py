"""A service as the status shows it when all is well, for tests to vary."""

from datetime import UTC, datetime

from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import ServiceView

WITH_A_PROCESS = frozenset({State.STARTING, State.READY, State.UNHEALTHY, State.STOPPING})
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
WEB = ServiceView(
    name="web",
    state=State.READY,
    pid=4711,
    port=3000,
    url="http://localhost:3000",
    held=True,
    since=NOON,
    ready_since=NOON,
    restarts=0,
    cause=None,
)
