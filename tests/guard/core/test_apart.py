"""What may block for long holds up neither the loop nor the end."""

import asyncio
import threading

import pytest

from scripts.guard.core.apart import apart, soon


def test_what_it_returns_and_raises_comes_back() -> None:
    async def run() -> int:
        with pytest.raises(ZeroDivisionError):
            await apart(divmod, 1, 0)
        return await apart(max, 1, 2)

    assert asyncio.run(run()) == 2


def test_where_no_thread_can_be_started_it_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("_thread.start_new_thread", refuse)
    assert asyncio.run(apart(max, 1, 2)) == 2


def test_work_that_never_ends_is_not_waited_for_at_the_end() -> None:
    begun, let_go, gone = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        let_go.wait(60)
        gone.set()

    async def run() -> None:
        task = asyncio.create_task(apart(work))
        while not begun.is_set():  # noqa: ASYNC110 - the thread tells no loop
            await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(run())
    assert not gone.is_set()
    let_go.set()
    assert gone.wait(60)


def test_who_calls_back_after_the_end_is_not_troubled() -> None:
    called: list[int] = []

    async def run() -> asyncio.AbstractEventLoop:
        soon(asyncio.get_running_loop(), called.append, 1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return asyncio.get_running_loop()

    loop = asyncio.run(run())
    soon(loop, called.append, 2)
    assert called == [1]
