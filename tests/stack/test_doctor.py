"""`doctor NAME` puts a service that cannot be reached down to one cause; each is made for real."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, toy, until

WELL = "all-well"
# A server that binds for itself, to one address (`::` is all of them), and answers every request
# with this status; every one but the first, by which it counts as ready, after so many seconds.
ONE_ADDRESS = """
import http.server, socket, sys, time
host, port, status = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
seconds, first = float([*sys.argv, 0][4]), iter([0])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(next(first, seconds))
        self.send_response(status)
        self.end_headers()
class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
Server((host, port), Handler).serve_forever()
"""

# Has the lock of a guard, and its port, and answers after so many seconds; without, nobody.
HUNG_GUARD = """
import fcntl, json, os, signal, socket, sys, time
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
lock.write(json.dumps({"pid": os.getpid(), "since": "2026-01-31T12:00:00+00:00"}))
lock.flush()
listener = socket.create_server(("127.0.0.1", int(sys.argv[2])))
view = {"name": "web", "state": "STOPPED", "pid": None, "port": None, "cause": None}
while sys.argv[3:]:
    connection, _ = listener.accept()
    if connection.recv(65536):
        time.sleep(float(sys.argv[3]))
        body = json.dumps({"services": [view]}).encode()
        connection.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + body)
    connection.close()
signal.pause()
"""
# Answers the first request, by which it counts as ready, and no other.
CLOSES_ITS_PORT = """
import http.server, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
server.handle_request()
server.server_close()
signal.pause()
"""


def diagnosed(run: GuardRun, name: str = "web") -> dict[str, Any]:
    done = run.run("doctor", name, "--json")
    answer = json.loads(done.stdout)
    assert answer["service"] == name
    assert done.returncode == (0 if answer["ok"] else 1)
    assert answer["ok"] == (answer["cause"]["kind"] == WELL)
    cause: dict[str, Any] = answer["cause"]
    assert cause["fix"]
    return cause


@pytest.fixture
def one_address(tmp_path: Path) -> Path:
    path = tmp_path / "one_address.py"
    path.write_text(ONE_ADDRESS, encoding="utf-8")
    return path


@contextmanager
def program(folder: Path, *arguments: object, port: int, host: str = "127.0.0.1") -> Iterator[int]:
    """A server that nobody guards, started by hand in some folder."""
    process = subprocess.Popen([sys.executable, *map(str, arguments)], cwd=folder)
    try:
        until(lambda: listens(host, port), f"{arguments} listens")
        yield process.pid
    finally:
        process.kill()
        process.wait()


def listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def test_nothing_runs(guarded: Guarded) -> None:
    cause = diagnosed(guarded(toy("web"), started=False))
    assert cause["kind"] == "not-running"
    assert cause["fix"] == "make dev"


def test_all_is_well_here_so_it_is_the_browser_a_proxy_or_https(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    cause = diagnosed(run)
    assert cause["kind"] == WELL
    assert all(word in cause["sentence"] for word in ("browser", "proxy", "https://"))


def test_it_cannot_be_started(guarded: Guarded) -> None:
    run = guarded("web: nosuchcommand --port $WEB_FD # ${WEB_PORT:-1}")
    run.await_state("web", "BROKEN")
    cause = diagnosed(run)
    assert cause["kind"] == "exited"
    assert "nosuchcommand" in cause["sentence"]


def test_it_was_stopped_on_request(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    run.post("/api/services/web/stop")
    run.await_state("web", "STOPPED")
    cause = diagnosed(run)
    assert (cause["kind"], cause["fix"]) == ("exited", "make restart p=web")


def test_its_code_has_an_error(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def broken(:\n", encoding="utf-8")
    run = guarded(f"web: exec python {tmp_path / 'app.py'} $WEB_FD # ${{WEB_PORT:-1}}")
    run.await_state("web", "BROKEN")
    cause = diagnosed(run)
    assert cause["kind"] == "broken-code"
    assert "app.py" in cause["sentence"] + cause["fix"]


@pytest.mark.own_error("/")
def test_it_answers_with_an_error_of_its_own(guarded: Guarded, one_address: Path) -> None:
    run = guarded(f"web: exec python {one_address} :: $WEB_PORT 500")
    until(lambda: listens("127.0.0.1", run.ports["web"]), "it listens")
    cause = diagnosed(run)
    assert cause["kind"] == "broken-code"
    assert "500" in cause["sentence"]


def test_it_is_starting(guarded: Guarded) -> None:
    run = guarded(toy("web", "--slow", "600"))
    run.await_state("web", "STARTING")
    assert diagnosed(run)["kind"] == "starting"


def test_it_listens_on_another_port(
    guarded: Guarded, one_address: Path, free_port: Callable[[], int]
) -> None:
    other = free_port()
    run = guarded(f"web: : $WEB_FD; exec python {one_address} 127.0.0.1 {other} 200")
    until(lambda: listens("127.0.0.1", other), "it listens elsewhere")
    cause = diagnosed(run)
    assert cause["kind"] == "other-port"
    assert f"http://localhost:{other}" in cause["fix"]


def test_started_by_hand_it_hopped_to_another_port(
    guarded: Guarded, one_address: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    other = free_port()
    run = guarded("web: exec python one_address.py 127.0.0.1 $WEB_PORT 200", started=False)
    with program(tmp_path, one_address, "127.0.0.1", other, 200, port=other):
        cause = diagnosed(run)
    assert cause["kind"] == "other-port"
    assert str(other) in cause["sentence"]


def test_the_guard_was_started_with_another_port(
    guarded: Guarded, free_port: Callable[[], int]
) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    run.environment = {**run.environment, "WEB_PORT": str(free_port())}
    cause = diagnosed(run)
    assert cause["kind"] == "other-port"
    assert f"http://localhost:{run.ports['web']}" in cause["fix"]


def test_it_listens_on_one_address_of_localhost_only(guarded: Guarded, one_address: Path) -> None:
    run = guarded(f"web: exec python {one_address} ::1 $WEB_PORT 200")
    until(lambda: listens("::1", run.ports["web"]), "it listens on ::1")
    cause = diagnosed(run)
    assert cause["kind"] == "other-family"
    assert "[::1] only" in cause["sentence"]


def test_one_address_without_the_guard_is_what_the_guard_would_mend(
    guarded: Guarded, one_address: Path
) -> None:
    run = guarded(f"web: exec python {one_address} ::1 $WEB_PORT 200 $WEB_FD", started=False)
    command: list[str | Path] = [sys.executable, one_address, "::1", str(run.ports["web"]), "200"]
    with subprocess.Popen(command, cwd=one_address.parent) as process:
        try:
            until(lambda: listens("::1", run.ports["web"]), "it listens on ::1")
            cause = diagnosed(run)
        finally:
            process.kill()
    assert cause["kind"] == "other-family"
    assert "have web listen on both: the guard does, started with: " in cause["fix"]


def test_a_stranger_holds_the_port(
    guarded: Guarded, one_address: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = guarded(toy("web"), started=False)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    port = run.ports["web"]
    with program(elsewhere, one_address, "127.0.0.1", port, 200, port=port) as pid:
        cause = diagnosed(run)
        assert psutil.pid_exists(pid)
    assert cause["kind"] == "stranger"
    assert f"pid {pid}" in cause["sentence"]
    assert str(elsewhere) in cause["sentence"]
    assert cause["fix"].startswith(f"kill {pid} ")


def test_without_a_guard_a_program_of_the_same_folder_may_be_a_stranger_too(
    guarded: Guarded, one_address: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    run = guarded(toy("web"), started=False)
    port, other = run.ports["web"], free_port()
    with program(tmp_path, one_address, "127.0.0.1", port, 200, port=port) as pid:
        cause = diagnosed(run)
        assert (cause["kind"], f"pid {pid}" in cause["sentence"]) == ("stranger", True)
    with program(tmp_path, one_address, "127.0.0.1", other, 200, port=other):
        assert diagnosed(run)["kind"] == "not-running"


@pytest.mark.parametrize(("folder", "kind"), [(".", "other-family"), ("..", "stranger")])
def test_a_starter_elsewhere_tells_nothing_of_what_it_started(
    guarded: Guarded, one_address: Path, tmp_path: Path, folder: str, kind: str
) -> None:
    run = guarded(f"{toy('web')} # the service", started=False)
    port = run.ports["web"]
    # As an editor's terminal may be started, or a check's shell, with any words in its command.
    server = f"cd {tmp_path} && {sys.executable} {one_address} 127.0.0.1 {port} 200"
    starter = "import subprocess, sys; subprocess.call(sys.argv[1], shell=True)"
    command = [sys.executable, "-c", starter, server, "toy.py", "#"]
    with subprocess.Popen(command, cwd=tmp_path / folder, start_new_session=True) as process:
        try:
            until(lambda: listens("127.0.0.1", port), "it listens")
            assert diagnosed(run)["kind"] == kind
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def test_a_server_that_left_its_session_is_no_stranger(guarded: Guarded, one_address: Path) -> None:
    run = guarded(f"web: setsid --wait python {one_address} :: $WEB_PORT 200")
    run.await_state("web", "READY")
    assert diagnosed(run)["kind"] == WELL


@pytest.mark.own_error("/health")
def test_before_it_is_ready_it_is_no_stranger_either_wherever_it_moved(
    guarded: Guarded, one_address: Path
) -> None:
    # With a path to ask for, an error is no sign of life: it stays STARTING.
    run = guarded(
        f"web: sh -c 'setsid python {one_address} :: $WEB_PORT 500 &'; sleep 1000",
        WEB_HEALTH="/health",
    )
    until(lambda: listens("127.0.0.1", run.ports["web"]), "it listens")
    assert run.service("web")["state"] == "STARTING"
    cause = diagnosed(run)
    assert cause["kind"] == "broken-code"
    assert "500" in cause["sentence"]


def test_a_stranger_that_came_while_it_starts_is_named(
    guarded: Guarded, one_address: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = guarded("web: sleep 1000 # $WEB_PORT", WEB_HEALTH="/health")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    port = run.ports["web"]
    run.await_state("web", "STARTING")
    with program(elsewhere, one_address, "127.0.0.1", port, 200, port=port) as pid:
        cause = diagnosed(run)
    assert cause["kind"] == "stranger"
    assert f"pid {pid}" in cause["sentence"]


def test_it_is_slow_and_does_not_hang(guarded: Guarded, one_address: Path) -> None:
    run = guarded(f"web: exec python {one_address} :: $WEB_PORT 200 2")
    run.await_state("web", "READY")
    done = run.run("doctor")
    assert "web is slow to answer" in done.stdout
    assert "fix: make doctor p=web " in done.stdout
    assert diagnosed(run)["kind"] == WELL


def test_it_hangs(guarded: Guarded) -> None:
    run = guarded(toy("web"), GUARD_HANG_SECONDS="0")
    pid = run.await_state("web", "READY")["pid"]
    os.kill(pid, signal.SIGSTOP)
    assert diagnosed(run)["kind"] == "hung"


def test_started_by_hand_it_hangs(guarded: Guarded, one_address: Path, tmp_path: Path) -> None:
    run = guarded("web: exec python one_address.py :: $WEB_PORT 200", started=False)
    port = run.ports["web"]
    with program(tmp_path, one_address, "::", port, 200, port=port) as pid:
        os.kill(pid, signal.SIGSTOP)
        cause = diagnosed(run)
    assert cause["kind"] == "hung"


def test_the_guard_was_suspended(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    os.kill(run.pid, signal.SIGSTOP)
    cause = diagnosed(run)
    assert cause["kind"] == "guard-stopped"
    assert f"kill -CONT {run.pid}" in cause["fix"]


def test_the_guard_has_another_port(guarded: Guarded, free_port: Callable[[], int]) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    run.environment = {**run.environment, "GUARD_PORT": str(free_port())}
    cause = diagnosed(run)
    assert cause["kind"] == "guard-elsewhere"
    assert str(run.ports["guard"]) in cause["sentence"]


def test_the_guard_hangs(guarded: Guarded, tmp_path: Path) -> None:
    run = guarded(toy("web"), started=False)
    port = run.ports["guard"]
    run.directory.mkdir(mode=0o700)
    hung = tmp_path / "hung.py"
    hung.write_text(HUNG_GUARD, encoding="utf-8")
    with program(tmp_path, hung, run.directory / "lock", port, port=port) as pid:
        cause = diagnosed(run)
    assert cause["kind"] == "guard-hung"
    assert cause["fix"].startswith(f"kill -9 {pid} ")


def test_a_guard_that_takes_its_time_is_waited_for(guarded: Guarded, tmp_path: Path) -> None:
    run = guarded(toy("web"), started=False)
    port = run.ports["guard"]
    run.directory.mkdir(mode=0o700)
    slow = tmp_path / "slow.py"
    slow.write_text(HUNG_GUARD, encoding="utf-8")
    with program(tmp_path, slow, run.directory / "lock", port, 1, port=port):
        cause = diagnosed(run)
    assert "web was stopped on request" in cause["sentence"]


def test_it_runs_and_has_closed_its_port(guarded: Guarded, tmp_path: Path) -> None:
    server = tmp_path / "closing.py"
    server.write_text(CLOSES_ITS_PORT, encoding="utf-8")
    run = guarded(f"web: exec python {server} $WEB_PORT")
    run.await_state("web", "READY")
    until(lambda: not listens("127.0.0.1", run.ports["web"]), "it has closed its port")
    assert diagnosed(run)["kind"] == "not-listening"


def test_a_service_that_is_not_there_is_an_error_that_names_those_that_are(
    guarded: Guarded,
) -> None:
    done = guarded(toy("web"), toy("api"), started=False).run("doctor", "wep")
    assert done.returncode == 1
    assert "web, api" in done.stderr


def test_all_checks_are_well_for_a_stack_that_runs(guarded: Guarded) -> None:
    run = guarded(toy("web"), toy("api"))
    run.await_state("web", "READY")
    run.await_state("api", "READY")
    done = run.run("doctor")
    assert done.returncode == 0, done.stdout
    assert "All is well." in done.stdout
    assert "web answers at" in done.stdout


def test_what_is_wrong_comes_with_its_fix_and_a_non_zero_exit(guarded: Guarded) -> None:
    run = guarded(toy("web"), started=False)
    done = run.run("doctor")
    assert done.returncode == 1
    assert "no guard runs in" in done.stdout
    assert "fix: make dev" in done.stdout
    answer = json.loads(run.run("doctor", "--json").stdout)
    guard = next(check for check in answer["checks"] if check["title"] == "the guard is running")
    assert answer["ok"] is guard["ok"] is False
    assert guard["problem"]["fix"] == "make dev"


def test_bad_settings_are_a_finding_too(guarded: Guarded) -> None:
    done = guarded(toy("web"), started=False, GUARD_RELAUNCH="often").run("doctor")
    assert done.returncode == 1
    assert "GUARD_RELAUNCH=often" in done.stdout


@pytest.mark.parametrize("package", ["honcho", "psutil", "dotenv"])
def test_packages_that_are_missing_are_findings_and_no_failure(
    guarded: Guarded, tmp_path: Path, package: str
) -> None:
    run = guarded(toy("web"), started=False)
    (tmp_path / ".env").write_text("A=1\n", encoding="utf-8")
    absent = tmp_path / "absent" / package / "__init__.py"
    absent.parent.mkdir(parents=True)
    absent.write_text(f"raise ModuleNotFoundError('No module named {package}', name='{package}')")
    path = f"{absent.parents[1]}{os.pathsep}{run.environment['PYTHONPATH']}"
    run.environment = {**run.environment, "PYTHONPATH": path}
    done = run.run("doctor")
    assert done.returncode == 1, done.stderr
    assert package in done.stdout
    assert "fix: make setup" in done.stdout


def test_a_module_adds_checks_of_its_own(guarded: Guarded) -> None:
    done = guarded(toy("web"), started=False).run("doctor", "--checks", "scripts.checks")
    assert "ffmpeg" in done.stdout


def test_it_changes_nothing(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    before = run.await_state("web", "READY")
    until((run.directory / "logs/guard.log").exists, "the guard has written its files")
    files = sorted(run.directory.rglob("*"))
    run.run("doctor")
    run.run("doctor", "web")
    assert run.service("web") == before
    assert sorted(run.directory.rglob("*")) == files
    assert ask(run.ports["web"]).status == 200
