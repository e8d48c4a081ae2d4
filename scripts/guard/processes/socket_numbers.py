"""The numbers under which services inherit their sockets: of each the same at every start.

The socket of a port changes whenever it is handed over from a server to the next. A program that is
forked from an interpreter with its libraries must find its environment as it was, `API_FD` too.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager


class SocketNumbers:
    """A descriptor for each service, which is its socket while the service is started."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @contextmanager
    def lent(self, name: str, sock: socket.socket | None) -> Iterator[tuple[int, ...]]:
        """Have the service's number stand for the socket while the block runs; () for no socket.

        Afterwards it stands for nothing, so that the socket has no other owner here.
        """
        if sock is None:
            yield ()
            return
        if name not in self._numbers:
            self._numbers[name] = os.open(os.devnull, os.O_RDONLY)
        number = self._numbers[name]
        os.dup2(sock.fileno(), number, inheritable=False)
        try:
            yield (number,)
        finally:
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, number, inheritable=False)
            os.close(nothing)
