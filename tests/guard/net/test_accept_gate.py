"""A closed door refuses nobody: who comes waits until it is opened."""

import socket
import sys
import threading

import pytest

from scripts.guard.net.accept_gate import AcceptGate
from scripts.guard.net.bind import hold
from tests.conftest import FreePort
from tests.stack.harness import until

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux can close the door"
)


@linux
def test_who_comes_while_the_door_is_closed_is_let_in_when_it_opens(free_port: FreePort) -> None:
    port = free_port()
    connected = threading.Event()

    def come() -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=10):
            connected.set()

    with hold(port) as sock:
        gate = AcceptGate(sock, port)
        assert gate.pause()
        visitor = threading.Thread(target=come)
        visitor.start()
        assert not connected.wait(0.2)
        gate.resume()
        assert connected.wait(10)
        visitor.join()


@linux
def test_it_is_quiet_once_all_is_accepted_and_read(free_port: FreePort) -> None:
    port = free_port()
    with hold(port) as sock, socket.create_connection(("127.0.0.1", port)) as visitor:
        gate = AcceptGate(sock, port)
        visitor.sendall(b"hello")
        until(lambda: not gate.is_drained(), "somebody waits")
        accepted, _ = sock.accept()
        with accepted:
            assert not gate.is_drained()
            assert accepted.recv(5) == b"hello"
            assert gate.is_drained()
