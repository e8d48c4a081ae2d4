"""What can wait is done when there is time, and holds up nobody."""

import asyncio

import pytest

from scripts.guard.app.deferred import Deferred
from scripts.guard.core.background import NoThreadError
from scripts.guard.core.snapshot import Snapshot
from tests.guard.views import NOON, WEB

READY = Snapshot(pid=1, since=NOON, restart_scope="stack", services=(WEB,))


def test_between_two_works_others_have_their_turn_and_one_that_fails_hinders_none() -> None:
    order: list[str] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda *_: order.append("told"))

        def first() -> None:
            order.append("first")
            loop.call_soon(order.append, "other")

        def failing() -> None:
            raise OSError("no thread can be started")

        deferred = Deferred(first, failing, lambda: order.append("last"), leaving=lambda: False)
        deferred.on_change(READY)
        async with asyncio.timeout(60):
            while "last" not in order:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0)

    asyncio.run(run())
    assert order == ["first", "other", "told", "last"]


def test_what_gets_no_thread_is_told_once_and_done_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.guard.app.deferred.SETTLED_SECONDS", 0.01)
    told: list[object] = []
    tries: list[int] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, about: told.append(about))

        def needs_a_thread() -> None:
            tries.append(len(tries))
            if len(tries) < 3:
                raise NoThreadError

        deferred = Deferred(needs_a_thread, leaving=lambda: False)
        deferred.on_change(READY)
        async with asyncio.timeout(60):
            while len(tries) < 3:  # noqa: ASYNC110 - nobody tells of it
                await asyncio.sleep(0.01)

    asyncio.run(run())
    assert len(told) == 1
