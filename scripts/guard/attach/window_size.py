"""The size of a service's terminal: that of whoever attached or resized last, then its own."""

from __future__ import annotations

import contextlib
import fcntl
import struct
import termios
from collections.abc import Callable

_SIZE = struct.Struct("HHHH")  # of TIOCSWINSZ: rows, columns, and their pixels


class WindowSize:
    """One for each service, since its own size is known only before the first client."""

    def __init__(self, terminal: Callable[[], int | None]) -> None:
        self._terminal = terminal
        self._own: bytes | None = None
        self._clients: dict[object, bytes | None] = {}
        """The size that each client asked for, the latest last."""

    @property
    def is_shared(self) -> bool:
        """Whether somebody is attached."""
        return bool(self._clients)

    def enter(self) -> object:
        """Add a client; it has not asked for a size yet."""
        client = object()
        self._clients[client] = None
        return client

    def resize(self, client: object, rows: int, columns: int) -> None:
        """Set the size of a client's terminal; the process gets SIGWINCH."""
        del self._clients[client]
        self._clients[client] = _SIZE.pack(rows, columns, 0, 0)
        self.follow()

    def leave(self, client: object) -> None:
        """Give the terminal the size that it would have without that client."""
        del self._clients[client]
        self.follow()

    def follow(self) -> None:
        """Give the size to the terminal of the process that runs now."""
        terminal = self._terminal()
        size = next(filter(None, reversed(self._clients.values())), self._own)
        if terminal is None or size is None:
            return
        with contextlib.suppress(OSError):
            if self._own is None:
                self._own = fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(_SIZE.size))
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
