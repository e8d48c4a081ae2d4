"""However the guard ends, nothing of the stack is left."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import DEADLINE, ROOT, GuardRun, ask, is_free, is_gone, toy, until

PAIR = (toy("web"), toy("api"))
WORKER = Path(__file__).with_name("slow_to_leave.py")
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def pids_of(run: GuardRun) -> list[int]:
    return [run.await_state(name, "READY")["pid"] for name in ("web", "api")]


def assert_nothing_is_left(run: GuardRun, pids: Iterable[int] = ()) -> None:
    """No process, whatever became of it, no open file, and no port."""
    assert run.left() == []
    for pid in pids:
        assert is_gone(pid)
    for port in run.ports.values():
        assert is_free(port)


@pytest.mark.fault(row="F12")
@pytest.mark.parametrize("number", EXIT_CODES)
def test_a_signal_ends_every_process(
    guarded: Guarded, observe: Observe, number: signal.Signals
) -> None:
    run = guarded(*PAIR)
    pids = pids_of(run)
    asked = time.monotonic()
    os.kill(run.pid, number)
    assert run.await_end() == EXIT_CODES[number]
    observe(ms=(time.monotonic() - asked) * 1000)
    assert_nothing_is_left(run, pids)


@pytest.mark.fault(row="F12")
def test_stop_from_another_terminal_ends_it_well(guarded: Guarded) -> None:
    run = guarded(*PAIR)
    pids = pids_of(run)
    assert run.run("stop").returncode == 0
    assert run.await_end() == 0
    assert_nothing_is_left(run, pids)


@pytest.mark.fault(row="F13")
@pytest.mark.parametrize("delay_ms", [0, 20, 40, 60, 80, 100, 150, 200])
def test_ctrl_c_while_it_starts_leaves_nothing(guarded: Guarded, delay_ms: int) -> None:
    run = guarded(*PAIR)
    time.sleep(delay_ms / 1000)  # the moment is what is tested
    os.kill(run.pid, signal.SIGINT)
    until(lambda: is_gone(run.pid) or swallowed(run), "it takes notice")
    if swallowed(run):
        os.kill(run.pid, signal.SIGINT)
    # Before the interpreter has come to our code, its own way of ending is as good.
    assert run.await_end() in {130, -signal.SIGINT, 1}
    assert_nothing_is_left(run)


def swallowed(run: GuardRun) -> bool:
    """Whether the interpreter took Ctrl-C in the midst of an import, before our first line.

    It loses a KeyboardInterrupt that comes while it clears up after one, and says so.
    """
    return "Exception ignored in: <function _get_module_lock" in run.output()


@pytest.mark.fault(row="F13")
@pytest.mark.parametrize("delay_ms", [0, 10, 20, 40, 80, 120])
def test_ctrl_c_while_the_processes_start_is_clean(guarded: Guarded, delay_ms: int) -> None:
    run = guarded(*PAIR)
    run.await_output("Ctrl-C stops everything.")
    time.sleep(delay_ms / 1000)  # the moment is what is tested
    os.kill(run.pid, signal.SIGINT)
    assert run.await_end() == 130
    assert "Traceback" not in run.output()
    assert_nothing_is_left(run)


def reader_of(pipe: Path) -> int:
    """Wait until somebody reads from a pipe; returns its other end, on which nothing is said."""

    def look() -> int | None:
        with suppress(OSError):
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        return None

    return until(look, "it is read")


@pytest.mark.fault(row="F42")
@pytest.mark.parametrize("number", EXIT_CODES)
@pytest.mark.parametrize("name", [".env", "Procfile"])
def test_a_signal_acts_while_a_pipe_is_waited_for(
    guarded: Guarded, name: str, number: signal.Signals
) -> None:
    run = guarded(*PAIR, started=False)
    pipe = run.procfile.with_name(name)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    run.start()
    silent = reader_of(pipe)
    os.kill(run.pid, number)
    assert run.await_end() == -number
    os.close(silent)
    assert_nothing_is_left(run)


@pytest.mark.fault(row="F42")
def test_a_pipe_that_is_waited_for_again_does_not_hold_up_the_end(guarded: Guarded) -> None:
    run = guarded(*PAIR)
    pids = pids_of(run)
    pipe = run.procfile.with_name("pipe")
    os.mkfifo(pipe)
    pipe.replace(run.procfile)
    silent = reader_of(run.procfile)
    os.kill(run.pid, signal.SIGTERM)
    assert run.await_end() == EXIT_CODES[signal.SIGTERM]
    os.close(silent)
    before, _, _ = run.output().partition("stopping everything")
    assert "nobody wrote to it" not in before  # it did not wait for the pipe first
    assert_nothing_is_left(run, pids)


@pytest.mark.fault(row="F13")
def test_processes_that_ignore_sigterm_are_killed_after_the_grace(
    guarded: Guarded, observe: Observe
) -> None:
    run = guarded(toy("web", "--ignore-term"), toy("api"), GUARD_GRACE_SECONDS="0.5")
    pids = pids_of(run)
    asked = time.monotonic()
    os.kill(run.pid, signal.SIGINT)
    assert run.await_end() == 130
    observe(ms=(time.monotonic() - asked) * 1000)
    assert_nothing_is_left(run, pids)


@pytest.mark.fault(row="F13")
def test_a_second_ctrl_c_kills_at_once(guarded: Guarded, observe: Observe) -> None:
    run = guarded(toy("web", "--ignore-term"), toy("api"), GUARD_GRACE_SECONDS="600")
    pids = pids_of(run)
    asked = time.monotonic()
    os.kill(run.pid, signal.SIGINT)
    run.await_output("stopping everything")
    os.kill(run.pid, signal.SIGINT)
    assert run.await_end() == 130
    observe(ms=(time.monotonic() - asked) * 1000)
    assert_nothing_is_left(run, pids)


@pytest.mark.fault(row="F14")
def test_a_killed_guard_takes_its_processes_along(guarded: Guarded, observe: Observe) -> None:
    run = guarded(*PAIR)
    pids = pids_of(run)
    killed = time.monotonic()
    os.kill(run.pid, signal.SIGKILL)
    run.await_end()
    for port in run.ports.values():
        until(lambda port=port: is_free(port), f"{port} is free")  # type: ignore[misc]
    observe(ms=(time.monotonic() - killed) * 1000)
    assert_nothing_is_left(run, pids)
    run.start()
    assert set(pids_of(run)).isdisjoint(pids)


def working(guarded: Guarded, line: str = "{}", **environment: str) -> GuardRun:
    """A worker that takes its time to leave, run by a line that is a shell's, and has no `exec`."""
    worker = line.format(f"python {WORKER}")
    run = guarded(f"worker: {worker}", started=False, **environment)
    run.environment.pop("WORKER_PORT")
    run.start()
    run.await_output("working")
    return run


@pytest.mark.fault(row="F12")
@pytest.mark.parametrize("line", ["{}", "{}; true", "true && {}", "{} & wait"])
def test_what_a_shell_runs_has_its_grace_though_a_shell_has_none(
    guarded: Guarded, line: str
) -> None:
    run = working(guarded, line, GUARD_GRACE_SECONDS=str(DEADLINE))
    os.kill(run.pid, signal.SIGTERM)
    assert run.await_end() == 143
    assert "leaving\n" in run.output()
    assert "has left\n" in run.output()


@pytest.mark.fault(row="F12")
def test_a_restart_awaits_the_end_of_what_a_shell_runs(guarded: Guarded) -> None:
    run = working(guarded, GUARD_GRACE_SECONDS=str(DEADLINE))
    old = run.await_state("worker", "READY")["pid"]
    run.post("/api/services/worker/restart")
    run.await_new_pid("worker", old)
    output = run.output()
    assert output.index("has left\n") < output.rindex("working\n")


@pytest.mark.fault(row="F13")
def test_what_a_shell_runs_is_killed_when_its_grace_is_over(guarded: Guarded) -> None:
    run = working(guarded, GUARD_GRACE_SECONDS="0.1", LEAVING_SECONDS="600")
    os.kill(run.pid, signal.SIGTERM)
    assert run.await_end() == 143
    assert "has left\n" not in run.output()


@pytest.mark.fault(row="F12")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_one_end_that_is_told_twice_is_still_a_graceful_one(
    guarded: Guarded, number: signal.Signals
) -> None:
    """As by kernel and shell when a terminal is closed, or by `make` and who ended its group."""
    run = working(guarded, GUARD_GRACE_SECONDS=str(DEADLINE))
    os.kill(run.pid, number)
    run.await_output("leaving")
    os.kill(run.pid, number)
    assert run.await_end() == EXIT_CODES[number]
    assert "has left\n" in run.output()


def test_nohup_is_heeded(guarded: Guarded) -> None:
    run = guarded(*PAIR, started=False)
    with run.output_file.open("ab") as output:
        run.process = subprocess.Popen(
            ["nohup", *run.command("up")],
            env=run.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    pids = pids_of(run)
    os.kill(run.pid, signal.SIGHUP)
    assert pids_of(run) == pids
    os.kill(run.pid, signal.SIGKILL)
    run.await_end()
    assert_nothing_is_left(run, pids)


@pytest.mark.parametrize("heard", [b"Ctrl-C stops everything", b""], ids=["head", "nothing"])
def test_it_ends_quietly_when_nobody_reads_its_output(guarded: Guarded, heard: bytes) -> None:
    """`procguard up | head`: as any program in a pipe does."""
    run = guarded(toy("web"), started=False)
    reader, writer = os.pipe()
    with run.output_file.open("wb") as errors:
        run.process = subprocess.Popen(
            run.command("up"),
            cwd=ROOT,
            env=run.environment,
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=errors,
            start_new_session=True,
        )
    os.close(writer)
    with os.fdopen(reader, "rb", buffering=0) as output:
        until(lambda: heard in output.readline(), "it says that")
        if heard:
            run.await_state("web", "READY")
    with suppress(OSError):  # it may have ended already
        ask(run.ports["web"], "/say?one%20more%20line")
    assert run.await_end() == 141
    assert run.output() == ""
    assert_nothing_is_left(run)


def test_a_command_whose_output_is_not_read_ends_quietly(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    unread, writer = os.pipe()
    os.close(unread)
    status = subprocess.run(
        run.command("status"),
        cwd=ROOT,
        env=run.environment,
        stdout=writer,
        stderr=subprocess.PIPE,
        timeout=DEADLINE,
        check=False,
    )
    os.close(writer)
    assert (status.returncode, status.stderr) == (141, b"")
