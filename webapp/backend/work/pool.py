"""Runner processes as the api sees them: one forkserver, from which any number is forked."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BACKEND = Path(__file__).resolve().parents[1]
PROGRAM = ("-m", "runner.forkserver")
ANSWER_BYTES = 32
REAP_POLL_SECONDS = 0.002
"""Seconds between two questions whether what was killed has gone."""


class RunnerDiedError(Exception):
    """A runner ended without a result, or could not begin."""


class ForkserverDiedError(RunnerDiedError):
    """There is nothing to fork from any more."""


class Forkserver:
    """The process that runners are forked from; safe to use from any thread.

    See `runner.forkserver` for what is said on its socket.
    """

    def __init__(self, program: Sequence[str] = PROGRAM) -> None:
        self._lock = threading.Lock()
        self._socket, end = socket.socketpair()
        with end:
            self._process = subprocess.Popen(
                [sys.executable, *program], cwd=BACKEND, stdin=end.fileno(), start_new_session=True
            )

    def fork(self) -> Runner:
        """Begin a runner; waits for the forkserver to be warm. Raises `ForkserverDiedError`."""
        here, end = socket.socketpair()
        with end:
            try:
                pid = int(self._ask(b"fork", end.fileno()))
            except ForkserverDiedError:
                here.close()
                raise
        return Runner(self, pid, here)

    def reap(self, pid: int) -> int | None:
        """The exit code of a runner, once; None while it lives. Raises `ForkserverDiedError`."""
        answer = self._ask(b"reap %d" % pid)
        return None if answer == b"alive" else int(answer)

    def close(self) -> None:
        """End it, and leave no zombie; its runners stay."""
        self._process.kill()
        self._process.wait()
        self._socket.close()

    def _ask(self, request: bytes, *descriptors: int) -> bytes:
        answer = b""
        with self._lock, contextlib.suppress(OSError):
            socket.send_fds(self._socket, [request], descriptors)
            answer = self._socket.recv(ANSWER_BYTES)
        if not answer:
            raise ForkserverDiedError("The process that downloads are started from has ended.")
        return answer


class Runner:
    """One runner process; give it one job."""

    def __init__(self, forkserver: Forkserver, pid: int, end: socket.socket) -> None:
        self._forkserver, self.pid = forkserver, pid
        self._lock = threading.Lock()
        self._code: int | None = None
        self._jobs = end.makefile("w", encoding="utf-8")
        self._reports = end.makefile(encoding="utf-8")
        end.close()  # with the two files, that is

    def run(self, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Hand over the job, then yield what the runner reports, up to done or failed.

        Raises:
            RunnerDiedError: when it ends before that.

        """
        with contextlib.suppress(ConnectionError):  # it died; its exit code tells
            self._jobs.write(json.dumps(job) + "\n")
            self._jobs.flush()
            for line in self._reports:
                event = json.loads(line)
                yield event
                if event["event"] in {"done", "failed"}:
                    return
        self.kill()  # what it started may live on
        raise RunnerDiedError(f"The download process ended with code {self._reap()}.")

    def kill(self) -> None:
        """End it and everything that it started, at once."""
        with self._lock:
            if self._code is None:
                # Gone with all that it started; macOS says so in its own way.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it if need be, and leave no zombie."""
        self.kill()
        self._reap()
        for file in (self._jobs, self._reports):
            with contextlib.suppress(ConnectionError):  # what it was told, it never read
                file.close()

    def _reap(self) -> int:
        """Wait for the end of what was killed; its exit code."""
        while True:
            with self._lock:
                if self._code is None:
                    try:
                        self._code = self._forkserver.reap(self.pid)
                    except ForkserverDiedError:  # the system reaps it, and tells nobody
                        self._code = -signal.SIGKILL
                if self._code is not None:
                    return self._code
            time.sleep(REAP_POLL_SECONDS)


class Pool:
    """Where runners come from: a forkserver, loaded before it is needed, and again if it dies."""

    def __init__(self, ca_file: Path | None = None) -> None:
        """Take certificates of authorities that are trusted beside the public ones."""
        self._program = (*PROGRAM, str(ca_file)) if ca_file else PROGRAM
        self._lock = threading.Lock()
        self._forkserver: Forkserver | None = None
        self._closed = False

    def warm(self) -> None:
        """Load what runners need, while nobody waits."""
        with contextlib.suppress(RunnerDiedError):
            self._warmed()

    def take(self) -> Runner:
        """A runner for one job; the caller closes it.

        Raises:
            RunnerDiedError: when none can be had, since the api is going down for instance.

        """
        try:
            return self._fork()
        except ForkserverDiedError:  # some time ago, it may be: a new one knows
            return self._fork()

    def close(self) -> None:
        """Let no more begin; who waits for one is told."""
        with self._lock:
            self._closed = True
            if self._forkserver:
                self._forkserver.close()

    def _fork(self) -> Runner:
        forkserver = self._warmed()
        try:
            return forkserver.fork()
        except ForkserverDiedError:
            self._drop(forkserver)
            raise

    def _warmed(self) -> Forkserver:
        with self._lock:
            if self._closed:
                raise RunnerDiedError("The api is going down.")
            self._forkserver = self._forkserver or Forkserver(self._program)
            return self._forkserver

    def _drop(self, forkserver: Forkserver) -> None:
        with self._lock:
            if self._forkserver is forkserver:
                self._forkserver = None
        forkserver.close()
