"""A service inherits its socket under one number, whichever socket that is by now."""

import os
import socket

import pytest

from scripts.guard.processes.socket_numbers import SocketNumbers


@pytest.mark.starts
def test_the_number_stays_and_the_socket_changes() -> None:
    numbers = SocketNumbers()
    seen = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as sock, numbers.lent("api", sock) as (number,):
            assert os.fstat(number).st_ino == os.fstat(sock.fileno()).st_ino
            assert not os.get_inheritable(number)
            seen.append(number)
    assert len(set(seen)) == 1
    os.close(seen[0])


@pytest.mark.starts
def test_nothing_of_a_socket_is_kept() -> None:
    numbers = SocketNumbers()
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
        with numbers.lent("api", sock) as (number,):
            pass
    socket.create_server(("127.0.0.1", port)).close()
    os.close(number)


def test_a_service_without_a_socket_has_no_number() -> None:
    with SocketNumbers().lent("worker", None) as lent:
        assert lent == ()
