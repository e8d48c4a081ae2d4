"""The guard's side of `attach`: who is attached to which service's terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import struct
from collections.abc import Callable, Iterable

from ..core.apart import soon
from ..core.broadcast import Changes
from ..core.phases import State
from ..core.snapshot import ServiceView
from ..logs.log import Log
from .protocol import HEAD, KEYS, LIMIT, ROWS_AND_COLUMNS, SIZE
from .unread import Unread
from .window_size import WindowSize

UNREAD_LIMIT = 4 * 1024 * 1024  # bytes that a client may leave unread before it misses some
TYPING_SECONDS = 1.0  # that a process may take to read what was typed
_PAUSE = 0.01
_SHOWN_LINES = 20
NOTHING_RUNS = frozenset({State.STOPPED, State.BROKEN, State.FINISHED})


class AttachServer:
    """Connects clients to the terminals of services; each stays over restarts."""

    def __init__(
        self,
        log: Log,
        *,
        terminal: Callable[[str], int | None],
        view: Callable[[str], ServiceView | None],
        changes: Changes,
        size: Callable[[], tuple[int, int]],
    ) -> None:
        """`size` returns the rows and columns of a terminal that nobody is attached to."""
        self._log = log
        self._terminal = terminal
        self._view = view
        self._changes = changes
        self._size = size
        self._windows: dict[str, WindowSize] = {}

    def holds(self, name: str) -> bool:
        """Whether somebody is attached to that service."""
        return name in self._windows

    def resize(self, names: Iterable[str]) -> None:
        """Give the terminals of these services the size that they have by now.

        Where it is another, the kernel sends SIGWINCH to the processes at once.
        """
        for name in names:
            (self._windows.get(name) or self._window(name)).follow()

    def _window(self, name: str) -> WindowSize:
        return WindowSize(lambda: self._terminal(name), self._size)

    async def serve(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Connect one client, until it leaves or nothing runs any more."""
        loop = asyncio.get_running_loop()
        # The process may write faster than the event loop, which is busy perhaps, hands on.
        unread = Unread(UNREAD_LIMIT)

        def show() -> None:
            data = unread.take()
            if not writer.is_closing() and writer.transport.get_write_buffer_size() < UNREAD_LIMIT:
                writer.write(data)

        def hear(data: bytes) -> None:
            if unread.put(data):
                soon(loop, show)

        window = self._windows.setdefault(name, self._window(name))
        client = window.enter()
        stop = self._log.tap(name, hear, _SHOWN_LINES)
        tasks = {
            asyncio.create_task(self._follow_client(name, reader, window, client)),
            asyncio.create_task(self._follow_service(name, window)),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            window.leave(client)
            if not window.is_shared:
                del self._windows[name]

    async def _follow_client(
        self, name: str, reader: asyncio.StreamReader, window: WindowSize, client: object
    ) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, struct.error):
            while True:
                kind, length = HEAD.unpack(await reader.readexactly(HEAD.size))
                if length > LIMIT:
                    return
                payload = await reader.readexactly(length)
                if kind == KEYS:
                    await self._type(name, payload)
                elif kind == SIZE:
                    window.resize(client, *ROWS_AND_COLUMNS.unpack(payload))

    async def _follow_service(self, name: str, window: WindowSize) -> None:
        while (view := self._view(name)) is not None and view.state not in NOTHING_RUNS:
            window.follow()
            await self._changes.next()

    async def _type(self, name: str, keys: bytes) -> None:
        """Hand over what was typed; what the process does not read in time is lost."""
        deadline = asyncio.get_running_loop().time() + TYPING_SECONDS
        while keys and asyncio.get_running_loop().time() < deadline:
            terminal = self._terminal(name)
            try:
                keys = keys[os.write(terminal, keys) :] if terminal is not None else b""
            except BlockingIOError:
                await asyncio.sleep(_PAUSE)
            except OSError:  # its process has just ended
                return
