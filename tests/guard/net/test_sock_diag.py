"""The kernel is asked for the listening sockets alone, and where it does not answer, as before."""

from __future__ import annotations

import socket
import sys

import pytest

from scripts.guard.net import accept_queue, sock_diag
from tests.conftest import FreePort

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
    assert port not in (sock_diag.lengths() or {})
    with socket.create_server((host, port), family=family):
        assert (sock_diag.lengths() or {})[port] == 0
        clients = [socket.create_connection((host, port)) for _ in range(3)]
        assert (sock_diag.lengths() or {})[port] == 3
        for client in clients:
            client.close()
    assert port not in (sock_diag.lengths() or {})


@pytest.mark.starts
@pytest.mark.skipif(not LINUX, reason="netlink is Linux's")
def test_more_than_one_answer_holds_is_told() -> None:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(150)]
    ports = {sock.getsockname()[1] for sock in held}
    assert ports <= (sock_diag.lengths() or {}).keys()
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

    monkeypatch.setattr(sock_diag, "_listening", refuse)
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert sock_diag.lengths() is None
        assert (accept_queue.lengths() or {})[port] == 0


def test_other_systems_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert sock_diag.lengths() is None
