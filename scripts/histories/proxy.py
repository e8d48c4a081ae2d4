"""A network between a backend and its database that can be cut, delayed, or made one-way."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Literal, Protocol

Mode = Literal["open", "cut", "one-way", "delay"]
DELAY_SECONDS = 0.15
GIVEN_UP_SECONDS = 11.0
"""After which a server gives up a client that it cannot reach: keepalive, see PostgresLease."""
POLL_SECONDS = 0.02
BLOCK = 65536


class Link(Protocol):
    """A way from one backend to its database."""

    host: str
    port: int
    """Where the backend finds it."""
    target: int
    """The port of this machine that it leads to."""
    mode: Mode


class Proxy:
    """Passes connections on to `target`, a port of this machine that may change."""

    host = "127.0.0.1"

    def __init__(self, target: int) -> None:
        self.target = target
        self.mode: Mode = "open"
        self._closed = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Take no more connections, and end those that there are."""
        self._closed.set()
        # Who waits in accept() sleeps through a close, and then takes the connections of whatever
        # socket has got the same descriptor: so it is woken, and gone before that.
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port)):
            self._accepting.join()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            if self._closed.is_set():
                client.close()
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        with client:
            self._await_network(back=False)
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return  # as refused as it would be without us
            with server:
                back = threading.Thread(
                    target=self._pump, args=(server, client), kwargs={"back": True}, daemon=True
                )
                back.start()
                self._pump(client, server, back=False)
                back.join()

    def _pump(self, source: socket.socket, sink: socket.socket, *, back: bool) -> None:
        """Pass on what comes from one side until it ends; then end both."""
        with contextlib.suppress(OSError):
            while data := source.recv(BLOCK):
                if not self._await_network(back=back):
                    break
                sink.sendall(data)
            self._await_network(back=back)
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)

    def _await_network(self, *, back: bool) -> bool:
        """Wait while nothing gets through; False when the other side has given up meanwhile."""
        begun = time.monotonic()
        while not self._closed.is_set() and (
            self.mode == "cut" or (self.mode == "one-way" and back)
        ):
            if time.monotonic() - begun > GIVEN_UP_SECONDS:
                return False
            time.sleep(POLL_SECONDS)
        if self.mode == "delay":
            time.sleep(DELAY_SECONDS)
        return not self._closed.is_set()


@contextlib.contextmanager
def proxy(target: int) -> Iterator[Link]:
    """A proxy for the length of the block."""
    opened = Proxy(target)
    try:
        yield opened
    finally:
        opened.close()
