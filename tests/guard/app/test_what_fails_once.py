"""What is looked at over and over is looked at again where one look fails, as with no descriptor
left: it would else never be, without a word."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.guard.app import lost_ports, memory_watch, slow_starts
from scripts.guard.app.exits import Exits
from scripts.guard.app.hangs import HangWatch
from scripts.guard.app.lost_ports import LostPorts
from scripts.guard.app.memory_watch import MemoryWatch
from scripts.guard.app.slow_starts import SlowStarts
from scripts.guard.config.current import CurrentConfig
from scripts.guard.config.service import Service
from scripts.guard.config.settings import Settings
from scripts.guard.core import lasting
from scripts.guard.core.cause import PORT_LOST, Cause
from scripts.guard.core.phases import State
from scripts.guard.core.protocol import Protocol
from scripts.guard.core.run_tag import RunTag
from scripts.guard.core.snapshot import ServiceView, Snapshot
from scripts.guard.diagnosis.memory_kills import memory_kills
from scripts.guard.health import liveness
from scripts.guard.health.readiness import Readiness
from scripts.guard.processes import process, usage_history
from scripts.guard.processes.resource_usage import Usage
from scripts.guard.processes.usage_history import UsageHistory
from tests.conftest import FreePort
from tests.guard.views import NOON, WEB

HERE = Path("/project")
STARTING = WEB._replace(state=State.STARTING)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "AGAIN_SECONDS", 0.01)


class Once:
    """Raises the first time that it is called, as where no descriptor is left, and never again."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> None:
        self.calls += 1
        if self.calls == 1:
            raise OSError(24, "Too many open files")

    async def again(self) -> None:
        while self.calls < 2:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.005)


def settings(port: int | None = 5000) -> CurrentConfig:
    line = Service("web", "run $PORT", port=port, speaks=Protocol.HTTP)
    return CurrentConfig(Settings(HERE, HERE / "Procfile", (), HERE / ".guard", (line,)))


def of(view: ServiceView) -> Snapshot:
    return Snapshot(1, NOON, "stack", (view,))


def run(work: Callable[[], Awaitable[object]]) -> None:
    """Run it; the loop is told of one failure at least."""
    told: list[BaseException] = []

    def take(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        told.append(context["exception"])

    async def in_loop() -> None:
        asyncio.get_running_loop().set_exception_handler(take)
        await asyncio.wait_for(work(), 60)

    asyncio.run(in_loop())
    assert [type(each) for each in told] == [OSError]


def test_a_service_that_hangs_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "QUEUE_INTERVAL", 0.01)
    once = Once()

    async def work() -> None:
        watch = HangWatch(
            settings(),
            lambda _port: once(),
            is_attached=lambda _: False,
            tail=lambda *_: (),
            report=lambda _: None,
            hung=lambda *_: None,
        )
        watch.on_change(of(WEB))
        await once.again()

    run(work)


def test_whom_the_kernel_kills_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_watch, "INTERVAL", 0.01)
    once, kills = Once(), memory_kills()
    monkeypatch.setattr(kills, "look", lambda _pids: once())

    async def work() -> None:
        MemoryWatch(kills).on_change(of(WEB))
        await once.again()

    run(work)


def test_what_services_use_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage_history, "INTERVAL_SECONDS", 0.01)
    once = Once()

    def leaders() -> dict[str, int]:
        once()
        return {"web": os.getpid()}

    async def work() -> None:
        history = UsageHistory(Usage(leaders))
        history.start()
        while "web" not in history.as_json()["services"]:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.005)

    run(work)


def test_a_service_that_answers_becomes_ready(free_port: FreePort) -> None:
    once, port = Once(), free_port()

    def tag(name: str) -> RunTag:
        once()
        return RunTag("run", name)

    async def work() -> None:
        up = asyncio.Event()
        readiness = Readiness(
            settings(port),
            up=lambda _: up.set(),
            listens=lambda *_: None,
            speaks=lambda *_: None,
            report=lambda _: None,
            tag=tag,
        )

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(answer, "127.0.0.1", port):
            readiness.on_change(of(STARTING._replace(pid=os.getpid(), port=port)))
            await up.wait()

    run(work)


def test_what_keeps_a_service_from_being_ready_is_told(
    free_port: FreePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATIENCE_SECONDS", "LOOK_SECONDS", "PAUSE_SECONDS"):
        monkeypatch.setattr(slow_starts, name, 0.01)
    once = Once()

    async def work() -> None:
        told = asyncio.Event()
        slow = SlowStarts(
            settings(free_port()),
            members=lambda *_: (),
            begun=lambda _: once(),
            remark=lambda *_: told.set(),
        )
        slow.on_change(of(STARTING))
        await told.wait()
        slow.on_change(of(WEB))

    run(work)


def test_the_port_that_a_reloader_has_lost_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_ports, "CHILD_LOOK_SECONDS", 0.01)
    once = Once()
    cause = Cause(PORT_LOST, "It is lost.", "mend it", transient=True)
    lost = STARTING._replace(held=False, port=5000, cause=cause)

    async def work() -> None:
        announced = asyncio.Event()

        def borrow(_port: int) -> bool:
            once()
            return True

        ports = LostPorts(
            settings(),
            listening=dict,
            members=lambda *_: (),
            stranger=lambda *_: None,
            borrow=borrow,
            give_back=lambda _: None,
            announce=announced.set,
            lost=lambda *_: None,
        )
        ports.on_change(of(lost))
        await announced.wait()
        ports.on_change(of(WEB))

    run(work)


@pytest.mark.starts
def test_an_exit_is_handled() -> None:
    once = Once()

    def ended() -> bool:
        once()
        return True

    async def work() -> None:
        gone = process.spawn("exit 0", dict(os.environ), Path.cwd())
        Exits().watch(gone, ended)
        await once.again()
        gone.reap()
        os.close(gone.master)

    run(work)
