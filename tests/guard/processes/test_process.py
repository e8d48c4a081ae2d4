"""A process' end is told of on every system, by pid."""

import os
import signal
import threading
from pathlib import Path

import pytest

from scripts.guard.processes import process

DEADLINE = 60.0


@pytest.mark.starts
@pytest.mark.fault(row="F3")
@pytest.mark.parametrize("has_waitid", [True, False])
def test_an_end_is_told_of_where_there_are_no_pidfds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    has_waitid: bool,  # noqa: FBT001
) -> None:
    if not has_waitid:  # Python has it on macOS from 3.13 on
        monkeypatch.delattr(os, "waitid")
    running = process.spawn("exec sleep 1000", os.environ, tmp_path)
    ended = threading.Event()
    running.await_exit(ended.set)

    running.signal(signal.SIGKILL)

    assert ended.wait(DEADLINE)
    assert running.reap() == -signal.SIGKILL
    os.close(running.master)
