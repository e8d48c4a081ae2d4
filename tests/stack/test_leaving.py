"""However the guard ends, nothing of the stack is left."""

import os
import signal
import time
from collections.abc import Iterable

import pytest

from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, is_free, is_gone, toy, until

PAIR = (toy("web"), toy("api"))
EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def pids_of(run: GuardRun) -> list[int]:
    return [run.await_state(name, "READY")["pid"] for name in ("web", "api")]


def assert_nothing_is_left(run: GuardRun, pids: Iterable[int]) -> None:
    for pid in pids:
        until(lambda pid=pid: is_gone(pid), f"{pid} is gone")  # type: ignore[misc]
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
    assert_nothing_is_left(run, [])


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
    assert_nothing_is_left(run, [])


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
