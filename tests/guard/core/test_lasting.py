"""What is to go on goes on, and what fails in it is told."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from scripts.guard.core import lasting


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lasting, "AGAIN_SECONDS", 0.001)


def told_by(work: Callable[[], Awaitable[None]]) -> list[str]:
    """Run it in an event loop; returns what the loop is told of."""
    told: list[str] = []

    def take(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        told.append(f"{context['message']}: {context['exception']!r}")

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(take)
        await asyncio.wait_for(work(), 60)

    asyncio.run(run())
    return told


def test_work_is_done_again_until_it_comes_to_its_end() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(len(done))
        if len(done) < 3:
            raise ValueError(len(done))

    assert told_by(lambda: lasting.lasting("the work", work)) == [
        "the work failed: ValueError(1)",
        "the work failed: ValueError(2)",
    ]
    assert done == [0, 1, 2]


def test_work_that_is_cancelled_is_not_done_again() -> None:
    done: list[int] = []
    begun = asyncio.Event()

    async def work() -> None:
        done.append(len(done))
        begun.set()
        await asyncio.Future()

    async def run() -> None:
        task = asyncio.create_task(lasting.lasting("the work", work))
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert told_by(run) == []
    assert done == [0]


def test_a_look_that_fails_is_not_the_last() -> None:
    over = asyncio.Event()
    looks: list[int] = []

    def look() -> None:
        looks.append(len(looks))
        if len(looks) == 1:
            raise OSError("too many open files")
        over.set()

    async def run() -> None:
        lasting.every(0.001, "the look", look)
        await over.wait()

    assert told_by(run) == ["the look failed: OSError('too many open files')"]
