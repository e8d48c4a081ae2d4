"""Which services have stopped taking connections, and which of those are only being debugged."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scripts.guard import health, sockets
from scripts.guard.cause import Cause
from scripts.guard.states import State
from scripts.guard.status import ServiceView

Waiting = Callable[[], int | None]


class Hangs:
    """Looks at the accept queues of what is READY; `look` is to be called every second."""

    def __init__(
        self,
        *,
        waiting: Callable[[ServiceView], Waiting],
        is_attached: Callable[[str], bool],
        tail: Callable[[str, int], Sequence[str]],
        say: Callable[[str], None],
    ) -> None:
        """`waiting` gives the function that tells how many connections wait for a service."""
        self._waiting = waiting
        self._is_attached = is_attached
        self._tail = tail
        self._say = say
        self._queues: dict[str, tuple[int | None, health.Queue]] = {}
        self._debugged: set[str] = set()

    def look(self, views: Sequence[ServiceView], limit: float) -> list[tuple[str, Cause]]:
        """Return what has taken no connection for `limit` seconds although some wait."""
        found = []
        for view in views:
            if view.state is not State.READY or view.port is None or not limit:
                self._queues.pop(view.name, None)
                continue
            queue = self._queue(view)
            stuck = queue.look()
            if stuck and self._is_debugged(view.name):
                queue.excuse()
            elif stuck >= limit:
                found.append((view.name, _hung(view.name, stuck)))
        return found

    def _queue(self, view: ServiceView) -> health.Queue:
        pid, queue = self._queues.get(view.name, (None, None))
        if queue is None or pid != view.pid:
            queue = health.Queue(self._waiting(view), lambda: sockets.waiting_peers(view.port or 0))
            self._queues[view.name] = view.pid, queue
        return queue

    def _is_debugged(self, name: str) -> bool:
        """Whether it takes no connections because its user looks at it, or should."""
        if self._is_attached(name):
            return True
        waits = any(health.is_prompt(line) for line in self._tail(name, 1))
        if waits and name not in self._debugged:
            self._say(f"{name} waits in a debugger: make attach p={name}")
        (self._debugged.add if waits else self._debugged.discard)(name)
        return waits


def _hung(name: str, seconds: float) -> Cause:
    return Cause(
        "hung",
        f"{name} has taken no connection for {seconds:.0f} s although some wait; it is replaced.",
        "look for an endless loop or a blocking call in what it does; GUARD_HANG_SECONDS=0 turns "
        "this off",
        transient=True,
    )
