"""Fifty services: the guard goes on answering, whoever asks, and knows of each."""

import os
import signal
from contextlib import suppress

from tests.stack.conftest import Guarded
from tests.stack.harness import ask, toy, until

COUNT = 50


def test_fifty_services_come_up_and_one_that_is_killed_comes_back(guarded: Guarded) -> None:
    names = [f"s{number:02}" for number in range(COUNT)]
    run = guarded(*map(toy, names), GUARD_RELAUNCH="process")

    def all_ready() -> bool:
        with suppress(OSError):  # the guard is not there yet
            return [view["state"] for view in run.status()["services"]] == ["READY"] * COUNT
        return False

    until(all_ready, "all are READY", deadline=120)
    old = run.service(names[-1])["pid"]
    os.kill(old, signal.SIGKILL)
    run.await_new_pid(names[-1], old)
    assert {ask(run.ports[name], "/").status for name in names} == {200}
    assert all_ready()
