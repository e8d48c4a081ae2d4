"""How soon it is seen that a server runs on without its port, or that another has it.

The times are written out: they are what the row F34 of docs/architecture.md promises.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from scripts.guard.app import lost_servers, port_strangers
from scripts.guard.app.lost_ports import LostPorts
from scripts.guard.app.lost_servers import LostServers
from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core.cause import PORT_LOST, Cause
from scripts.guard.core.phases import State
from scripts.guard.core.protocol import Protocol
from scripts.guard.core.snapshot import Snapshot
from scripts.guard.health import probe
from scripts.guard.health.probe import Answer, Reply
from scripts.guard.net.port_owners import PortOwner
from tests.guard.views import NOON, WEB
from tests.timeless import TimelessLoop

HERE = Path("/project")
PORT, LEADER, OTHER = 5000, 1_000_000_000, 1_000_000_001  # numbers that no process has
READY = WEB._replace(held=False, port=PORT, pid=LEADER)
SIBLING = READY._replace(name="docs", port=PORT + 1, pid=OTHER)
STRANGER = PortOwner(OTHER, "sleep 1", "/elsewhere", 60.0, "sleep")


def settings() -> CurrentConfig:
    line = Service("web", "run $PORT", port=PORT, speaks=Protocol.HTTP)
    return CurrentConfig(Settings(HERE, HERE / "Procfile", (), HERE / ".guard", (line,)))


def in_no_time(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=TimelessLoop) as runner:
        runner.run(work())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no thread: no time passes in it."""

    async def apart(work: Callable[..., object], *arguments: object) -> object:
        return work(*arguments)

    monkeypatch.setattr(port_strangers, "apart", apart)


class Ports:
    """A machine of which the test says who listens when; `web` is READY from the start."""

    def __init__(self, listens: Callable[[float], int | None], beside: Sequence[Any] = ()) -> None:
        """`listens` gives the inode of the socket at the time, None for no socket."""
        self._listens = listens
        self.looks: list[float] = []
        self.asked: list[float] = []
        self.lost: list[tuple[float, Cause]] = []
        self._loop = asyncio.get_running_loop()
        ports = LostPorts(
            settings(),
            listening=self._listening,
            members=lambda _, leader: (leader,),
            stranger=self._stranger,
            borrow=lambda _: True,
            give_back=lambda _: None,
            announce=lambda: None,
            lost=lambda _, cause: self.lost.append((self._loop.time(), cause)),
        )
        ports.on_change(Snapshot(1, NOON, "process", (READY, *beside)))

    def _listening(self) -> Mapping[int, frozenset[int]]:
        self.looks.append(self._loop.time())
        found = self._listens(self._loop.time())
        beside = {PORT + 1: frozenset({2})}
        return beside if found is None else beside | {PORT: frozenset({found})}

    def _stranger(self, _name: str, _leader: int, port: int) -> PortOwner | None:
        if port != PORT:
            return None
        self.asked.append(self._loop.time())
        return STRANGER if self._listens(self._loop.time()) == OTHERS else None


OURS, OURS_ANEW, OTHERS = 10, 11, 99  # inodes


def test_a_port_that_nobody_listens_on_is_missed_within_two_seconds() -> None:
    async def work() -> None:
        ports = Ports(lambda now: OURS if now < 3.1 else None)
        await asyncio.sleep(5.1)
        assert ports.looks == [1.0, 1.5, 2.5, 3.5, 4.0, 4.5]
        ((at, cause),) = ports.lost
        assert (at, cause.kind) == (4.5, PORT_LOST)

    in_no_time(work)


def test_one_that_is_back_within_a_second_is_not_missed() -> None:
    async def work() -> None:
        ports = Ports(lambda now: None if 3.1 < now < 4.1 else OURS)
        await asyncio.sleep(20)
        assert ports.lost == []

    in_no_time(work)


def test_one_that_another_listens_on_is_missed_within_two_seconds() -> None:
    async def work() -> None:
        ports = Ports(lambda now: OURS if now < 3.1 else OTHERS)
        await asyncio.sleep(4.1)
        ((at, cause),) = ports.lost
        assert (at, cause.kind) == (4.0, PORT_LOST)
        assert f"another program listens on its port 5000: pid {OTHER}, started" in cause.sentence
        assert cause.fix.startswith(f"kill {OTHER}   # or give web another port: WEB_PORT=")

    in_no_time(work)


def test_one_that_a_sibling_listens_on_is_missed_and_the_sibling_named() -> None:
    async def work() -> None:
        ports = Ports(lambda now: OURS if now < 3.1 else OTHERS, beside=[SIBLING])
        await asyncio.sleep(4.1)
        ((_, cause),) = ports.lost
        assert "docs, which is of this stack too, listens on its port 5000" in cause.sentence
        assert "kill" not in cause.fix

    in_no_time(work)


def test_whose_a_socket_is_is_asked_once_for_as_long_as_it_is_the_same() -> None:
    """The question costs a look at every descriptor of the service, and idleness is published."""

    async def work() -> None:
        ports = Ports(lambda now: OURS if now < 60.1 else OURS_ANEW)
        await asyncio.sleep(120)
        assert ports.asked == [1.0, 60.5]
        assert ports.lost == []

    in_no_time(work)


def test_one_look_that_finds_another_is_not_believed() -> None:
    """As while a reloader changes its child: the one's socket is gone, and the other's is not."""

    async def work() -> None:
        ports = Ports(lambda now: OTHERS if 3.1 < now < 3.6 else OURS)
        await asyncio.sleep(20)
        assert ports.lost == []

    in_no_time(work)


@pytest.mark.starts
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pidfds are Linux's")
def test_a_process_that_served_is_missed_a_second_after_its_end(
    two: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then it is asked whether another serves, which has a second for its answer."""

    async def silent(*_: object) -> Answer:
        await asyncio.sleep(60)
        return Answer(Reply.NONE)

    monkeypatch.setattr(probe, "ask", silent)
    assert lost_servers.ANSWER_SECONDS == 1.0

    async def work() -> None:
        loop = asyncio.get_running_loop()
        holders, looks, lost = [process.pid for process in two], list[float](), list[float]()
        over = asyncio.Event()

        def members(_name: str, _leader: int) -> Iterable[int]:
            looks.append(loop.time())
            return holders

        def miss(_name: str, _cause: Cause) -> None:
            lost.append(loop.time())
            over.set()

        servers = LostServers(
            settings(), members=members, holders=lambda _, among: list(among), lost=miss
        )
        servers.on_change(Snapshot(1, NOON, "process", (READY._replace(state=State.READY),)))
        await asyncio.sleep(0)
        two[0].kill()
        holders.remove(two[0].pid)
        await over.wait()
        assert looks == [0.0, 0.0, 0.5, 1.0]
        assert lost == [2.0]

    in_no_time(work)
