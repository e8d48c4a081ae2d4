"""The size of a service's terminal: that of whoever attached or resized last, else its own."""

from __future__ import annotations

import contextlib
import fcntl
import struct
import termios
from collections.abc import Callable

_SIZE = struct.Struct("HHHH")  # of TIOCSWINSZ: rows, columns, and their pixels


class WindowSize:
    """One for each service that somebody is attached to."""

    def __init__(
        self, terminal: Callable[[], int | None], own: Callable[[], tuple[int, int]]
    ) -> None:
        """`own` returns the rows and columns that it has while nobody is attached."""
        self._terminal = terminal
        self._own = own
        self._clients: dict[object, tuple[int, int] | None] = {}
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
        self._clients[client] = rows, columns
        self.follow()

    def leave(self, client: object) -> None:
        """Give the terminal the size that it would have without that client."""
        del self._clients[client]
        self.follow()

    def follow(self) -> None:
        """Give the size to the terminal of the process that runs now."""
        terminal = self._terminal()
        if terminal is not None:
            rows, columns = next(filter(None, reversed(self._clients.values())), self._own())
            with contextlib.suppress(OSError):
                fcntl.ioctl(terminal, termios.TIOCSWINSZ, _SIZE.pack(rows, columns, 0, 0))
