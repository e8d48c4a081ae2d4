"""Who is asked to leave at once, and who has to see to its visitors first."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable

import pytest

from scripts.guard.config.settings import Service
from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.net.bind import hold
from scripts.guard.supervision.drain import GracefulStop
from tests.conftest import FreePort
from tests.guard.supervision.test_supervisor import Actor
from tests.guard.views import NOON

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux can close the door"
)


async def wait_for(state: Callable[[], object]) -> None:
    while not state():  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(0.005)


def drained(port: int, steps: Callable[[GracefulStop, Actor], Awaitable[None]]) -> None:
    """Ask a server to leave whose only visitor waits in the queue, and go on with `steps`."""

    async def run(sock: socket.socket) -> None:
        server = Actor("web", 1)
        stop = GracefulStop({port: sock}.get)
        stop.begin(Service("web", "run", port=port), server, State.READY)
        assert server.signals == []
        await asyncio.wait_for(steps(stop, server), 60)

    with hold(port) as sock, socket.create_connection(("127.0.0.1", port)):
        asyncio.run(run(sock))


def is_let_in(port: int) -> bool:
    """Whether a new connection is taken; while the gate is closed none is."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.05).close()
    except TimeoutError:
        return False
    return True


@linux
def test_a_server_that_never_becomes_quiet_is_asked_to_leave_all_the_same(
    free_port: FreePort,
) -> None:
    async def steps(_stop: GracefulStop, server: Actor) -> None:
        begun = time.monotonic()
        await wait_for(lambda: server.signals)
        assert server.signals == [signal.SIGTERM]
        assert time.monotonic() - begun >= 0.9  # it had its second

    drained(free_port(), steps)


@linux
def test_who_comes_while_a_server_leaves_is_let_in_again_once_it_takes_nobody(
    free_port: FreePort,
) -> None:
    port = free_port()

    async def steps(_stop: GracefulStop, server: Actor) -> None:
        assert not is_let_in(port)
        await wait_for(lambda: server.signals)
        assert not is_let_in(port)  # it may still accept, and would lose who comes
        await wait_for(lambda: is_let_in(port))
        assert server.signals == [signal.SIGTERM]

    drained(port, steps)


@linux
def test_when_everybody_hurries_nobody_has_to_become_quiet(free_port: FreePort) -> None:
    async def steps(stop: GracefulStop, server: Actor) -> None:
        stop.hurry()
        await wait_for(lambda: server.signals)
        assert server.signals == [signal.SIGTERM]

    drained(free_port(), steps)


@pytest.mark.parametrize(("state", "at_once"), [(State.STARTING, True), (State.READY, False)])
def test_a_server_that_has_let_nobody_in_yet_has_nobody_to_see_to(
    free_port: FreePort,
    state: State,
    at_once: bool,  # noqa: FBT001
) -> None:
    port = free_port()
    server = Actor("web", 1)

    async def drain(sock: socket.socket) -> list[signal.Signals]:
        stop = GracefulStop({port: sock}.get)
        stop.begin(Service("web", "run", port=port), server, state)
        asked = list(server.signals)
        stop.on_change(Snapshot(pid=1, since=NOON, restart_scope="stack", services=()))
        return asked

    with hold(port) as sock, socket.create_connection(("127.0.0.1", port)):
        asked = asyncio.run(drain(sock))

    assert asked == ([signal.SIGTERM] if at_once else [])
