"""Who is asked to leave at once, and who has to see to its visitors first."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack

import pytest

from scripts.guard.app.graceful_stop import (
    DRAIN_LOOKS,
    DRAIN_SECONDS,
    MAX_DRAIN_SECONDS,
    Drain,
    GracefulStop,
)
from scripts.guard.config.service import Service
from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.http.admission import of_carried
from scripts.guard.net import handover
from scripts.guard.net.port_table import Ports
from scripts.guard.net.relay import Relay
from tests.conftest import FreePort
from tests.guard.supervision.test_supervisor import Actor
from tests.guard.views import NOON

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux chooses a socket by a program"
)
GONE = Snapshot(pid=1, since=NOON, restart_scope="stack", services=())


class Server(Actor):
    """A process that is told, with its signal, that its grace begins."""

    told = 0

    def asked(self) -> None:
        assert self.signals
        self.told += 1


async def wait_for(state: Callable[[], object]) -> None:
    while not state():  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(0.005)


def drained(port: int, steps: Callable[[GracefulStop, Ports, Server], Awaitable[None]]) -> None:
    """Ask a server to leave whose only visitor waits in the queue, and go on with `steps`."""

    async def run() -> None:
        server, ports = Server("web", 1), Ports()
        ports.take(port)
        stop = GracefulStop(ports, Relay(of_carried(1024)))
        try:
            with socket.create_connection(("127.0.0.1", port)) as visitor:
                visitor.sendall(b"first")
                stop.begin(Service("web", "run", port=port), server, State.READY, server.asked)
                assert server.signals == []
                await asyncio.wait_for(steps(stop, ports, server), 60)
        finally:
            await stop.close()
            ports.keep_only(set())

    asyncio.run(run())


@linux
def test_a_server_that_never_becomes_quiet_is_asked_to_leave_all_the_same(
    free_port: FreePort,
) -> None:
    async def steps(_stop: GracefulStop, _ports: Ports, server: Server) -> None:
        begun = time.monotonic()
        await wait_for(lambda: server.signals)
        assert (server.signals, server.told) == ([signal.SIGTERM], 1)
        assert time.monotonic() - begun >= 0.9  # it had its second

    drained(free_port(), steps)


@linux
def test_who_comes_while_a_server_leaves_waits_for_the_next_one(free_port: FreePort) -> None:
    port = free_port()

    async def steps(stop: GracefulStop, ports: Ports, server: Server) -> None:
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            visitor.sendall(b"later")
            await wait_for(lambda: server.signals)
            stop.on_change(GONE)
            said = await served(ports, 2)
        assert said == {b"first", b"later"}  # whom it left waiting is not lost either
        assert server.signals == [signal.SIGTERM]

    drained(port, steps)


async def served(ports: Ports, count: int) -> set[bytes]:
    """Be the next server; returns what its first visitors say."""
    said: list[bytes] = []
    (sock,) = ports._sockets.values()  # noqa: SLF001 - what the next server is given

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said.append(await reader.read(5))
        writer.close()

    async with await asyncio.start_server(visit, sock=sock.dup()):
        await wait_for(lambda: len(said) == count)
    return set(said)


@linux
def test_when_everybody_hurries_nobody_has_to_become_quiet(free_port: FreePort) -> None:
    async def steps(stop: GracefulStop, _ports: Ports, server: Server) -> None:
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
    server = Server("web", 1)

    async def drain() -> list[signal.Signals]:
        ports = Ports()
        ports.take(port)
        stop = GracefulStop(ports, Relay(of_carried(1024)))
        with socket.create_connection(("127.0.0.1", port)):
            stop.begin(Service("web", "run", port=port), server, state, server.asked)
            asked = list(server.signals)
        await stop.close()
        ports.keep_only(set())
        return asked

    asked = asyncio.run(drain())

    assert asked == ([signal.SIGTERM] if at_once else [])
    assert server.told == len(asked)


@linux
def test_one_that_starts_and_has_let_somebody_in_sees_to_whoever_came(free_port: FreePort) -> None:
    """A crowd waits for a server that is being started, and is not told to be ready meanwhile."""
    port = free_port()
    server = Server("web", 1)

    async def drain() -> list[signal.Signals]:
        ports = Ports()
        sock = ports.take(port)
        stop = GracefulStop(ports, Relay(of_carried(1024)))
        with ExitStack() as crowd:
            for _ in range(3):
                crowd.enter_context(socket.create_connection(("127.0.0.1", port)))
            with sock.accept()[0]:
                line = Service("web", "run", port=port)
                stop.begin(line, server, State.STARTING, server.asked)
                asked = list(server.signals)
        await stop.close()
        ports.keep_only(set())
        return asked

    assert asyncio.run(drain()) == []


@linux
def test_a_request_is_not_lost_that_was_about_to_be_sent(
    free_port: FreePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that has connected has no turn on a busy machine, and its server is restarted."""
    monkeypatch.setattr(handover, "NEW_SECONDS", 60.0)
    port = free_port()

    async def drain() -> None:
        server, ports = Server("web", 1), Ports()
        sock = ports.take(port)
        stop = GracefulStop(ports, Relay(of_carried(1024)))
        with socket.create_connection(("127.0.0.1", port)) as visitor:
            accepted, _ = sock.accept()
            with accepted:
                stop.begin(Service("web", "run", port=port), server, State.READY, server.asked)
                assert server.signals == []
                visitor.sendall(b"GET /")
                assert accepted.recv(9) == b"GET /"
                await asyncio.wait_for(wait_for(lambda: server.signals), 60)
        await stop.close()
        ports.keep_only(set())

    asyncio.run(drain())


class Reader:
    """A server with so many connections left to read, and a clock that is moved by hand."""

    def __init__(self, left: int) -> None:
        self.left = left
        self.now = 100.0

    def drain(self) -> Drain:
        return Drain(lambda: self.left, lambda: self.now)


def test_a_server_that_goes_on_reading_is_waited_for() -> None:
    """On a busy machine what has come takes seconds to be read; who is cut off sees a reset."""
    reader = Reader(6)
    drain = reader.drain()
    for reader.left in range(6, 0, -1):
        reader.now += 0.9
        assert not drain.is_over()
    reader.left = 0
    assert drain.is_over()


def test_one_that_reads_nothing_more_has_a_second() -> None:
    reader = Reader(6)
    drain = reader.drain()
    assert not drain.is_over()
    for _ in range(DRAIN_LOOKS):
        reader.now += 0.9 / DRAIN_LOOKS
        assert not drain.is_over()
    reader.now += 0.1
    assert drain.is_over()
    assert DRAIN_SECONDS == 1


def test_where_the_machine_is_busy_it_has_as_many_looks() -> None:
    """It does not read for seconds, since it has no turn; nor has who looks."""
    reader = Reader(38)
    drain = reader.drain()
    assert not drain.is_over()
    for _ in range(DRAIN_LOOKS - 1):
        reader.now += 0.03
        assert not drain.is_over()
    assert drain.is_over()


def test_one_that_is_never_done_has_ten_seconds() -> None:
    reader, steps = Reader(1000), 0
    drain = reader.drain()
    while not drain.is_over():
        reader.left, steps = reader.left - 1, steps + 1
        reader.now += 0.5
    assert steps * 0.5 == MAX_DRAIN_SECONDS == 10
