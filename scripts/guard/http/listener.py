"""Requests, answers and who accepts them, for the standby page and the control API."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from functools import partial

from ..net import peer_uid
from ..net.bind import BACKLOG
from ..net.peer_uid import NOTHING_LEFT
from .admission import Admission
from .messages import Handler

FULL_PAUSE = 0.5  # seconds until somebody is let in again where there was no room
AT_ONCE = 8  # connections that are accepted before everything else in the guard has its turn
SILENT_SECONDS = 10  # for which the kernel keeps a connection on which nothing was said


class Listener:
    """Accepts on a listening socket that may be shared with another process, while it is told to.

    `pause` seconds pass between a connection's arrival and the attempt to accept it, so that
    another process that accepts too comes first. Another user's connection is closed at once where
    the `admission` has no room for it; the guard's own user waits in the kernel's queue.

    With `kept_back`, those who say nothing are not in that queue, so that nobody waits behind them,
    and to let them in and send them away costs nothing. They are lost if the socket is closed.
    """

    def __init__(
        self,
        sock: socket.socket,
        handler: Handler,
        admission: Admission,
        *,
        kept_back: bool = False,
    ) -> None:
        self._kept_back = kept_back
        self._sock = sock
        self._handler = handler
        self._admission = admission
        self._loop = asyncio.get_running_loop()
        self._accepting = False
        self._pause = 0.0
        self._later: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def accept(self, pause: float = 0.0) -> None:
        """Begin to accept, or change the pause; without one, the first who wait are taken now."""
        self._pause = pause
        if not self._accepting:
            self._accepting = True
            self._keep_back(SILENT_SECONDS)
            self._loop.add_reader(self._sock.fileno(), self._readable)
        if not pause:
            self._accept_some()

    def take_all(self) -> None:
        """Accept whoever waits now, at once: the socket is about to be closed."""
        self._accept_some(BACKLOG)

    def ignore(self) -> None:
        """Leave the connections to others; those under way are answered to the end."""
        if self._accepting:
            self._accepting = False
            self._keep_back(0)
            self._loop.remove_reader(self._sock.fileno())
        if self._later is not None:
            self._later.cancel()
            self._later = None

    @property
    def is_busy(self) -> bool:
        """Whether an answer is under way."""
        return bool(self._tasks)

    async def close(self) -> None:
        """Stop, and end what is under way."""
        self.ignore()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep_back(self, seconds: int) -> None:
        """Have Linux queue who has said something (TCP_DEFER_ACCEPT of tcp(7)); 0: everybody."""
        if self._kept_back and sys.platform.startswith("linux"):
            with contextlib.suppress(OSError):
                self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, seconds)

    def _readable(self) -> None:
        if not self._pause:
            self._accept_some()
            return
        self._loop.remove_reader(self._sock.fileno())
        self._later = self._loop.call_later(self._pause, self._resume)

    def _resume(self) -> None:
        self._later = None
        self._accept_some()
        if self._accepting and self._later is None:
            self._loop.add_reader(self._sock.fileno(), self._readable)

    def _accept_some(self, most: int = AT_ONCE) -> None:
        # Another process that has the socket may have made it block for both; that is put back, for
        # it may rely on it.
        descriptor = self._sock.fileno()
        blocks = os.get_blocking(descriptor)
        os.set_blocking(descriptor, False)
        try:
            self._accept_waiting(most)
        finally:
            os.set_blocking(descriptor, blocks)

    def _try_later(self) -> None:
        """Leave the connections in the queue for now, instead of trying over and over."""
        self._loop.remove_reader(self._sock.fileno())
        if self._accepting and self._later is None:
            self._later = self._loop.call_later(FULL_PAUSE, self._resume)

    def _accept_waiting(self, most: int) -> None:
        for _ in range(most):
            if self._admission.is_full:
                self._try_later()
                return
            try:
                connection, _ = self._sock.accept()
            except OSError as error:
                if error.errno in NOTHING_LEFT:
                    self._try_later()
                return  # none is left
            try:
                self._serve(connection)
            except OSError as error:
                connection.close()
                if error.errno in NOTHING_LEFT:  # the last descriptor went to the connection
                    self._try_later()
                    return

    def _serve(self, connection: socket.socket) -> None:
        """Begin to answer, or close a connection that is one too many; raises `OSError`."""
        from .connection import serve  # h11 is not needed before

        uid = peer_uid.uid(connection)
        if not self._admission.enter(uid):
            connection.close()
            return
        connection.setblocking(False)  # noqa: FBT003 - the library's signature
        task = self._loop.create_task(serve(connection, self._handler, uid))
        self._tasks.add(task)
        task.add_done_callback(partial(self._served, uid))

    def _served(self, uid: int | None, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._admission.leave(uid)
