"""What stands in the way of a start is said at once, with what to type; and nothing is started."""

import re
import subprocess
import sys

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import ask, is_free, is_gone, toy, until

PAIR = (toy("web"), toy("api"))


@pytest.mark.fault(row="F10")
def test_a_stranger_on_the_port_is_named_and_lives_on(guarded: Guarded) -> None:
    run = guarded(*PAIR, started=False)
    folder = run.procfile.parent
    command = [sys.executable, "-m", "http.server", str(run.ports["web"]), "-b", "127.0.0.1"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL) as stranger:
        try:
            until(lambda: not is_free(run.ports["web"]), "the stranger listens")
            assert run.start().await_end() == 1
            output = run.output()
            assert f"port {run.ports['web']} (WEB_PORT) is held by another process" in output
            assert f"pid {stranger.pid}, started" in output
            assert f"in {folder}: " in output
            assert "http.server" in output
            assert f"kill {stranger.pid}" in output
            assert stranger.poll() is None
            assert is_free(run.ports["api"])
            assert "is up" not in output
        finally:
            stranger.terminate()


@pytest.mark.fault(row="F15")
def test_a_second_guard_in_the_same_folder_leaves_the_first_alone(guarded: Guarded) -> None:
    run = guarded(*PAIR)
    pids = [run.await_state(name, "READY")["pid"] for name in ("web", "api")]
    second = run.run("up")
    assert second.returncode == 1
    assert re.search(rf"already: pid {run.pid}, since \d{{4}}-\d\d-\d\dT", second.stderr)
    assert "make status" in second.stderr
    assert [run.service(name)["pid"] for name in ("web", "api")] == pids


@pytest.mark.fault(row="F21")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_localhost_answers_under_each_of_its_addresses(guarded: Guarded, host: str) -> None:
    run = guarded(*PAIR)
    run.await_state("web", "READY")
    assert ask(run.ports["web"], host=host).json()["name"] == "web"


def test_every_problem_of_the_files_is_told_at_once_and_nothing_is_started(
    guarded: Guarded,
) -> None:
    run = guarded(*PAIR, "this is no line", toy("web"), started=False, GUARD_RELAUNCH="sometimes")
    run.procfile.with_name(".env").write_text("API_PORT=high\nGUARD_PORT=0\n'\n")
    for name in ("API_PORT", "GUARD_PORT"):
        del run.environment[name]
    assert run.start().await_end() == 1
    output = run.output()
    for problem in (
        "Procfile:3: not of the form `name: command`: 'this is no line'",
        "Procfile:4: `web` is already on line 1",
        ".env:3: cannot be read",
        "GUARD_PORT=0: must be a port",
        "GUARD_RELAUNCH=sometimes: must be `stack` or `process`",
    ):
        assert problem in output
    assert "Traceback" not in output


def test_a_missing_procfile_is_said(guarded: Guarded) -> None:
    run = guarded(*PAIR, started=False)
    run.procfile.unlink()
    assert run.start().await_end() == 1
    assert "there is no such Procfile" in run.output()


def test_status_tells_what_runs_and_restart_replaces_it(guarded: Guarded) -> None:
    run = guarded(*PAIR)
    old = {name: run.await_state(name, "READY")["pid"] for name in ("web", "api")}
    table = run.run("status")
    assert table.returncode == 0
    assert re.search(r"web +READY .* http://localhost:\d+", table.stdout)
    assert run.run("restart", "api").returncode == 0
    run.await_new_pid("api", old["api"])
    assert run.service("web")["pid"] == old["web"]
    unknown = run.run("restart", "db")
    assert unknown.returncode == 1
    assert "has no line 'db'" in unknown.stderr
    run.close()
    gone = run.run("status")
    assert gone.returncode == 1
    assert "no guard runs" in gone.stderr
    assert is_gone(old["web"])


def test_a_guard_without_a_standard_output_runs_in_silence(guarded: Guarded) -> None:
    run = guarded(toy("web"), started=False)
    run.start(within=("sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"))
    run.await_state("web", "READY")
    assert ask(run.ports["web"]).status == 200
    assert run.run("stop").returncode == 0
    assert run.await_end() == 0
    assert run.output() == ""
