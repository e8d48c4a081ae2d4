"""Which services have stopped taking connections, and which of those are only being debugged.

That is read from their accept queues; where those cannot be read, they are asked over HTTP.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ..core import hints
from ..core.cause import Cause, say
from ..core.phases import State
from ..core.snapshot import ServiceView
from ..net import accept_queue
from . import liveness

QueueLength = Callable[[], int | None]
Ask = Callable[[], Awaitable[bool]]


class HangDetector:
    """Watches what is READY; `look` is to be called every second."""

    def __init__(
        self,
        *,
        queue_length: Callable[[ServiceView], QueueLength],
        ask: Callable[[ServiceView], Ask | None],
        is_attached: Callable[[str], bool],
        tail: Callable[[str, int], Sequence[str]],
        report: Callable[[str], None],
    ) -> None:
        """`queue_length` gives the function that tells how many connections wait for a service.

        `ask` gives the one that tells whether it answers, None for what may not speak HTTP.
        """
        self._queue_length = queue_length
        self._ask = ask
        self._is_attached = is_attached
        self._tail = tail
        self._report = report
        self._watches: dict[str, tuple[int | None, liveness.Watch]] = {}
        self._debugged: set[str] = set()

    def look(self, views: Sequence[ServiceView], limit: float) -> list[tuple[str, Cause]]:
        """Return what has taken no connection for `limit` seconds although some wait."""
        found = []
        for view in views:
            if view.state is not State.READY or view.port is None or not limit:
                self._forget(view.name)
                continue
            watch = self._watch(view)
            stuck = watch.look()
            if stuck and self._is_debugged(view.name):
                watch.reset()
            elif stuck >= limit:
                found.append((view.name, _hung(view.name, stuck)))
        return found

    def _watch(self, view: ServiceView) -> liveness.Watch:
        pid, watch = self._watches.get(view.name, (None, None))
        if watch is None or pid != view.pid:
            self._forget(view.name)
            watch = self._new_watch(view)
            self._watches[view.name] = view.pid, watch
        return watch

    def _new_watch(self, view: ServiceView) -> liveness.Watch:
        queue_length, ask = self._queue_length(view), self._ask(view)
        if queue_length() is None and ask is not None:
            return liveness.HttpWatch(ask)
        return liveness.AcceptQueueWatch(
            queue_length, lambda: accept_queue.peers_at(view.port or 0)
        )

    def _forget(self, name: str) -> None:
        _, watch = self._watches.pop(name, (None, None))
        if watch is not None:
            watch.close()

    def _is_debugged(self, name: str) -> bool:
        """Whether it takes no connections because its user looks at it, or should."""
        if self._is_attached(name):
            return True
        waits = any(liveness.is_prompt(line) for line in self._tail(name, 1))
        if waits and name not in self._debugged:
            self._report(f"{name} waits in a debugger: {hints.command('attach', name)}")
        (self._debugged.add if waits else self._debugged.discard)(name)
        return waits


def _hung(name: str, seconds: float) -> Cause:
    return Cause.of(
        "hung",
        say(
            "{name} accepted no connection for {seconds} s while clients waited; restarting it.",
            name=name,
            seconds=f"{seconds:.0f}",
        ),
        say(
            "Look for an endless loop or a blocking call in what it does; GUARD_HANG_SECONDS=0 "
            "turns this off"
        ),
        transient=True,
    )
