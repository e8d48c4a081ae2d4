"""A computer that slept: what answers on waking is left alone.

Everything is stopped by SIGSTOP. To the guard that is a harder sleep than a computer's, for its
clock goes on: all deadlines have passed when it wakes.
"""

import os
import signal
import threading
import time

import pytest

from scripts.faults.runs import ASLEEP as SECONDS
from tests.stack.conftest import Guarded
from tests.stack.harness import DEADLINE, Answer, ask, toy

AWHILE = 6.0
"""Seconds of sleep, longer than a hang; `make faults` has a minute of it, by `SECONDS`."""
LOOKS = 2.5
"""Seconds in which the guard looks at its services twice."""
GUARD_ALONE = 1.5
"""Seconds for which the guard is awake before the others: it looks at them at least once."""


def patient(port: int) -> Answer:
    return ask(port, timeout=10 * DEADLINE)


@pytest.mark.fault(row="F5")
@pytest.mark.parametrize("first", ["guard", "services"])
def test_nothing_is_restarted_when_everything_was_stopped(guarded: Guarded, first: str) -> None:
    asleep = float(os.environ.get(SECONDS, AWHILE))
    run = guarded(toy("web"), toy("api"), GUARD_HANG_SECONDS="4")
    pids = [run.await_state(name, "READY")["pid"] for name in ("web", "api")]
    time.sleep(LOOKS)  # or it has not looked before it sleeps, and nothing to compare with
    for pid in (run.pid, *pids):
        os.kill(pid, signal.SIGSTOP)
    answers: list[Answer] = []
    visitors = [
        threading.Thread(target=lambda name=name: answers.append(patient(run.ports[name])))
        for name in ("web", "api")
    ]
    for visitor in visitors:
        visitor.start()
    time.sleep(asleep)
    if first == "guard":
        os.kill(run.pid, signal.SIGCONT)
        time.sleep(GUARD_ALONE)
    for pid in (*pids, run.pid):
        os.kill(pid, signal.SIGCONT)
    for visitor in visitors:
        visitor.join()
    assert [answer.status for answer in answers] == [200, 200]
    time.sleep(LOOKS)
    assert [run.service(name)["pid"] for name in ("web", "api")] == pids
    assert [run.service(name)["state"] for name in ("web", "api")] == ["READY", "READY"]
