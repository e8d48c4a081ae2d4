"""What a process was started with is found at any moment of its life."""

import os
import signal
import subprocess
import time
from subprocess import PIPE

import psutil
import pytest

from scripts.guard.core import environment
from scripts.guard.core.environment import OnLinux
from tests.leftovers import new_mark
from tests.stack.harness import until

STARTS = 150  # of which some two or three are caught in the middle of it


def test_who_is_about_to_run_another_program_is_recognised() -> None:
    mark = new_mark()
    command = ["sh", "-c", "(setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!)"]
    told = {**os.environ, mark: "yes"}
    unknown = 0
    for _ in range(STARTS):
        pid = int(subprocess.run(command, env=told, stdout=subprocess.PIPE, check=True).stdout)
        try:
            unknown += environment.of(OnLinux(pid)).get(mark) != "yes"
        finally:
            os.kill(pid, signal.SIGKILL)
    assert unknown == 0


def test_who_has_no_variables_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["cat"], env={}, stdin=PIPE, stdout=PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
        child.stdout.read(1)  # it runs, and waits for more: no moment of its start is left
        until(lambda: psutil.Process(child.pid).status() == psutil.STATUS_SLEEPING, "it waits")
        waits: list[float] = []
        monkeypatch.setattr(time, "sleep", waits.append)
        assert environment.of(psutil.Process(child.pid)) == {}
        child.communicate(b"")
    assert waits == []


def test_who_has_ended_has_none() -> None:
    with subprocess.Popen(["sleep", "0"]) as child:
        child.wait()
    assert environment.of(OnLinux(child.pid)) == {}
