"""Start a stack under a supervisor, find who serves, and leave nothing behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import signal
import struct
import subprocess
import tempfile
import termios
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import psutil

from scripts.bench.competitors import Competitor
from scripts.bench.probe import NoAnswerError
from scripts.bench.stacks import TOYS, Stack
from scripts.guard.core import environment

MARK = "BENCH_RUN"
READ_BYTES = 1 << 20
SAID_BYTES = 2000  # of the output, in an error


class Running:
    """A supervisor that was started, on a terminal of its own, and all that came of it."""

    def __init__(
        self,
        competitor: Competitor,
        stack: Stack,
        folder: Path,
        *,
        pipe: bool = False,
        kept: bool = True,
    ) -> None:
        self._kept = kept
        self.competitor, self.stack, self.folder = competitor, stack, folder
        self.mark = uuid.uuid4().hex
        environment = {**os.environ, **stack.environment, MARK: self.mark}
        for name in ("PORT", "NO_COLOR", "FORCE_COLOR", "WEB_FD", "API_FD"):
            environment.pop(name, None)
        self._chunks: list[tuple[float, bytes]] = []
        command = competitor.prepare(stack, folder)
        self._reading, writing = os.pipe() if pipe else _terminal()
        self.started = self.last_read = time.monotonic()
        self.popen = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL if pipe else writing,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
        )
        os.close(writing)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> bytes:
        """Everything that was printed so far."""
        return b"".join(chunk for _, chunk in self._chunks)

    def story(self) -> str:
        """Return whether the supervisor still runs and what it printed last, for an error."""
        code = self.popen.poll()
        state = "the supervisor runs" if code is None else f"the supervisor ended with {code}"
        return f"{state}, and printed last: {self.output[-SAID_BYTES:].decode(errors='replace')}"

    def last_with(self, text: bytes) -> float:
        """When the last output came that holds `text`, on the monotonic clock.

        Raises `NoAnswerError` if none did.
        """
        moments = [moment for moment, chunk in self._chunks if text in chunk]
        if not moments:
            raise NoAnswerError(f"no output holds {text!r}")
        return max(moments)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the terminal's other end is closed
            while chunk := os.read(self._reading, READ_BYTES):
                self.last_read = time.monotonic()
                if self._kept:
                    self._chunks.append((self.last_read, chunk))

    def processes(self) -> list[psutil.Process]:
        """Return every process that came of this run, orphans and daemons too."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if environment.of(process).get(MARK) == self.mark:
                    found.append(process)
        return [process for process in found if _alive(process)]

    def servers(self) -> dict[str, psutil.Process]:
        """Return who serves each port: a process that listens on it and is no supervisor."""
        found = {}
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                own = {c.laddr.port for c in process.net_connections("tcp") if c.status == "LISTEN"}
                for name, port in self.stack.ports.items():
                    if port in own and process.pid != self.popen.pid:
                        found[name] = process
        return found

    def supervisors(self) -> list[psutil.Process]:
        """Return the supervisor's own processes: all but the services and what they started."""
        services: set[int] = set()
        for process in self.servers().values():
            with contextlib.suppress(psutil.Error):
                services |= {
                    process.pid,
                    *(child.pid for child in process.children(recursive=True)),
                }
        own = [process for process in self.processes() if process.pid not in services]
        return [process for process in own if not _is_line(process, self.stack)]

    def end(self) -> None:
        """Ask it to end, then leave nothing of it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(3)
        self.sweep()
        with contextlib.suppress(OSError):
            os.close(self._reading)

    def sweep(self) -> list[psutil.Process]:
        """Kill what is left; return what was."""
        everything = self.processes()
        left = everything
        while left:
            for process in left:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(left, timeout=1)
            left = self.processes()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(1)
        return everything


@contextlib.contextmanager
def running(
    competitor: Competitor, stack: Stack, *, pipe: bool = False, kept: bool = True
) -> Iterator[Running]:
    """Run a stack in a folder of its own for as long as the block lasts.

    Its output goes to a terminal or a `pipe`, and is `kept` or only read. A `NoAnswerError` of the
    block says as well what the supervisor printed.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        run = Running(competitor, stack, Path(folder), pipe=pipe, kept=kept)
        try:
            yield run
        except NoAnswerError as error:
            raise NoAnswerError(f"{error}; {run.story()}") from error
        finally:
            run.end()


def _terminal() -> tuple[int, int]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    return master, slave


def _alive(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def _is_line(process: psutil.Process, stack: Stack) -> bool:
    """Tell whether it is a program without a port, or a shell that stands before a service."""
    with contextlib.suppress(psutil.Error):
        words = process.cmdline()
        shell = process.name() in {"sh", "bash"} and any(
            line in word for line in stack.lines.values() for word in words
        )
        return shell or any(Path(word).parent == TOYS for word in words if " " not in word)
    return True  # it has ended
