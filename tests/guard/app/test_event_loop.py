"""The loop goes on, whatever one of its parts does."""

import asyncio
import signal
from pathlib import Path

from scripts.guard.app.event_loop import EventLoop, Follower
from scripts.guard.app.exits import Exits
from scripts.guard.app.graceful_stop import GracefulStop
from scripts.guard.app.shutdown import Shutdown
from scripts.guard.app.signals import Signals
from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.process import Running
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.http.admission import of_carried
from scripts.guard.net.port_table import Ports
from scripts.guard.net.relay import Relay
from scripts.guard.supervision.effects import Exited
from scripts.guard.supervision.supervisor import Supervisor

HERE = Path("/nowhere")
CONFIG = Settings(HERE, HERE / "Procfile", (), HERE / ".guard", (Service("web", "run"),))


class Failing:
    """A part that cannot follow, as where no thread can be started."""

    def on_change(self, _snapshot: Snapshot) -> None:
        raise RuntimeError("can't start new thread")


class Following:
    """A part that takes down what it is told."""

    def __init__(self) -> None:
        self.seen: list[State] = []

    def on_change(self, snapshot: Snapshot) -> None:
        self.seen += [view.state for view in snapshot.services]


def refuse(_service: Service, _exited: Exited) -> Running:
    raise OSError("no process can be started")


def explain(_service: Service, _end: int | OSError) -> Cause:
    return Cause("not-started", "It could not be started.", "look", transient=True)


def test_a_part_that_fails_neither_hides_a_change_nor_ends_the_retries() -> None:
    said: list[str] = []
    following = Following()

    async def run() -> int:
        current = CurrentConfig(CONFIG)
        supervisor = Supervisor(current, launch=refuse, explain=explain, report=said.append)
        shutdown = Shutdown(supervisor, GracefulStop(Ports(), Relay(of_carried(1024))), said.append)
        followers: tuple[Follower, ...] = (Failing(), following, Leave(shutdown), shutdown)
        loop = EventLoop(
            supervisor,
            exits=Exits(),
            shutdown=shutdown,
            signals=Signals(),
            followers=followers,
            report=said.append,
        )
        return await asyncio.wait_for(loop.run(), 60)

    class Leave:
        """Ends it all once it was tried again, which a timer has to see to."""

        def __init__(self, shutdown: Shutdown) -> None:
            self._shutdown = shutdown

        def on_change(self, snapshot: Snapshot) -> None:
            if snapshot.services[0].restarts > 1:
                asyncio.get_running_loop().call_soon(self._shutdown.begin, 7)

    before = {number: signal.getsignal(number) for number in (*Signals.ENDING, signal.SIGCHLD)}
    try:
        assert asyncio.run(run()) == 7
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert following.seen[-1] is State.STOPPED
    told = [line for line in said if "internal error" in line]
    assert told
    assert "Failing could not follow a change: RuntimeError" in told[0]
