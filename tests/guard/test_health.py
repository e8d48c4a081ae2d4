"""What counts as an answer, and when a queue that does not move counts as a hang."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from scripts.guard import health
from scripts.guard.sockets import hold, waiting, waiting_at, waiting_peers
from tests.conftest import FreePort


@contextlib.contextmanager
def answering(port: int, answer: bytes) -> Iterator[None]:
    """Serve one canned answer to everybody, on loopback."""
    with socket.create_server(("127.0.0.1", port)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(65536)
                        connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


@pytest.mark.parametrize(
    ("answer", "up"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", True),
        (b"HTTP/1.0 401 Unauthorized\r\n\r\n", True),
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", False),
        (b"HTTP/1.1 503 Service Unavailable\r\nX-Guard-Standby: BROKEN\r\n\r\n", False),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", False),
        (b"", False),
    ],
)
def test_an_answer_with_no_server_error_is_a_sign_of_life(
    free_port: FreePort,
    answer: bytes,
    up: bool,  # noqa: FBT001
) -> None:
    port = free_port()
    with answering(port, answer):
        assert asyncio.run(health.answers(port, "/health")) is up


def test_nobody_there_is_no_sign_of_life(free_port: FreePort) -> None:
    assert not asyncio.run(health.answers(free_port(), "/"))


def test_a_queue_that_does_not_move_is_stuck_for_as_long_as_it_was_watched(
    free_port: FreePort,
) -> None:
    port = free_port()
    now = 0.0
    with hold(port) as sock:
        queue = health.Queue(partial(waiting, sock), clock=lambda: now)
        assert queue.look() == 0
        with socket.create_connection(("127.0.0.1", port)):
            now = 1.0
            assert queue.look() == 1.0
            now = 2.0
            assert queue.look() == 2.0
            now = 3602.0  # the computer slept: nobody watched
            assert queue.look() == 0
            now += 1
            assert queue.look() == 1.0
            queue.excuse()
            now += 1
            assert queue.look() == 1.0
            sock.accept()[0].close()
            now += 1
            assert queue.look() == 0


def test_a_busy_server_whose_queue_is_never_empty_does_not_hang(free_port: FreePort) -> None:
    port = free_port()
    now = 0.0
    with hold(port) as sock, contextlib.ExitStack() as visitors:
        queue = health.Queue(
            partial(waiting, sock), partial(waiting_peers, port), clock=lambda: now
        )
        for second in range(1, 10):
            visitors.enter_context(socket.create_connection(("127.0.0.1", port)))
            visitors.enter_context(socket.create_connection(("127.0.0.1", port)))
            now = float(second)
            assert queue.look() <= 1.0
            visitors.enter_context(sock.accept()[0])
        for second in range(10, 15):
            visitors.enter_context(socket.create_connection(("127.0.0.1", port))).close()
            now = float(second)
            assert queue.look() == second - 10


def test_the_queue_of_a_socket_that_is_not_ours_can_be_read_too(free_port: FreePort) -> None:
    port = free_port()
    assert waiting_at(port) is None
    with socket.create_server(("127.0.0.1", port)):
        assert waiting_at(port) == 0
        with socket.create_connection(("127.0.0.1", port)):
            assert waiting_at(port) == 1


@pytest.mark.parametrize(
    ("line", "is_prompt"),
    [
        ("(Pdb) ", True),
        ("\x1b[31m(Pdb++) \x1b[0m", True),
        ("(ipdb) ", True),
        ("ipdb> ", True),
        ("debug> ", True),
        ("(byebug) ", True),
        ("irb(main):001> ", True),
        ("see (Pdb) for more", False),
        ("GET / 200", False),
        ("", False),
    ],
)
def test_a_debuggers_prompt_is_known(line: str, is_prompt: bool) -> None:  # noqa: FBT001
    assert health.is_prompt(line) is is_prompt
