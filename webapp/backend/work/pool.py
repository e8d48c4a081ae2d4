"""Runner processes as the api sees them: one template, from which any number is forked."""

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
BURIAL_PAUSE = 0.002
"""Seconds between two questions whether what was killed has gone."""


class RunnerDiedError(Exception):
    """A runner ended without a result, or could not begin."""


class TemplateDiedError(RunnerDiedError):
    """There is nothing to fork from any more."""


class Template:
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
        """Begin a runner; waits for the template to be warm. Raises `TemplateDiedError`."""
        here, end = socket.socketpair()
        with end:
            try:
                pid = int(self._ask(b"fork", end.fileno()))
            except TemplateDiedError:
                here.close()
                raise
        return Runner(self, pid, here)

    def bury(self, pid: int) -> int | None:
        """The exit code of a runner, once; None while it lives. Raises `TemplateDiedError`."""
        answer = self._ask(b"bury %d" % pid)
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
            raise TemplateDiedError("The process that downloads are started from has ended.")
        return answer


class Runner:
    """One runner process; give it one job."""

    def __init__(self, template: Template, pid: int, end: socket.socket) -> None:
        self._template, self.pid = template, pid
        self._lock = threading.Lock()
        self._code: int | None = None
        self._jobs = end.makefile("w", encoding="utf-8")
        self._reports = end.makefile(encoding="utf-8")
        end.close()  # with the two files, that is

    def work(self, job: dict[str, Any]) -> Iterator[dict[str, Any]]:
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
        raise RunnerDiedError(f"The download process ended with code {self._bury()}.")

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
        self._bury()
        for file in (self._jobs, self._reports):
            with contextlib.suppress(ConnectionError):  # what it was told, it never read
                file.close()

    def _bury(self) -> int:
        """Wait for the end of what was killed; its exit code."""
        while True:
            with self._lock:
                if self._code is None:
                    try:
                        self._code = self._template.bury(self.pid)
                    except TemplateDiedError:  # the system buries it, and tells nobody
                        self._code = -signal.SIGKILL
                if self._code is not None:
                    return self._code
            time.sleep(BURIAL_PAUSE)


class Pool:
    """Where runners come from: a template, loaded before it is needed, and again if it dies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._template: Template | None = None
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
        except TemplateDiedError:  # some time ago, it may be: a new one knows
            return self._fork()

    def close(self) -> None:
        """Let no more begin; who waits for one is told."""
        with self._lock:
            self._closed = True
            if self._template:
                self._template.close()

    def _fork(self) -> Runner:
        template = self._warmed()
        try:
            return template.fork()
        except TemplateDiedError:
            self._drop(template)
            raise

    def _warmed(self) -> Template:
        with self._lock:
            if self._closed:
                raise RunnerDiedError("The api is going down.")
            self._template = self._template or Template()
            return self._template

    def _drop(self, template: Template) -> None:
        with self._lock:
            if self._template is template:
                self._template = None
        template.close()
