"""Runner processes as the api sees them: one warmed and waiting, any number at work."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKEND = Path(__file__).resolve().parents[1]


class RunnerDiedError(Exception):
    """A runner ended without a result."""


class Runner:
    """One runner process; give it one job."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "downloads.runner"],
            cwd=BACKEND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            encoding="utf-8",
        )

    def work(self, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Hand over the job, then yield what the runner reports, up to done or failed.

        Raises:
            RunnerDiedError: when it ends before that.

        """
        if self._process.stdin is None or self._process.stdout is None:
            raise RunnerDiedError("The runner has no pipes.")
        with contextlib.suppress(BrokenPipeError):  # it died; its exit code tells
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
        for line in self._process.stdout:
            event = json.loads(line)
            if event["event"] != "ready":
                yield event
            if event["event"] in {"done", "failed"}:
                return
        self.kill()  # what it started may live on
        raise RunnerDiedError(f"The download process ended with code {self._process.wait()}.")

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def kill(self) -> None:
        """End it and everything that it started, at once."""
        if self._process.returncode is not None:  # reaped: the number may be another's by now
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it if need be, and leave no zombie."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


class Pool:
    """Keeps one runner in reserve, so that a job need not wait for Python and yt-dlp to load."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reserve: Runner | None = None
        self._closed = False

    def warm(self) -> None:
        """See to the reserve."""
        with self._lock:
            if self._reserve is None and not self._closed:
                self._reserve = Runner()

    def take(self) -> Runner:
        """A runner for one job; the caller closes it, and calls `warm` once it has begun."""
        with self._lock:
            runner, self._reserve = self._reserve, None
        return runner if runner and runner.alive else Runner()

    def close(self) -> None:
        """Kill the reserve."""
        with self._lock:
            self._closed = True
            if self._reserve:
                self._reserve.kill()
