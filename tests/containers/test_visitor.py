"""The visitor of a stack says no where nothing was heard, or too little."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import FreePort
from tests.containers.visitor import MANY, none_lost
from tests.stack.harness import until


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Somebody who answers everything so; gives the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def test_enough_answers_and_nothing_else_are_well() -> None:
    with answering(200) as port, none_lost(port) as visits:
        until(lambda: visits.answers >= MANY, "enough answers")


def test_too_few_answers_are_none() -> None:
    with (
        pytest.raises(AssertionError, match=r"attempted: \d+ answered"),
        answering(200) as port,
        none_lost(port) as visits,
    ):
        visits.demanded = 1000 * MANY


def test_one_that_cannot_hear_has_lost_them_all(free_port: FreePort) -> None:
    with (
        pytest.raises(AssertionError, match="0 answered"),
        none_lost(free_port()) as visits,
    ):
        until(lambda: visits.attempts >= 2, "attempts")


def test_one_error_among_them_is_lost() -> None:
    with (
        pytest.raises(AssertionError, match="failed otherwise, the first status 502"),
        answering(502) as port,
        none_lost(port) as visits,
    ):
        until(lambda: visits.failures, "an error")
