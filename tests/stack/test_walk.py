"""How often event loop and supervisor call each other from kill -9 to READY."""

import os
import signal
from itertools import groupby
from pathlib import Path

from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, toy, until

# Python imports this before it runs anything: the guard writes down its own calls.
SITECUSTOMIZE = """
import os, sys

SUPERVISOR = "scripts.guard.supervision.supervisor"

def module(frame):
    while frame is not None and not frame.f_globals.get("__name__", "").startswith("scripts."):
        frame = frame.f_back
    return "" if frame is None else frame.f_globals["__name__"]

def note(frame, event, _argument):
    if event != "call" or not module(frame) == frame.f_globals.get("__name__"):
        return
    caller, called = module(frame.f_back), module(frame)
    if (caller == SUPERVISOR) != (called == SUPERVISOR):
        os.write(calls, f"{caller} {called} {frame.f_code.co_name}\\n".encode())

if "scripts.guard" in sys.orig_argv:
    calls = os.open(os.environ["CALLS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    sys.setprofile(note)
"""
LOOP = ("scripts.guard.app.", "scripts.guard.health.")
EFFECTS = ("scripts.guard.app.starts", "scripts.guard.diagnosis.")  # given to the supervisor


def crossings(text: str) -> list[str]:
    """The names of the functions by which one called the other."""
    found = []
    for line in text.splitlines():
        caller, called, name = line.split()
        is_effect = called.startswith(EFFECTS)
        if any(end.startswith(LOOP) for end in (caller, called)) and not is_effect:
            found.append(name)
    return found


def test_loop_and_supervisor_call_each_other_four_times_from_a_kill_to_ready(
    guarded: Guarded, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE, encoding="utf-8")
    calls = tmp_path / "calls"
    calls.touch()
    run = guarded(toy("web"), PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}", CALLS=str(calls))
    old = run.await_state("web", "READY")["pid"]
    before = len(calls.read_text())

    def seen() -> list[str]:
        """As often as it is asked whether the exit is over, that is one call."""
        return [name for name, _ in groupby(crossings(calls.read_text()[before:]))]

    os.kill(old, signal.SIGKILL)
    run.await_new_pid("web", old)
    run.await_state("web", "READY")
    until(lambda: len(seen()) >= 4, "the last call")

    assert seen() == ["exited", "_changed", "send", "_changed"]
