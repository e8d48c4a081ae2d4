"""A server that was forked from a preloaded interpreter is supervised as any other."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from scripts.guard.attach.protocol import KEYS, frame
from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import DEADLINE, GuardRun, ask, is_gone, kill, toy, until, visits
from tests.stack.test_orphans import pid_in


def forkservers(run: GuardRun) -> list[psutil.Process]:
    """The interpreters that the guard keeps."""
    found = []
    for child in psutil.Process(run.pid).children():
        with suppress(psutil.Error):  # it has just ended
            if "guard_agent" in " ".join(child.cmdline()):
                found.append(child)
    return found


def is_forked(run: GuardRun) -> bool:
    return bool(ask(run.ports["api"]).json().get("forked"))


def forked(run: GuardRun) -> int:
    """Restart it, once its libraries are loaded, until it is a fork; returns its pid."""
    pid = int(run.await_state("api", "READY")["pid"])
    until(lambda: forkservers(run), f"a forkserver:\n{run.output()}")
    end = time.monotonic() + DEADLINE
    while not is_forked(run):
        assert time.monotonic() < end, f"never a fork:\n{run.output()}"
        run.post("/api/services/api/restart")
        pid = run.await_new_pid("api", pid)
    return pid


@pytest.mark.fault(row="F1")
def test_a_killed_fork_comes_back_as_one_and_nobody_is_refused(guarded: Guarded) -> None:
    run = guarded(toy("api", preloaded=True))
    pid = forked(run)
    with visits(run.ports["api"], answers=20) as seen:
        kill(pid, seen)
        fresh = run.await_new_pid("api", pid)
    assert is_forked(run)
    assert fresh != pid
    (crash, *_) = ask(run.ports["guard"], "/api/crashes").json()["crashes"]
    assert crash["exit"] == {"code": None, "signal": "SIGKILL"}


@pytest.mark.fault(row="F2")
def test_its_exit_code_is_told(guarded: Guarded) -> None:
    run = guarded(toy("api", preloaded=True))
    pid = forked(run)
    ask(run.ports["api"], "/exit?7")
    run.await_new_pid("api", pid)
    (crash, *_) = ask(run.ports["guard"], "/api/crashes").json()["crashes"]
    assert crash["exit"] == {"code": 7, "signal": None}


@pytest.mark.fault(row="F14")
def test_a_killed_guard_takes_it_and_its_forkserver_along(guarded: Guarded) -> None:
    run = guarded(toy("api", preloaded=True))
    pid = forked(run)
    kept = [each.pid for each in forkservers(run)]
    os.kill(run.pid, signal.SIGKILL)
    run.await_end()
    for each in (pid, *kept):
        until(lambda each=each: is_gone(each), "it is gone")  # type: ignore[misc]
    run.start()
    run.await_state("api", "READY")


@pytest.mark.fault(row="F12")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_of_it(guarded: Guarded, number: signal.Signals) -> None:
    run = guarded(toy("api", preloaded=True))
    forked(run)
    os.kill(run.pid, number)
    assert run.await_end() == 128 + number
    assert run.left() == []


def test_what_it_started_ends_with_it(guarded: Guarded, tmp_path: Path) -> None:
    """A child in its group, and a daemon that was forked and never ran anything else."""
    file = tmp_path / "daemon.pid"
    daemon = (
        "import os, sys, time\n"
        "if not os.fork():\n"
        "    os.setsid()\n"
        "    if os.fork(): os._exit(0)\n"
        f"    open({str(file) + '.new'!r}, 'w').write(str(os.getpid()))\n"
        f"    os.rename({str(file) + '.new'!r}, {str(file)!r})\n"
        "    os.closerange(0, 3)\n"
        "    time.sleep(1000)\n"
        "    os._exit(0)\n"
        "import runpy\n"
        "sys.argv = [sys.argv[1], 'api', '--grandchild']\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    (tmp_path / "daemon.py").write_text(daemon)
    line = toy("api", preloaded=True).replace(" python ", " python daemon.py ")
    run = guarded(line)
    pid = forked(run)
    grandchild = int(run.output().rsplit("grandchild ", 1)[1].split()[0])
    left = pid_in(file)
    file.unlink()
    os.kill(pid, signal.SIGKILL)
    run.await_new_pid("api", pid)
    assert is_gone(grandchild)
    assert is_gone(left)
    assert is_forked(run)


@pytest.mark.fault(row="F8")
def test_a_mistake_is_told_with_its_line(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    program = tmp_path / "src/main.py"
    source = (
        "import runpy, sys\nsys.argv.pop(0)\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    program.write_text(source)
    line = toy("api", preloaded=True).replace(" python ", " python src/main.py ")
    run = guarded(line, API_WATCH="src")
    forked(run)
    program.write_text(source + "def f(:\n")
    cause = run.await_state("api", "BROKEN")["cause"]
    assert "main.py" in cause["sentence"]
    assert "4" in cause["sentence"]
    program.write_text(source)
    run.await_state("api", "READY")
    assert is_forked(run)


FORKED_OR_NOT = """
import gc
async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    body = b'{"version": "VERSION", "forked": true}' if gc.get_freeze_count() else b"{}"
    await send({"type": "http.response.body", "body": body})
"""


@pytest.mark.fault(row="F40")
def test_saves_under_load_fail_no_request_and_are_forks(
    guarded: Guarded, tmp_path: Path, observe: Observe
) -> None:
    (tmp_path / "app").mkdir()
    program = tmp_path / "app" / "main.py"
    program.write_text(FORKED_OR_NOT)
    run = guarded(
        "api: cd app && exec $API_PRELOAD uvicorn main:app --timeout-graceful-shutdown 20"
        " --fd $API_FD # ${API_PORT:-1}",
        API_WATCH="app",
        GUARD_PATIENCE_SECONDS="60",
        GUARD_GRACE_SECONDS="60",  # uvicorn has 20 s, and may need them on a busy machine
    )
    forked(run)
    with visits(run.ports["api"], answers=100) as seen:
        for version in ("2", "three", "4"):  # no two of one size: Python's cache goes by that
            old = run.service("api")["pid"]
            program.write_text(FORKED_OR_NOT.replace("VERSION", version))
            run.await_new_pid("api", old)
            assert ask(run.ports["api"]).json() == {"version": version, "forked": True}
    observe(seen)
    assert seen.standby == 0


def test_its_terminal_is_one(guarded: Guarded) -> None:
    """Ctrl-C that is typed in it reaches the program."""
    run = guarded(toy("api", preloaded=True))
    pid = forked(run)
    port = run.ports["guard"]
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as attached:
        attached.sendall(
            b"POST /api/services/api/attach HTTP/1.1\r\nHost: localhost:%d\r\n"
            b"X-Guard-Token: %s\r\nConnection: Upgrade\r\nUpgrade: guard-terminal\r\n\r\n"
            % (port, run.token().encode())
        )
        assert b"101" in attached.recv(65536)
        attached.sendall(frame(KEYS, b"\x03"))
        run.await_output("KeyboardInterrupt")
        run.await_new_pid("api", pid)
    (crash, *_) = ask(port, "/api/crashes").json()["crashes"]
    assert crash["exit"] == {"code": None, "signal": "SIGINT"}
    assert is_forked(run)


def test_it_can_be_turned_off(guarded: Guarded, tmp_path: Path) -> None:
    run = guarded(toy("api", preloaded=True))
    pid = forked(run)
    (tmp_path / ".env").write_text("API_PRELOAD=no\n")
    run.post("/api/services/api/restart")
    until(lambda: not forkservers(run), "no forkserver")
    pid = run.await_new_pid("api", pid)
    run.post("/api/services/api/restart")
    run.await_new_pid("api", pid)
    assert not is_forked(run)


def test_its_memory_is_told_apart(guarded: Guarded) -> None:
    run = guarded(toy("api", preloaded=True))
    forked(run)
    with socket.create_connection(("127.0.0.1", run.ports["guard"]), timeout=DEADLINE) as reader:
        port = run.ports["guard"]
        reader.sendall(b"GET /api/events?usage=1 HTTP/1.1\r\nHost: localhost:%d\r\n\r\n" % port)
        received = b""
        uses: dict[str, dict[str, int]] = {}
        while "api (preloaded)" not in uses:  # what was measured before is told first
            received += reader.recv(65536)
            for told in re.findall(rb"event: usage\ndata: (.*)\n", received):
                uses = json.loads(told)
    assert uses["api (preloaded)"]["processes"] == 1
    assert uses["api (preloaded)"]["memory"] > 1_000_000
    assert uses["api"]["processes"] == 1


def test_without_the_guard_the_line_is_what_it_was() -> None:
    done = subprocess.run(
        ["sh", "-c", "exec ${API_FD:+$API_PRELOAD} echo started"],
        env={"API_PRELOAD": "no", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "started\n"
