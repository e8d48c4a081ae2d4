"""What counts as an answer, and when a queue that does not move counts as a hang."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from scripts.guard.core.phases import State
from scripts.guard.health import liveness, probe
from scripts.guard.health.hang_detector import HangDetector
from scripts.guard.health.probe import Reply
from scripts.guard.net.accept_queue import length, lengths, peers_at
from scripts.guard.net.bind import hold
from tests.conftest import FreePort
from tests.guard.views import WEB


@contextlib.contextmanager
def answering(port: int, answer: bytes, address: str = "127.0.0.1") -> Iterator[None]:
    """Serve one canned answer to everybody, on one address of loopback."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family) as server:

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
    ("answer", "reply", "strictly"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", Reply.ANSWER, Reply.ANSWER),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", Reply.ANSWER, Reply.ANSWER),
        (b"HTTP/1.0 401 Unauthorized\r\n\r\n", Reply.ANSWER, Reply.ANSWER),
        (b"HTTP/1.1 500 Internal Server Error\r\n\r\n", Reply.ANSWER, Reply.NOT_YET),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", Reply.NOT_YET, Reply.NOT_YET),
        (b"HTTP/1.1 200 OK\r\nX-Guard-Standby: BROKEN\r\n\r\n", Reply.STANDBY, Reply.STANDBY),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", Reply.ANSWER, Reply.ANSWER),
        (b"-ERR wrong number of arguments for 'get' command\r\n", Reply.ANSWER, Reply.NOT_YET),
        (b"\x15\x03\x01\x00\x02\x02\x46", Reply.ANSWER, Reply.ANSWER),
        (b"", Reply.CLOSED, Reply.CLOSED),
    ],
    ids=lambda value: value[:20].decode("latin-1") if isinstance(value, bytes) else None,
)
def test_what_comes_of_a_request(
    free_port: FreePort, answer: bytes, reply: Reply, strictly: Reply
) -> None:
    port = free_port()
    with answering(port, answer):
        assert asyncio.run(probe.ask(port, "/health")).reply is reply
        assert asyncio.run(probe.ask(port, "/health", strict=True)).reply is strictly


def test_nobody_there_is_no_reply(free_port: FreePort) -> None:
    assert asyncio.run(probe.ask(free_port(), "/")).reply is Reply.NONE


def test_one_that_only_closes_connections_is_up_once_it_has_done_so_for_a_while(
    free_port: FreePort,
) -> None:
    port = free_port()
    seconds = iter(range(0, 1000, 2))
    with answering(port, b""):
        asyncio.run(probe.await_answer(port, "/", clock=lambda: float(next(seconds))))
    assert next(seconds) > probe.CLOSING_SECONDS


def test_a_queue_that_does_not_move_is_stuck_for_as_long_as_it_was_watched(
    free_port: FreePort,
) -> None:
    port = free_port()
    now = 0.0
    with hold(port) as sock:
        queue = liveness.AcceptQueueWatch(partial(length, sock), clock=lambda: now)
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
            queue.reset()
            now += 1
            assert queue.look() == 1.0
            sock.accept()[0].close()
            now += 1
            assert queue.look() == 0


def test_a_busy_server_whose_queue_is_never_empty_does_not_hang(free_port: FreePort) -> None:
    port = free_port()
    now = 0.0
    with hold(port) as sock, contextlib.ExitStack() as visitors:
        queue = liveness.AcceptQueueWatch(
            partial(length, sock), partial(peers_at, port), clock=lambda: now
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
    assert port not in (lengths() or {})
    with socket.create_server(("127.0.0.1", port)):
        assert (lengths() or {})[port] == 0
        with socket.create_connection(("127.0.0.1", port)):
            assert (lengths() or {})[port] == 1


def test_a_server_on_the_other_address_of_localhost_is_found(free_port: FreePort) -> None:
    port = free_port()
    with answering(port, b"HTTP/1.1 200 OK\r\n\r\n", "::1"):
        assert asyncio.run(probe.ask(port, "/")).reply is Reply.ANSWER


def test_where_the_queue_cannot_be_read_a_server_that_says_nothing_hangs(
    free_port: FreePort,
) -> None:
    port = free_port()
    now = 0.0

    async def watch() -> None:
        nonlocal now
        watched = liveness.HttpWatch(partial(probe.responds, port, "/"), clock=lambda: now)
        with hold(port) as sock:
            assert watched.look() == 0
            for second in range(1, 4):
                await asyncio.sleep(0)
                now = float(second)
                assert watched.look() == second
            watched.reset()
            now += 1
            assert watched.look() == 1
            await asyncio.to_thread(answer_one, sock)
            while watched.look():  # noqa: ASYNC110 - as the guard looks
                await asyncio.sleep(0.01)
            watched.close()

    asyncio.run(asyncio.wait_for(watch(), 30))


def answer_one(sock: socket.socket) -> None:
    """Take the next connection and answer it, even with an error: that is no hang."""
    sock.setblocking(True)
    connection, _ = sock.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 500 Internal Server Error\r\n\r\n")


def test_what_hangs_is_told_whether_the_queue_can_be_read_or_not(free_port: FreePort) -> None:
    port = free_port()
    view = WEB._replace(port=port)

    async def watch(*, readable: bool) -> str:
        with hold(port) as sock, socket.create_connection(("127.0.0.1", port)):
            hangs = HangDetector(
                queue_length=lambda _: partial(length, sock) if readable else lambda: None,
                ask=lambda _: partial(probe.responds, port, "/"),
                is_attached=lambda _: False,
                tail=lambda _name, _count: [],
                report=print,
            )
            while not (found := hangs.look([view], 0.1)):  # noqa: ASYNC110 - as the guard looks
                await asyncio.sleep(0.01)
            assert hangs.look([view._replace(state=State.STOPPING)], 0.1) == []
            return found[0][1].kind

    for readable in (True, False):
        assert asyncio.run(asyncio.wait_for(watch(readable=readable), 30)) == "hung"


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
    assert liveness.is_prompt(line) is is_prompt
