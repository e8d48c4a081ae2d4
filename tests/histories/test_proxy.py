"""The network that is cut: what gets through, and what does not."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from typing import TYPE_CHECKING

import pytest

from scripts.histories.proxy import Proxy, proxy
from tests.backend.api_process import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator


class Echo(socketserver.BaseRequestHandler):
    """Answers what it is told, and notes it."""

    heard: list[bytes]

    def handle(self) -> None:
        while data := self.request.recv(100):
            self.heard.append(data)
            self.request.sendall(data)


@pytest.fixture
def heard() -> list[bytes]:
    return []


@pytest.fixture
def link(heard: list[bytes]) -> Iterator[Proxy]:
    kind = type("Noted", (Echo,), {"heard": heard})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        with proxy(server.server_address[1]) as opened:
            yield opened
        server.shutdown()
        thread.join()


@contextlib.contextmanager
def client(link: Proxy) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", link.port), timeout=30) as connection:
        yield connection


@pytest.mark.parametrize("mode", ["open", "delay"])
def test_what_is_said_gets_through_and_back(link: Proxy, mode: str) -> None:
    link.mode = mode  # type: ignore[assignment]
    with client(link) as connection:
        connection.sendall(b"hello")
        assert connection.recv(100) == b"hello"


def test_through_a_cut_nothing_gets_until_it_is_mended(link: Proxy, heard: list[bytes]) -> None:
    with client(link) as connection:
        connection.sendall(b"one")
        assert connection.recv(100) == b"one"
        link.mode = "cut"
        connection.sendall(b"two")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        assert heard == [b"one"]
        link.mode = "open"
        connection.settimeout(30)
        assert connection.recv(100) == b"two"


def test_one_way_the_server_hears_and_the_client_does_not(link: Proxy, heard: list[bytes]) -> None:
    link.mode = "one-way"
    with client(link) as connection:
        connection.sendall(b"hello")
        wait_for(lambda: heard == [b"hello"], "it is heard")
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(100)
        link.mode = "open"
        connection.settimeout(30)
        assert connection.recv(100) == b"hello"


def test_the_end_of_one_side_is_told_to_the_other(link: Proxy) -> None:
    with client(link) as connection:
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""
