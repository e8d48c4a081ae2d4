"""Run at the start of each measured process: what it has found is kept before it is killed.

The backend leaves by a signal to itself, a runner by one to its own group, or by one from the
backend: nothing is called after that. A runner is asked by SIGTERM first, as nothing of the project
does. Everybody else writes its data at the end of what it does, or where SIGTERM ends it.
"""

import contextlib
import os
import signal
import time
from pathlib import Path

SAVING_SECONDS = 0.5
_kill, _killpg, _raise_signal = os.kill, os.killpg, signal.raise_signal


def _keep() -> None:
    from coverage import Coverage

    current = Coverage.current()
    if current is not None:
        current.save()


def _keep_then_kill(pid: int, number: int) -> None:
    if number and pid == os.getpid():
        _keep()
    _kill(pid, number)


def _keep_then_kill_group(group: int, number: int) -> None:
    if group in {0, os.getpgrp()}:
        _keep()
    elif number == signal.SIGKILL and _is_runner(group):
        with contextlib.suppress(ProcessLookupError):
            _killpg(group, signal.SIGTERM)
            time.sleep(SAVING_SECONDS)
    _killpg(group, number)


def _keep_then_raise(number: int) -> None:
    _keep()
    _raise_signal(number)


def _is_runner(pid: int) -> bool:
    try:
        return b"runner.forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


os.kill, os.killpg, signal.raise_signal = _keep_then_kill, _keep_then_kill_group, _keep_then_raise
