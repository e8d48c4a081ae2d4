"""What becomes of visits to a port: each kind is counted, and none is taken for another."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from scripts.bench.visits import Visits, together, visiting
from tests.conftest import FreePort
from tests.stack import harness
from tests.stack.harness import kill, until, visits

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
STANDBY = b"HTTP/1.1 503 Away\r\nX-Guard-Standby: BROKEN\r\nContent-Length: 0\r\n\r\n"
ERROR = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"
RESET = socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
Answer = Callable[[socket.socket], None]


@contextmanager
def serving(port: int, answer: Answer) -> Iterator[None]:
    """Answer each connection, one after the other, with `answer`."""
    with socket.create_server(("127.0.0.1", port), backlog=1000) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    answer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def says(text: bytes) -> Answer:
    return lambda connection: connection.sendall(text)


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, *RESET)


def counted(seen: Visits) -> tuple[int, int, int, int]:
    assert seen.attempts == sum(counts(seen))
    return seen.answers, seen.standby, seen.refused, len(seen.failures)


def counts(seen: Visits) -> list[int]:
    return [seen.answers, seen.standby, seen.refused, seen.cut_off, len(seen.failures)]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(says(OK), 0), (says(STANDBY), 1), (None, 2)]
    + [(failing, 3) for failing in (says(ERROR), says(b"SSH-2.0\r\n"), says(b""), resets)],
    ids=["answered", "standby", "refused", "5xx", "no HTTP", "closed", "reset"],
)
def test_every_kind_of_end_is_counted_once(
    free_port: FreePort, answer: Answer | None, kind: int
) -> None:
    port = free_port()
    with serving(port, answer) if answer else nullcontext(), visiting(port) as seen:
        until(lambda: seen.attempts >= 5, "five attempts")
    found = counted(seen)
    assert found[kind] == seen.attempts
    assert sum(found) == found[kind]
    assert seen.lost == (0 if kind in {0, 1} else seen.attempts)


def test_who_is_not_answered_in_time_has_failed(free_port: FreePort) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)), visiting(port, timeout=0.05) as seen:
        until(lambda: seen.failures, "one has waited too long")
    assert seen.answers == seen.refused == 0
    assert "TimeoutError" in seen.failures[0]


def test_no_more_come_than_a_busy_machine_can_get_rid_of(
    free_port: FreePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.bench.visits.MOST_AT_ONCE", 5)
    port = free_port()
    under_way: list[int] = []
    with (
        socket.create_server(("127.0.0.1", port)),
        visiting(port, timeout=0.1, interval=0.001) as seen,
    ):

        def look() -> bool:
            begun = seen.attempts
            under_way.append(begun - sum(counts(seen)))
            return len(seen.failures) >= 10

        until(look, "ten have waited too long")
    assert max(under_way) <= 5


@pytest.mark.parametrize("before", [True, False], ids=["under way", "begun after"])
def test_a_fault_explains_only_what_was_under_way(free_port: FreePort, *, before: bool) -> None:
    port, taken, go = free_port(), threading.Event(), threading.Event()

    def cut(connection: socket.socket) -> None:
        taken.set()
        go.wait()
        resets(connection)

    with serving(port, cut):
        seen = Visits()
        visit = threading.Thread(target=seen.visit, args=(port, "/", 60))
        if not before:
            with seen.fault():
                pass
        visit.start()
        taken.wait()
        if before:
            with seen.fault():
                pass
        go.set()
        visit.join()
    assert (seen.cut_off, len(seen.failures)) == ((1, 0) if before else (0, 1))


def test_the_sum_of_several_is_that_of_each() -> None:
    some, more = Visits(5, 2, 0, 1, 0, ["a", "b"], 0.5), Visits(3, 1, 1, 0, 1, [], 0.7)
    assert counts(together([some, more])) == [3, 1, 1, 1, 2]
    assert together([some, more]).attempts == 8
    assert together([some, more]).longest == 0.7
    assert together([]).attempts == 0


SERVER = """
import socket, sys
server = socket.socket(fileno=int(sys.argv[1]))
while True:
    connection, _ = server.accept()
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
    connection.close()
"""


def test_a_port_whose_socket_outlives_the_server_loses_nobody(free_port: FreePort) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port), backlog=1000) as held:
        command = [sys.executable, "-c", SERVER, str(held.fileno())]
        first = subprocess.Popen(command, pass_fds=[held.fileno()])
        with visits(port, answers=5) as seen:
            until(lambda: seen.answers, "it answers")
            kill(first.pid, seen)
            first.wait()
            attempts = seen.attempts
            until(lambda: seen.attempts >= attempts + 5, "some come while nobody serves")
            second = subprocess.Popen(command, pass_fds=[held.fileno()])
        second.kill()
        second.wait()
    assert seen.lost == 0


def test_who_demands_answers_is_not_content_with_none(
    free_port: FreePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(harness, "ANSWERED_SECONDS", 0.1)
    told = pytest.raises(AssertionError, match=r"5 more answers; [\d,]+ attempted: 0 answered")
    with told, visits(free_port(), answers=5):
        pass
