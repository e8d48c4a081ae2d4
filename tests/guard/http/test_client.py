"""What comes of one request to a server of this machine, and that `status` loads little for it."""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from scripts.guard.http.client import Answer, ask
from tests.stack.harness import ROOT

HEAD = b"HTTP/1.1 200 OK\r\n"


@contextlib.contextmanager
def saying(*parts: bytes, closes: bool = True) -> Iterator[tuple[int, list[bytes]]]:
    """Give a port where whoever asks is told this, and what was asked there."""
    asked: list[bytes] = []
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(65536))
                for part in parts:
                    connection.sendall(part)
                if not closes:
                    over.wait(60)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], asked
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ((HEAD + b"Content-Length: 4\r\n\r\nwell", b" and more"), Answer(True, 200, body=b"well")),
        ((HEAD + b"\r\n", b"to the", b" end"), Answer(True, 200, body=b"to the end")),
        (
            (b"HTTP/1.1 503 No\r\nX-Guard-STANDBY: BROKEN\r\n\r\n",),
            Answer(True, 503, standby="BROKEN"),
        ),
        (
            (HEAD + b"Content-Length: 9\r\n\r\nhalf",),
            Answer(True, error="it closed the connection 5 bytes too early"),
        ),
        ((b"SSH-2.0-OpenSSH\r\n",), Answer(True, error="it said 'SSH-2.0-OpenSSH'")),
        ((b"HTTP/1.1 abc\r\n\r\n",), Answer(True, error="it said 'HTTP/1.1 abc'")),
        ((b"",), Answer(True, error="it closed the connection")),
    ],
)
def test_what_is_answered(parts: tuple[bytes, ...], answer: Answer) -> None:
    with saying(*parts) as (port, asked):
        found = ask("127.0.0.1", port, "/ready", 60, headers={"X-Mine": "yes"})
    assert found == answer
    head, _, rest = asked[0].partition(b"\r\n\r\n")
    assert rest == b""
    assert head.split(b"\r\n") == [
        b"GET /ready HTTP/1.0",
        f"Host: localhost:{port}".encode(),
        b"Accept: */*",
        b"X-Mine: yes",
    ]


def test_an_answer_is_whole_although_its_server_keeps_the_connection() -> None:
    with saying(HEAD + b"Content-Length: 2\r\n\r\n", b"ok", closes=False) as (port, _):
        assert ask("127.0.0.1", port, "/", 60).body == b"ok"


def test_what_changes_something_says_that_nothing_follows() -> None:
    with saying(HEAD + b"\r\n") as (port, asked):
        assert ask("127.0.0.1", port, "/api/stop", 60, method="POST").status == 200
    assert b"POST /api/stop HTTP/1.0\r\n" in asked[0]
    assert b"Content-Length: 0\r\n" in asked[0]


@pytest.mark.parametrize("part", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\nhalf"])
def test_one_that_says_nothing_more_is_silent(part: bytes) -> None:
    with saying(part, closes=False) as (port, _):
        answer = ask("127.0.0.1", port, "/", 0.05)
    assert (answer.connected, answer.silent, answer.status) == (True, True, None)


def test_nobody_there_is_no_connection() -> None:
    with saying(HEAD) as (port, _):
        ask("127.0.0.1", port, "/", 60)
    answer = ask("127.0.0.1", port, "/", 60)
    assert (answer.connected, answer.silent) == (False, False)
    assert "refused" in answer.error


def test_status_does_not_load_what_it_does_not_need() -> None:
    """Half of its time was spent on these, on every call."""
    code = "import sys, scripts.guard.cli.commands; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"asyncio", "dataclasses", "email", "http.client", "inspect", "ssl"} & {*loaded}
