"""Lines that are meant to end, and lines that need others."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import toy, until

NEEDS = """
import socket, sys, time
socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print("connected", flush=True)
time.sleep(1000)
"""
SLOW = """
import sys, time
from http.server import HTTPServer, BaseHTTPRequestHandler
open("starts", "a").write("x")
time.sleep(float(sys.argv[2]))
HTTPServer(("127.0.0.1", int(sys.argv[1])), BaseHTTPRequestHandler).serve_forever()
"""


@pytest.mark.fault(row="F31")
@pytest.mark.parametrize("name", ["release", "seed"])
def test_a_line_that_ends_as_it_should_runs_once(
    guarded: Guarded, tmp_path: Path, name: str
) -> None:
    run = guarded(
        f"{name}: echo x >>rows", toy("web"), SEED_ONCE="yes", RELEASE_PORT="", SEED_PORT=""
    )
    run.await_state(name, "FINISHED")
    old = run.await_state("web", "READY")["pid"]
    assert run.run("status").returncode == 0
    assert run.post("/api/restart").status == 202
    run.await_new_pid("web", old)
    assert (tmp_path / "rows").read_text() == "x\n"
    assert run.run("restart", name).returncode == 0
    until(lambda: (tmp_path / "rows").read_text() == "x\nx\n", "it runs again when it is asked to")


@pytest.mark.fault(row="F31")
def test_the_others_wait_for_a_release_and_do_not_start_when_it_fails(
    guarded: Guarded, tmp_path: Path
) -> None:
    run = guarded("release: echo x >>rows; sleep 0.3; exit 3", toy("web"), RELEASE_PORT="")
    broken = run.await_state("release", "BROKEN")
    assert "error code 3" in broken["cause"]["sentence"]
    assert run.service("web")["waits_for"] == ["release"]
    assert run.service("web")["pid"] is None
    assert run.run("status").returncode == 1
    assert (tmp_path / "rows").read_text() == "x\n"


@pytest.mark.fault(row="F32")
def test_what_needs_a_slow_neighbour_comes_up_and_that_is_started_once(
    guarded: Guarded, tmp_path: Path
) -> None:
    (tmp_path / "needs.py").write_text(NEEDS)
    (tmp_path / "slow.py").write_text(SLOW)
    run = guarded(
        f"db: exec {sys.executable} slow.py $DB_PORT 3",
        f"web: exec {sys.executable} needs.py $DB_PORT",
        WEB_PORT="",
    )
    run.await_state("db", "READY")
    run.await_output("| connected")
    run.await_state("web", "READY")
    assert (tmp_path / "starts").read_text() == "x"


@pytest.mark.fault(row="F32")
def test_a_line_is_started_after_those_it_names(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "needs.py").write_text(NEEDS)
    (tmp_path / "slow.py").write_text(SLOW)
    run = guarded(
        f"db: exec {sys.executable} slow.py $DB_PORT 1",
        f"web: exec {sys.executable} needs.py $DB_PORT",
        WEB_PORT="",
        WEB_AFTER="db",
    )
    run.await_output("web waits for db")
    run.await_output("| connected")
    assert run.run("status").returncode in {0, 1}  # web counts as up a second later
    assert run.service("web")["relaunches"] == 0
    assert "needs" not in run.output()


LEAVES_LATE = """
import signal, socket, sys, time
def leave(*_):
    time.sleep(1)  # longer than a server by itself takes to leave
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        print("db is still there", flush=True)
    except OSError as error:
        print(f"db is gone: {error}", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("working", flush=True)
while True:
    time.sleep(0.1)
"""


@pytest.mark.fault(row="F32")
def test_a_line_leaves_before_those_it_is_started_after(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "late.py").write_text(LEAVES_LATE)
    (tmp_path / "slow.py").write_text(SLOW)
    run = guarded(
        f"db: exec {sys.executable} slow.py $DB_PORT 0",
        f"web: exec {sys.executable} late.py $DB_PORT",
        WEB_PORT="",
        WEB_AFTER="db",
    )
    run.await_output("| working")
    os.kill(run.pid, signal.SIGTERM)
    assert run.await_end() == 128 + signal.SIGTERM
    assert "db is still there" in run.output()
    assert run.left() == []


def test_a_release_that_fails_and_is_deleted_is_waited_for_no_more(guarded: Guarded) -> None:
    run = guarded("release: exit 3", toy("web"), RELEASE_PORT="")
    run.await_state("release", "BROKEN")
    run.procfile.write_text(f"{toy('web')}\n")
    run.await_state("web", "READY")
    assert run.service("web")["waits_for"] == []
