"""The kernel is asked for the listening sockets alone, and where it does not answer, as before."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from scripts.guard.net import accept_queue, listening_sockets, port_owners
from tests.conftest import FreePort


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
        (found,) = [one for one in listening_sockets.listening() or () if one.port == port]
        inode, address = os.fstat(server.fileno()).st_ino, socket.inet_pton(family, host)
        assert found == (port, 3, inode, os.geteuid(), address)
        tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
        written = [one for each in tables for one in listening_sockets._from_proc(each)]  # noqa: SLF001
        assert found in written
        for client in clients:
            client.close()
    assert queued_at(port) is None


@pytest.mark.starts
@pytest.mark.skipif(not LINUX, reason="netlink is Linux's")
def test_more_than_one_answer_holds_is_told() -> None:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(150)]
    ports = {sock.getsockname()[1] for sock in held}
    assert ports <= {one.port for one in listening_sockets.listening() or ()}
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

    monkeypatch.setattr(listening_sockets, "_of", refuse)
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert queued_at(port) == 0
        assert port_owners.pids_at(port, [os.getpid()]) == [os.getpid()]


def test_other_systems_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert listening_sockets.listening() is None
