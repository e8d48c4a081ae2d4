"""Whose the other end of a connection is."""

import os
import resource
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts.guard.net import peer_uid
from scripts.guard.net.bind import hold
from tests.conftest import NOBODY, AsAnotherUser, FreePort

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells whose a connection is"
)

WAYS = {
    "IPv4": (socket.AF_INET, "127.0.0.1"),
    "IPv6": (socket.AF_INET6, "::1"),
    "IPv4 by an IPv6 socket": (socket.AF_INET6, "::ffff:127.0.0.1"),
    "another loopback address": (socket.AF_INET, "127.0.0.2"),
}


@pytest.fixture
def held(free_port: FreePort) -> Iterator[socket.socket]:
    with hold(free_port()) as sock:
        sock.setblocking(True)
        yield sock


def whose(held: socket.socket, client: socket.socket, host: str) -> int | None:
    client.connect((host, held.getsockname()[1]))
    accepted, _ = held.accept()
    with accepted:
        return peer_uid.uid(accepted)


@pytest.mark.parametrize("way", WAYS)
def test_what_we_connect_is_ours(held: socket.socket, way: str) -> None:
    family, host = WAYS[way]
    with socket.socket(family) as client:
        assert whose(held, client, host) == os.geteuid()
    assert not peer_uid.is_stranger(os.geteuid())


@pytest.mark.parametrize("device", [b"", b"lo"])
@pytest.mark.parametrize("way", WAYS)
def test_what_another_user_connects_is_theirs(
    held: socket.socket, as_another_user: AsAnotherUser, way: str, device: bytes
) -> None:
    family, host = WAYS[way]
    with as_another_user():
        client = socket.socket(family)
    with client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device)
        assert whose(held, client, host) == NOBODY
    assert peer_uid.is_stranger(NOBODY)


def test_half_closed_it_is_still_theirs(
    held: socket.socket, as_another_user: AsAnotherUser
) -> None:
    with as_another_user():
        client = socket.create_connection(("127.0.0.1", held.getsockname()[1]))
    accepted, _ = held.accept()
    with client, accepted:
        client.shutdown(socket.SHUT_WR)
        assert peer_uid.uid(accepted) == NOBODY


def test_who_has_gone_is_not_taken_for_who_listens_where_they_were(held: socket.socket) -> None:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(("127.0.0.1", 0))
    client.connect(("127.0.0.1", held.getsockname()[1]))
    accepted, _ = held.accept()
    with accepted:
        port = client.getsockname()[1]
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        theirs, ours = accepted.getpeername()[:2], accepted.getsockname()[:2]
        client.close()  # with a reset: nothing of it is left
        with socket.create_server(("127.0.0.1", port)):
            assert peer_uid._uid(theirs, ours) is None  # noqa: SLF001 - a reset end has no name


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.close(first_free := os.dup(0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (first_free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_nobody_passes_for_unknown_by_taking_every_descriptor(held: socket.socket) -> None:
    with socket.create_connection(("127.0.0.1", held.getsockname()[1])):
        accepted, _ = held.accept()
        with accepted:
            assert peer_uid.uid(accepted) == os.geteuid()
            with no_descriptor_left():
                assert peer_uid.uid(accepted) == os.geteuid()
            os.close(peer_uid._kernel())  # noqa: SLF001 - as before the first was asked for
            peer_uid._kernel.cache_clear()  # noqa: SLF001
            with no_descriptor_left(), pytest.raises(OSError, match="Too many open files"):
                peer_uid.uid(accepted)
