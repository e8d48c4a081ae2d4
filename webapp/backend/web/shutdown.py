"""Leaving: the moment everybody has been answered, and not before.

uvicorn looks ten times a second whether it is to end, then waits a tenth of a second for its
connections to go. Nothing here needs that time: what has been promised to anybody survives even
`kill -9`. So on SIGTERM this process lets go of the requests that would last, sees every answer
out, and ends. uvicorn's own way of ending goes on beside it, and is the only one for Ctrl-C, for
other servers, and where an answer takes longer than its patience.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvicorn import Server

from web.problems import RETRY_AFTER, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SIGNALS = (signal.SIGTERM, signal.SIGINT)
POLL_SECONDS = 0.005
"""Between two looks whether everybody has been answered."""

log = logging.getLogger("uvicorn.error")


@contextmanager
def graceful_shutdown(*, begin: Callable[[], object], end: Callable[[], object]) -> Iterator[None]:
    """Call `begin` when a signal asks the server to end, `end` once it has answered everybody.

    Both are called in the event loop's thread; the server's own handlers, already in place, follow
    the signal. Outside the main thread, where there are no signals, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    former = {number: signal.getsignal(number) for number in SIGNALS}
    farewells: set[asyncio.Task[None]] = set()

    def leave(server: Server | None) -> None:
        begin()
        if server:
            farewells.add(loop.create_task(_end_when_idle(server, end)))

    def handle(number: int, frame: FrameType | None) -> None:
        follow = former[signal.Signals(number)]
        server = getattr(follow, "__self__", None) if number == signal.SIGTERM else None
        loop.call_soon_threadsafe(leave, server if isinstance(server, Server) else None)
        if callable(follow):
            follow(number, frame)

    for number in SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


async def _end_when_idle(server: Server, end: Callable[[], object]) -> None:
    await asyncio.sleep(POLL_SECONDS)  # what has reached this process is read first
    while not _is_idle(server):  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(POLL_SECONDS)
    end()
    log.info("All requests finished; shutting down.")
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.raise_signal(signal.SIGTERM)


def _is_idle(server: Server) -> bool:
    """Whether no request is under way, and all that was answered is in the kernel's hands."""
    state = server.server_state
    transports = [connection.transport for connection in state.connections]
    return not state.tasks and not any(t.get_write_buffer_size() for t in transports)


@dataclass(frozen=True, slots=True)
class AnswerCancelled:
    """ASGI middleware: who is still waiting when uvicorn's patience ends is told to come back.

    uvicorn cancels them then, and would answer a bare 500.
    """

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        begun = False

        async def track(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, track)
        except asyncio.CancelledError:
            if begun or scope["type"] != "http":
                raise
            refusal = answer(
                503,
                "The backend is restarting, and this request had not been carried out yet.",
                "Send it again.",
                kind="shutting-down",
                headers={"Retry-After": RETRY_AFTER},
            )
            await refusal(scope, receive, send)
