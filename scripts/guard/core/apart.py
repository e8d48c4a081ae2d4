"""Work that may block for long, in a thread of its own, and the way back from any thread.

The threads of `asyncio.to_thread` are waited for when the event loop ends: for as long as nobody
writes to a named pipe, say.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from .background import begin

Result = TypeVar("Result")


def soon(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *arguments: object) -> None:
    """Have the event loop call something, from any thread; nothing happens where it has ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *arguments)


async def apart(work: Callable[..., Result], *arguments: object) -> Result:
    """Return what the work returns, or raise what it raises; it goes on where this is cancelled.

    Where the system starts no more threads, it is done here.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def tell(outcome: Callable[[], None]) -> None:
        if not done.done():  # else nobody waits for it any more
            outcome()

    def run() -> None:
        try:
            outcome = partial(done.set_result, work(*arguments))
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            outcome = partial(done.set_exception, error)
        soon(loop, tell, outcome)

    try:
        begin(run)
    except RuntimeError:
        run()
    return await done
