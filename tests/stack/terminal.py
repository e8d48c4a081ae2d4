"""A user at a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from tests.stack.harness import ROOT, GuardRun, until


class Terminal:
    """A terminal of 30 rows and 100 columns, in which a command of a guard's user runs."""

    def __init__(self, run: GuardRun, command: Sequence[str]) -> None:
        self.master, slave = pty.openpty()
        self.resize(30, 100)
        self.slave = slave
        self.before = self.modes()
        self.shown = b""
        """What was shown since what was expected last."""
        self.all = b""
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=run.environment,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            preexec_fn=lambda: os.login_tty(slave),  # noqa: PLW1509 - no threads of ours before exec
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError):
            while data := os.read(self.master, 65536):
                self.shown += data
                self.all += data

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def modes(self) -> list[Any]:
        """As the terminal has them now."""
        return termios.tcgetattr(self.slave)

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def expect(self, text: str) -> None:
        until(lambda: text.encode() in self.shown, f"{text!r} in {self.shown.decode()!r}", 10)
        self.shown = self.shown.partition(text.encode())[2]

    def await_end(self) -> int:
        return self.process.wait(timeout=60)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.slave)
        os.close(self.master)
