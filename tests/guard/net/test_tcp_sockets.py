"""The kernel is asked for the listening sockets alone, and where it does not answer, as before."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from scripts.guard.net import accept_queue, port_owners, sock_diag, tcp_sockets
from scripts.guard.net.bind import hold
from tests.conftest import FreePort
from tests.stack.harness import until


def queued_at(port: int) -> int | None:
    return (accept_queue.lengths() or {}).get(port)


LINUX = sys.platform.startswith("linux")


@pytest.mark.starts
@pytest.mark.skipif(not LINUX, reason="netlink is Linux's")
@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_it_tells_who_waits_where(
    free_port: FreePort, family: socket.AddressFamily, host: str
) -> None:
    port = free_port()
    assert queued_at(port) is None
    with socket.create_server((host, port), family=family) as server:
        assert queued_at(port) == 0
        clients = [socket.create_connection((host, port)) for _ in range(3)]
        (found,) = [one for one in tcp_sockets.listening() or () if one.port == port]
        inode, address = os.fstat(server.fileno()).st_ino, socket.inet_pton(family, host)
        nobody = bytes(len(address) + 2)
        assert found == (sock_diag.LISTEN, port, address, nobody, 3, os.geteuid(), inode)
        assert found in in_the_tables(sock_diag.LISTEN)
        for client in clients:
            client.close()
    assert queued_at(port) is None


def in_the_tables(state: int) -> list[sock_diag.Socket]:
    return [one for table in sock_diag.TABLES for one in sock_diag.table(table, (state,))]


@pytest.mark.starts
@pytest.mark.skipif(not LINUX, reason="netlink is Linux's")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_tells_who_is_connected_what_is_unread_and_who_waits(
    free_port: FreePort, host: str
) -> None:
    port = free_port()
    with hold(port) as server, socket.create_connection((host, port)) as client:
        client.sendall(b"hello")
        (waiting,) = until(lambda: _with_bytes(port), "it has come")
        assert (waiting.queued, waiting.inode) == (5, 0)
        assert waiting.peer.endswith(client.getsockname()[1].to_bytes(2, "big"))
        accepted, _ = server.accept()
        with accepted:
            (served,) = tcp_sockets.connected(port)
            assert (served.queued, served.uid) == (5, os.geteuid())
            assert served.inode == os.fstat(accepted.fileno()).st_ino
            assert served in in_the_tables(sock_diag.ESTABLISHED)
            client.close()
            (served,) = until(
                lambda: [o for o in tcp_sockets.connected(port) if o.state == 8], "it has left"
            )
            assert served in in_the_tables(sock_diag.CLOSE_WAIT)


def _with_bytes(port: int) -> list[sock_diag.Socket]:
    return [one for one in tcp_sockets.connected(port) if one.queued]


@pytest.mark.starts
@pytest.mark.skipif(not LINUX, reason="netlink is Linux's")
def test_more_than_one_answer_holds_is_told() -> None:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(150)]
    ports = {sock.getsockname()[1] for sock in held}
    assert ports <= {one.port for one in tcp_sockets.listening() or ()}
    for sock in held:
        sock.close()


@pytest.mark.starts
@pytest.mark.skipif(not LINUX, reason="netlink is Linux's")
@pytest.mark.parametrize("error", [PermissionError, TimeoutError])
def test_where_the_kernel_does_not_answer_its_table_is_read(
    monkeypatch: pytest.MonkeyPatch, free_port: FreePort, error: type[OSError]
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(sock_diag, "dump", refuse)
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert queued_at(port) == 0
        assert tcp_sockets.connected(port) == []
        with socket.create_connection(("127.0.0.1", port)):
            until(lambda: len(tcp_sockets.connected(port)) == 1, "it is told of")
        assert port_owners.pids_at(port, [os.getpid()]) == [os.getpid()]


def test_other_systems_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert tcp_sockets.listening() is None
    assert tcp_sockets.connected(1) == []
