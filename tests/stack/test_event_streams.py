"""Event streams that break off leave nothing: no task, and no memory without a bound."""

import socket
from contextlib import ExitStack

import psutil

from tests.stack.conftest import Guarded
from tests.stack.harness import ask, toy, until

STREAMS = 150
MEGABYTES = 1024 * 1024
BOUND = 160 * MEGABYTES
"""What the guard may use while the log is flooded and many clients read it."""
LINES = "head -c 200000 /dev/zero | tr '\\0' x | fold -w 99"
FLOOD = f"flood: while [ ! -e stop ]; do {LINES}; sleep 0.1; done"


def test_streams_that_break_off_at_once_under_load_leave_no_task(guarded: Guarded) -> None:
    run = guarded(toy("web"), FLOOD, started=False)
    del run.environment["FLOOD_PORT"]
    run.start().await_state("web", "READY")
    head = b"GET /api/events?logs=*&usage=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for _ in range(3):
        with ExitStack() as open_ones:
            for _ in range(STREAMS):
                client = socket.create_connection(("127.0.0.1", run.ports["guard"]), 60)
                open_ones.enter_context(client)
                # Full before the first event has come: whoever writes has to wait.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.sendall(head.replace(b"localhost", b"localhost:%d" % run.ports["guard"]))
                assert client.recv(12) == b"HTTP/1.1 200"
        assert ask(run.ports["guard"], "/api/status").status == 200
    (run.procfile.parent / "stop").touch()
    guard = psutil.Process(run.pid)
    until(lambda: len(guard.net_connections()) < STREAMS / 2, "the streams have ended")
    assert guard.memory_info().rss < BOUND
    assert "Task was destroyed" not in run.output()
    assert "internal error" not in run.output()
