"""A death leaves a post-mortem, which `why` explains."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, toy, until

PAIR = (toy("web"), toy("api"))


def crashes_of(run: GuardRun, count: int) -> list[dict[str, object]]:
    def look() -> bool:
        return len(ask(run.ports["guard"], "/api/crashes").json()["crashes"]) == count

    until(look, f"{count} crashes")
    answer: list[dict[str, object]] = ask(run.ports["guard"], "/api/crashes").json()["crashes"]
    return answer


def test_a_death_is_kept_with_its_last_words_and_what_it_left(guarded: Guarded) -> None:
    run = guarded(toy("web", "--grandchild"), toy("api"), GUARD_RELAUNCH="process")
    old = run.await_state("web", "READY")["pid"]
    run.await_state("api", "READY")
    well = run.run("why")
    assert (well.returncode, well.stdout.count("All is well")) == (0, 1)
    ask(run.ports["web"], "/say?the%20last%20words")
    os.kill(old, signal.SIGKILL)
    (crash,) = crashes_of(run, 1)
    assert crash["service"] == "web"
    assert crash["pid"] == old
    assert crash["exit"] == {"code": None, "signal": "SIGKILL"}
    assert "the last words" in str(crash["lines"])
    assert "WEB_FD" in str(crash["environment"])
    assert "sleep" in str(crash["processes"])  # its terminal has gone: perhaps it has ended too
    assert crash["ports"] == {"web": run.ports["web"], "api": run.ports["api"]}
    run.await_new_pid("web", old)
    told = run.run("why", "web")
    assert told.returncode == 0
    assert "All is well" in told.stdout
    assert "by SIGKILL" in told.stdout
    assert "the last words" in told.stdout
    assert "SIGKILL" not in run.run("why", "api").stdout


def test_a_kill_is_not_put_down_to_memory_because_another_process_ran_out_of_it(
    guarded: Guarded, small_memory: Path
) -> None:
    run = guarded(*PAIR, GUARD_RELAUNCH="process")
    old = run.await_state("web", "READY")["pid"]
    greedy = f"exec {sys.executable} -c 'x = bytes(1) * (200 << 20)'"
    command = ["sh", "-c", f"echo $$ > {small_memory}/cgroup.procs; {greedy}"]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    os.kill(old, signal.SIGKILL)
    (crash,) = crashes_of(run, 1)
    assert "'killed'" in str(crash["cause"])


def test_a_variable_that_no_process_can_be_given_is_said_to_be_too_large(
    guarded: Guarded, tmp_path: Path
) -> None:
    """Linux takes 128 kB for one at the most; the guard itself reads it from a file."""
    (tmp_path / ".env").write_text(f"SECRETS={'x' * 200_000}\n")
    run = guarded("web: exec sleep 1000", WEB_PORT="")
    cause = run.await_state("web", "BROKEN")["cause"]
    assert "a variable of its environment is larger than 128 kB" in cause["sentence"]
    assert "Keep its value in a file" in cause["fix"]
    (tmp_path / ".env").write_text("SECRETS=no more\n")
    run.await_state("web", "READY")


def test_what_was_asked_for_is_no_crash(guarded: Guarded) -> None:
    run = guarded(*PAIR)
    old = run.await_state("web", "READY")["pid"]
    run.post("/api/services/web/restart")
    run.await_new_pid("web", old)
    assert crashes_of(run, 0) == []


def test_a_server_that_hung_died_of_that_and_not_of_the_signal(guarded: Guarded) -> None:
    run = guarded(*PAIR, GUARD_RELAUNCH="process", GUARD_HANG_SECONDS="1")
    old = run.await_state("web", "READY")["pid"]
    os.kill(old, signal.SIGSTOP)
    assert ask(run.ports["web"]).status == 503
    (crash,) = crashes_of(run, 1)
    assert "'hung'" in str(crash["cause"])


def test_why_explains_what_is_broken_now_and_after_the_guard_has_left(guarded: Guarded) -> None:
    run = guarded(toy("web", "--fail-times", "100", "--fail-code", "7"), GUARD_RELAUNCH="process")
    run.await_state("web", "BROKEN")
    crashes_of(run, 6)
    told = run.run("why")
    assert told.returncode == 1
    assert "web is BROKEN" in told.stdout
    assert "with code 7" in told.stdout
    assert "failing on purpose, start 6" in told.stdout
    run.close()
    after = run.run("why")
    assert after.returncode == 1
    assert "failing on purpose, start 6" in after.stdout
    unknown = run.run("why", "db")
    assert unknown.returncode == 1
    assert "has no line 'db'; it has web" in unknown.stderr


SLOW_LINES = """
line = ("requires Node.js a " * 60)[:990]
print(*[line] * 40, "x ready in y", *["a" * 1000] * 39, sep="\\n", flush=True)
raise SystemExit(1)
"""


@pytest.mark.fault(row="F39")
def test_last_lines_that_are_slow_to_search_hold_up_nothing(
    guarded: Guarded, tmp_path: Path
) -> None:
    (tmp_path / "slow.py").write_text(SLOW_LINES)
    run = guarded(f"slow: exec {sys.executable} slow.py", toy("api"), GUARD_RELAUNCH="process")
    run.await_state("slow", "BROKEN")
    crashes_of(run, 6)
    assert run.service("api")["state"] == "READY"
    os.kill(run.pid, signal.SIGTERM)
    assert run.await_end() == 128 + signal.SIGTERM
