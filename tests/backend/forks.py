"""Backends that are forked from an interpreter which has loaded them: see `preloaded`."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.guard.preload.guard_agent import wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
POLL_SECONDS = 0.005
"""Between two questions whether a fork has ended."""
MEASURED = "COVERAGE_PROCESS_START"
READ_WHEN_NEEDED = (
    *("GUARD_RUN", "GUARD_TOKEN_FILE", "PYTEST_CURRENT_TEST"),
    *("PATH", "DISPLAY", "WAYLAND_DISPLAY"),
)
"""Variables that no library reads when it is loaded."""
SETTING = re.compile(r"^#? ?([A-Z_]+)=", re.MULTILINE)


class Fork:
    """A process that was forked: as much of `subprocess.Popen` as is asked of one."""

    def __init__(self, interpreter: Interpreter, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._interpreter = interpreter
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Its exit code, or minus the signal; None while it lives."""
        with self._lock:
            if self.returncode is None:
                status = self._interpreter.ask({"reap": self.pid})["status"]
                self.returncode = None if status is None else os.waitstatus_to_exitcode(status)
            return self.returncode

    def wait(self, timeout: float) -> int:
        """Wait for its end; raises `subprocess.TimeoutExpired`."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(["uvicorn"], timeout)
            time.sleep(POLL_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as nothing can prepare for."""
        self.send_signal(signal.SIGKILL)


class Interpreter:
    """The process that has loaded a backend."""

    def __init__(self) -> None:
        self._environment = dict(os.environ)
        self._lock = threading.Lock()
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.backend.preloaded", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # out of the reach of a Ctrl-C; it ends when we do
            )

    def start(
        self, environment: Mapping[str, str], options: Sequence[str], log: int, listening: int
    ) -> Fork | None:
        """Have a backend forked; None where one that is started would not be the same."""
        differing = {
            name
            for name, _ in environment.items() ^ self._environment.items()
            if name not in settings()
        }
        if differing:
            return None
        mask = os.umask(0o077)
        os.umask(mask)
        wanted = {"environment": dict(environment), "umask": mask, "options": list(options)}
        return Fork(self, self.ask({"start": wanted}, log, listening)["pid"])

    def ask(self, message: dict[str, Any], *descriptors: int) -> dict[str, Any]:
        """Return its answer; waits until it has loaded."""
        with self._lock:
            wire.send(self._control, message, descriptors)
            received = wire.receive(self._control)
        if received is None:
            raise AssertionError("the interpreter that backends are forked from has ended")
        answer: dict[str, Any] = received[0]
        return answer

    def close(self) -> None:
        """End it."""
        self._control.close()
        self._process.wait()


@cache
def settings() -> frozenset[str]:
    """The names of the project's settings, and of what no library reads when it is loaded."""
    listed = SETTING.findall((ROOT / ".env.example").read_text(encoding="utf-8"))
    return frozenset({*listed, *READ_WHEN_NEEDED})


class _Shared:
    """The one interpreter of these tests, begun when it is first asked for."""

    allowed = False
    interpreter: Interpreter | None = None


def interpreter() -> Interpreter | None:
    """What to fork from; None outside of tests, whose backends are to start as users' do."""
    if _Shared.allowed and _Shared.interpreter is None:
        _Shared.interpreter = Interpreter()
    return _Shared.interpreter


@contextmanager
def allowed() -> Iterator[None]:
    """Let backends be forked, unless it is measured what each process enters."""
    _Shared.allowed = MEASURED not in os.environ
    try:
        yield
    finally:
        _Shared.allowed = False
        if _Shared.interpreter is not None:
            _Shared.interpreter.close()
            _Shared.interpreter = None
