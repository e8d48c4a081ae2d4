"""A handover loses nobody: who came is served by the former server, who comes by the next."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import pytest

from scripts.guard.net import handover
from scripts.guard.net.bind import hold
from tests.stack.harness import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import FreePort

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux chooses a socket by a program"
)
LOOPBACKS = ("127.0.0.1", "::1")


@pytest.fixture
def visitors() -> Iterator[ExitStack]:
    """Keeps every connection open until the end of the test."""
    with ExitStack() as stack:
        yield stack


def come(visitors: ExitStack, port: int, times: int) -> None:
    for number in range(times):
        host = LOOPBACKS[number % 2]
        visitors.enter_context(socket.create_connection((host, port), timeout=10))


def let_in(visitors: ExitStack, sock: socket.socket) -> int:
    """Accept all who wait; returns how many there were."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            visitors.enter_context(sock.accept()[0])
            count += 1
    return count


def successor(visitors: ExitStack, sock: socket.socket) -> socket.socket:
    new = handover.successor(sock)
    assert new is not None
    return visitors.enter_context(new)


def test_who_came_is_with_the_former_and_who_comes_with_the_next(
    free_port: FreePort, visitors: ExitStack
) -> None:
    port = free_port()
    with hold(port) as former:
        come(visitors, port, 4)
        new = successor(visitors, former)
        come(visitors, port, 60)
        assert (let_in(visitors, former), let_in(visitors, new)) == (4, 60)


def test_it_can_be_done_again_and_again_although_the_former_server_keeps_its_copy(
    free_port: FreePort, visitors: ExitStack
) -> None:
    port = free_port()
    sock = visitors.enter_context(hold(port))
    for _ in range(4):
        copy = visitors.enter_context(sock.dup())
        new = successor(visitors, sock)
        assert list(handover.retire(sock)) == []
        come(visitors, port, 20)
        assert let_in(visitors, new) == 20
        with pytest.raises(OSError, match="Invalid argument"):  # it does not listen any more
            copy.accept()
        sock = new


def test_whom_the_former_left_waiting_is_not_lost(free_port: FreePort, visitors: ExitStack) -> None:
    port = free_port()
    former = hold(port)
    come(visitors, port, 3)
    former.setblocking(True)
    successor(visitors, former)
    waiting = list(handover.retire(former))
    assert len(waiting) == 3
    for connection in waiting:
        visitors.enter_context(connection)


def test_nobody_else_can_bind_the_port(free_port: FreePort, visitors: ExitStack) -> None:
    port = free_port()
    with hold(port) as former:
        successor(visitors, former)
        for family, host in zip((socket.AF_INET, socket.AF_INET6), LOOPBACKS, strict=True):
            other = visitors.enter_context(socket.socket(family))
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with pytest.raises(OSError, match="in use"):
                other.bind((host, port))


@pytest.mark.parametrize("host", LOOPBACKS)
def test_who_was_let_in_a_moment_ago_is_heard_before_its_server_is_stopped(
    free_port: FreePort, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """It would be closed, and the request that is about to be sent be answered by nobody."""
    monkeypatch.setattr(handover, "NEW_SECONDS", 60.0)
    port = free_port()
    with hold(port) as former, socket.create_connection((host, port)) as visitor:
        accepted, _ = former.accept()
        with accepted:
            assert handover.unread(former, port) == 1
            visitor.sendall(b"hello")
            assert accepted.recv(5) == b"hello"
            assert handover.unread(former, port) == 0
            accepted.sendall(b"and?")
            assert handover.unread(former, port) == 0  # what it says next is its own business


def test_who_says_nothing_for_long_keeps_no_server_from_being_stopped(
    free_port: FreePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser connects ahead of time."""
    monkeypatch.setattr(handover, "NEW_SECONDS", 0.05)
    port = free_port()
    with hold(port) as former, socket.create_connection(("127.0.0.1", port)):
        accepted, _ = former.accept()
        with accepted:
            until(lambda: handover.unread(former, port) == 0, "nobody waits for it")


def test_a_server_is_drained_once_it_has_accepted_and_read_all_that_came_to_it(
    free_port: FreePort, visitors: ExitStack
) -> None:
    port = free_port()
    with hold(port) as former, socket.create_connection(("127.0.0.1", port)) as visitor:
        successor(visitors, former)
        later = visitors.enter_context(socket.create_connection(("127.0.0.1", port)))
        later.sendall(b"for the next one")
        visitor.sendall(b"hello")
        until(lambda: handover.unread(former, port) == 1, "somebody waits")
        accepted, _ = former.accept()
        with accepted:
            assert handover.unread(former, port) == 1
            assert accepted.recv(5) == b"hello"
            assert handover.unread(former, port) == 0
