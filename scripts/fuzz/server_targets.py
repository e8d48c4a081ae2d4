"""Real processes: the HTTP of a guard, on its own port and on that of a service, and the API."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from main import app
from scripts.fuzz.engine import Hold, Target
from scripts.fuzz.guard_targets import streams
from tests.backend import api_process
from tests.ports import free_port
from tests.stack.harness import GuardRun, toy

SECONDS = 20.0  # for an answer
LASTING = {"listenToDownloads", "previewLink"}  # a stream without end; a process for each request
SERVER_ERRORS = 500
HTTP = [
    *(b"GET ", b"POST ", b"HEAD ", b"OPTIONS ", b"/ ", b"/api/status ", b"/api/logs/web?tail=9 "),
    *(b"//[ ", b"/api/crashes ", b"/%ff%00 ", b"HTTP/1.1\r\n", b"HTTP/1.0\r\n", b"Host: localhost"),
    *(b"\r\n", b"\r\n\r\n", b"\n", b"Origin: http://[\r\n", b"Content-Length: 5\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Upgrade: x\r\nConnection: upgrade\r\n", b"0\r\n\r\n"),
    *(b"X-Guard-Token: ", b"Accept: text/html\r\n", b"Last-Event-ID: 9\r\n", b"\0", b":", b" "),
]


@contextmanager
def guard(folder: Path) -> Iterator[Hold]:
    """Answered as HTTP or closed, never with an error of the guard's own, which runs on."""
    lines = folder / "Procfile"
    lines.write_text(toy("web") + "\n", encoding="utf-8")
    ports = {"web": free_port(), "guard": free_port()}
    run = GuardRun(lines, {}, ports).start()
    try:
        run.await_state("web", "READY")
        run.post("/api/services/web/stop")
        run.await_state("web", "STOPPED")
        turn = itertools.cycle(ports.values())

        def hold(request: bytes) -> None:
            port = next(turn)
            host = b"Host: localhost:%d" % port
            with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
                with suppress(ConnectionError, BrokenPipeError):
                    connection.sendall(request.replace(b"Host: localhost", host))
                    connection.shutdown(socket.SHUT_WR)
                answer = b""
                with suppress(ConnectionResetError):
                    answer = connection.recv(1000)
            assert not answer or answer.startswith(b"HTTP/1.1 "), answer
            assert not answer.startswith(b"HTTP/1.1 500"), answer

        yield hold
        assert run.service("web")["state"] == "STOPPED"
        assert "internal error" not in run.output(), run.output()
    finally:
        run.close()


@contextmanager
def api(folder: Path) -> Iterator[Hold]:
    """Whatever the description allows and forbids is answered, never with 500 or more."""
    with api_process.running(folder) as running:
        running.ready()
        running.ask("PATCH", "/api/queue", json={"paused": True})

        def hold(case: Any) -> None:  # noqa: ANN401 - a case of any operation
            answer = case.call(base_url=running.url)
            assert answer.status_code < SERVER_ERRORS, f"{answer.status_code}: {answer.text}"

        yield hold


def _cases() -> st.SearchStrategy[Any]:
    found = schemathesis.openapi.from_dict(app.openapi()).get_all_operations()
    operations: list[Any] = [each.ok() for each in found if isinstance(each, Ok)]
    return st.one_of(
        [
            operation.as_strategy(generation_mode=mode)
            for operation in operations
            if operation.definition.raw["operationId"] not in LASTING
            for mode in GenerationMode
        ]
    )


TARGETS = [
    Target("HTTP of the guard", streams(HTTP), guard),
    Target("the API, by its description", _cases(), api),
]
