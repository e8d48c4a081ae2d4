"""Held sockets: loopback only, both addresses, nobody refused while nobody accepts."""

import errno
import os
import re
import socket
import subprocess
import sys

import psutil
import pytest

from scripts.guard.net.accept_queue import length
from scripts.guard.net.bind import beside, hold, restore_backlog
from scripts.guard.net.port_owners import owners
from scripts.guard.net.taken_ports import Taken, refusal
from tests.conftest import FreePort
from tests.stack.harness import is_free, until

LOOPBACKS = ("127.0.0.1", "::1")


def connect(port: int, host: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection((host, port), timeout=5)


@pytest.mark.parametrize("host", LOOPBACKS)
def test_a_held_port_takes_connections_although_nobody_accepts(
    free_port: FreePort, host: str
) -> None:
    port = free_port()
    with hold(port), connect(port, host) as first, connect(port, host) as second:
        assert first.getpeername()[1] == second.getpeername()[1] == port


@pytest.fixture
def addresses() -> list[str]:
    """Under which other computers would find this one."""
    found = [
        address.address
        for each in psutil.net_if_addrs().values()
        for address in each
        if address.family == socket.AF_INET and not address.address.startswith("127.")
    ]
    if not found:
        pytest.skip("this computer is in no network")
    return found


def test_it_is_not_to_be_reached_from_the_network(
    free_port: FreePort, addresses: list[str]
) -> None:
    port = free_port()
    with hold(port):
        for address in addresses:
            with pytest.raises(OSError):  # noqa: PT011 - refused or unreachable, as it may be
                connect(port, address)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere none is handed over")
def test_nor_is_the_socket_to_which_it_is_handed_over(
    free_port: FreePort, addresses: list[str]
) -> None:
    port = free_port()
    with hold(port) as former, beside(former):
        former.close()
        connect(port).close()
        for address in addresses:
            with pytest.raises(OSError):  # noqa: PT011 - refused or unreachable, as it may be
                connect(port, address)


def test_a_port_that_is_taken_on_either_address_is_not_held(free_port: FreePort) -> None:
    for family, host in zip((socket.AF_INET, socket.AF_INET6), LOOPBACKS, strict=True):
        port = free_port()
        with socket.socket(family) as other:
            other.bind((host, port))
            other.listen()
            with pytest.raises(OSError, match="in use") as caught:
                hold(port)
            assert caught.value.errno == errno.EADDRINUSE


FORKED_MEANWHILE = """
import os, signal, sys
from scripts.guard.net.bind import hold

children = []

def at(event, _):
    if event == "socket.bind" and not children:
        children.append(os.fork() or signal.pause())

sys.addaudithook(at)
try:
    hold(int(sys.argv[1])).close()
finally:
    os.kill(children[0], signal.SIGKILL)
"""


def test_a_process_that_is_just_being_started_does_not_take_the_port(free_port: FreePort) -> None:
    """It has a copy of everything that is open, until it runs its program."""
    command = [sys.executable, "-c", FORKED_MEANWHILE, str(free_port())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_number_of_those_who_wait_can_be_read(free_port: FreePort) -> None:
    port = free_port()
    with hold(port) as sock:
        if length(sock) is None:
            pytest.skip("the kernel does not tell here")
        assert length(sock) == 0
        with connect(port), connect(port), connect(port):
            until(lambda: length(sock) == 3, "three wait")
            sock.accept()[0].close()
            assert length(sock) == 2


def test_a_queue_that_a_server_shortened_is_made_long_again(free_port: FreePort) -> None:
    port = free_port()
    with hold(port) as sock:
        sock.listen(1)
        restore_backlog(sock)
        connections = [connect(port) for _ in range(20)]
        for connection in connections:
            connection.close()


def test_who_holds_a_port_is_named_with_pid_command_folder_and_age(free_port: FreePort) -> None:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(command, cwd="/", stderr=subprocess.DEVNULL) as stranger:
        until(lambda: not is_free(port), "it listens")
        (owner,) = owners(port)
        assert (owner.pid, owner.folder) == (stranger.pid, "/")
        assert "http.server" in owner.command
        assert 0 <= owner.age < 60
        used = OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        error = refusal([Taken(port, "WEB_PORT", used)])
        assert f"pid {stranger.pid}" in error.message
        assert error.fix.startswith(f"kill {stranger.pid} ")
        assert re.search(r"WEB_PORT=\d+ make dev$", error.fix)
        proposed = int(error.fix.rpartition("WEB_PORT=")[2].split()[0])
        assert proposed > port
        assert is_free(proposed)
        stranger.terminate()


def test_a_port_that_needs_root_is_said() -> None:
    denied = OSError(errno.EACCES, os.strerror(errno.EACCES))
    error = refusal([Taken(80, "WEB_PORT", denied)])
    assert "ports below 1024 need root" in error.message
    assert re.fullmatch(r"WEB_PORT=80\d\d make dev", error.fix)
