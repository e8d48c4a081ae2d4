"""A process that served and has ended is missed, and whoever serves alone costs no look."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from scripts.guard.app import lost_servers
from scripts.guard.app.lost_servers import LostServers
from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core.cause import Cause
from scripts.guard.core.phases import State
from scripts.guard.core.protocol import Protocol
from scripts.guard.core.snapshot import Snapshot
from tests.conftest import FreePort
from tests.guard.views import WEB

HERE = Path("/project")
LEADER = 1_000_000_000  # a number that no process has
pytestmark = [
    pytest.mark.starts,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="pidfds are Linux's"),
]


class Stack:
    """A service of which the test says which processes have its socket."""

    def __init__(self, port: int) -> None:
        self.view = WEB._replace(state=State.READY, pid=LEADER, port=port)
        self.holders: list[int] = []
        self.looks = 0
        self.lost: list[str] = []
        service = Service(self.view.name, "x", port=port, speaks=Protocol.HTTP)
        config = Settings(HERE, HERE / "Procfile", (), HERE / ".guard", (service,))
        self.servers = LostServers(
            CurrentConfig(config), members=self._members, holders=self._holders, lost=self._lose
        )

    def _members(self, _name: str, _leader: int) -> Iterable[int]:
        self.looks += 1
        return self.holders

    def _holders(self, _port: int, among: Iterable[int]) -> Iterable[int]:
        return [pid for pid in among if pid in self.holders]

    def _lose(self, name: str, _cause: Cause) -> None:
        self.lost.append(name)

    def tell(self) -> None:
        self.servers.on_change(Snapshot(1, self.view.since, "process", (self.view,)))

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not met():  # noqa: ASYNC110 - what is awaited are system events
                await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_servers, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(lost_servers, "ANSWER_SECONDS", 0.1)


@pytest.fixture(params=[True, False], ids=["pidfds", "no pidfds"])
def pidfds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    if not request.param:
        monkeypatch.setattr(lost_servers, "exit_descriptor", lambda _pid: None)
    return bool(request.param)


def test_the_end_of_one_of_two_is_missed(
    two: list[subprocess.Popen[bytes]], free_port: FreePort, *, pidfds: bool
) -> None:
    async def act() -> None:
        stack = Stack(free_port())
        stack.holders = [process.pid for process in two]
        stack.tell()
        await asyncio.sleep(0)
        two[0].kill()
        stack.holders = [two[1].pid]
        await stack.until(lambda: bool(stack.lost))
        assert stack.lost == [stack.view.name]
        assert not pidfds or stack.looks == 1 + lost_servers.LOOKS

    asyncio.run(act())


@pytest.mark.usefixtures("pidfds")
def test_one_that_is_replaced_is_not_missed_and_its_successor_is(
    two: list[subprocess.Popen[bytes]], free_port: FreePort
) -> None:
    async def act() -> None:
        stack = Stack(free_port())
        parent = 1  # it lives as long as the test
        stack.holders = [parent, two[0].pid]
        stack.tell()
        await asyncio.sleep(0)
        stack.holders = [parent, two[1].pid]
        two[0].kill()
        await stack.until(lambda: stack.looks == 2)
        assert not stack.lost
        stack.holders = [parent]
        two[1].kill()
        await stack.until(lambda: bool(stack.lost))

    asyncio.run(act())


def test_who_serves_alone_or_lives_on_is_looked_at_once(
    two: list[subprocess.Popen[bytes]], free_port: FreePort
) -> None:
    async def act() -> None:
        alone, several = Stack(free_port()), Stack(free_port())
        alone.holders = [two[0].pid]
        several.holders = [process.pid for process in two]
        for stack in (alone, several):
            for _ in range(3):
                stack.tell()
                await asyncio.sleep(5 * lost_servers.LOOK_SECONDS)
        assert (alone.looks, several.looks) == (1, 1)

    asyncio.run(act())
