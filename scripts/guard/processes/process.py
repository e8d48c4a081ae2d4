"""Start, signal and await one process group; the only file that knows honcho's Popen and PTYs.

Each process gets a PTY of its own as controlling terminal. It keeps colours and line buffering,
and when the guard is killed outright the kernel hangs the terminal up, which ends the process.
An exit is seen by pid (pidfd where there is one), never by the end of the output: a grandchild
that keeps the output open must not hide an exit.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shlex
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from honcho.process import Popen

from ..core.run_tag import RunTag
from . import descendants
from .screen import NO_SCREEN, ScreenSize

POLL_SECONDS = 0.02  # between two checks of a process whose exit nothing reports
CLEARING_PAUSE = 0.001  # seconds between two looks at what it has left
_LINUX = sys.platform.startswith("linux")
_ENDS_IN_THE_BACKGROUND = re.compile(r"(?<![&\\])&\s*$")


class Child(Protocol):
    """As much of `subprocess.Popen` as is asked of one."""

    pid: int
    returncode: int | None

    def wait(self) -> int:
        """Collect its exit: the code, or minus the signal."""


class Fork(Protocol):
    """Has a process forked that runs a line, led by itself: `Preloading.fork`."""

    def __call__(
        self,
        line: str,
        folder: Path,
        environment: Mapping[str, str],
        terminal: int,
    ) -> Child | None:
        """Return the child, None if none comes about; then nothing runs."""


class Process:
    """A running process group, led by the shell that runs one line of the Procfile."""

    def __init__(self, popen: Child, master: int, tag: RunTag | None = None) -> None:
        self._popen = popen
        self._tag = tag
        self.pid: int = popen.pid
        self.left: list[descendants.ProcessInfo] = []
        """Which of its descendants still ran when it had ended; known once they are cleared."""
        self._cleared_by: float | None = None
        """Until when they are waited for, on the monotonic clock; None before a look."""
        self.master = master
        """The PTY's master; whoever reads it takes it over and closes it."""
        self.terminal = os.dup(master)
        """The same, for what is typed; closed when the process is reaped. It does not block."""

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every member of the group; one that is gone is no error."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def clear(self) -> bool:
        """Kill what a process that has ended has left; False while that is still there.

        Descendants that left the group, or the session too, are killed with it. What cannot be
        killed is waited for for a while only.
        """
        if self._cleared_by is None:
            self._cleared_by = time.monotonic() + descendants.REMOVAL_SECONDS
            self.left = descendants.leftovers(self.pid, self._tag)
            self.signal(signal.SIGKILL)
        if not self.left or descendants.kill_left(self.pid, self._tag):
            return True
        return time.monotonic() >= self._cleared_by

    def reap(self) -> int:
        """Collect the exit of a process that has ended, and kill what it left behind.

        Returns its exit code, or minus the signal that ended it, as `subprocess` does. The group is
        killed first: until its leader is reaped, its number cannot go to another. Blocks while what
        it left is not gone: see `clear`.
        """
        while not self.clear():
            time.sleep(CLEARING_PAUSE)
        code: int = self._popen.wait()
        os.close(self.terminal)
        return code

    @property
    def is_reaped(self) -> bool:
        """Whether its exit has been collected: its number may be another's by now."""
        return self._popen.returncode is not None

    def group_alive(self) -> bool:
        """Whether others of the group run although its leader, the shell of the line, has ended."""
        return descendants.group_alive(self.pid)

    def exit_descriptor(self) -> int | None:
        """Return what is readable once the process has ended, if there is such a thing here."""
        return exit_descriptor(self.pid)

    def await_exit(self, notify: Callable[[], None]) -> None:
        """Call `notify` from a thread once the process has ended."""

        def wait() -> None:
            try:
                _await_end(self.pid)
            finally:  # whatever happens: an exit that goes unnoticed is the worst case
                notify()

        threading.Thread(target=wait, name=f"wait-{self.pid}", daemon=True).start()


def exit_descriptor(pid: int) -> int | None:
    """Return a pidfd (pidfd_open(2)), readable once the process has ended; the caller closes it.

    None where there are none, and of a process that is gone.
    """
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError):  # a kernel before 5.3
            return os.pidfd_open(pid)
    return None


def spawn(
    command: str,
    environment: Mapping[str, str],
    folder: Path,
    sockets: tuple[int, ...] = (),
    tag: RunTag | None = None,
    *,
    files: int | None = None,
    size: ScreenSize = NO_SCREEN,
    fork: Fork | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Process:
    """Start a line of a Procfile in its own session, on a new PTY, handing it these descriptors.

    Its descendants are known by the `tag`, which they inherit; each may open that many `files`, or
    as many as the guard. `size` is that of the PTY. Where `fork` gives a child, that runs the line.
    The shell leaves well on the `stop_signal`.

    Raises `OSError` if no process or terminal is available.
    """
    master, slave = os.openpty()
    try:
        _prepare(slave, size)
        variables = {**environment, **(tag.as_environment() if tag else {})}
        led = _led_well(command, files, stop_signal)
        child: Child | None = None
        if fork is not None:
            child = fork(led, folder, variables, slave)
        if child is None:
            child = Popen(
                _line(led, slave),
                env=variables,
                cwd=str(folder),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                pass_fds=sockets,
                **_take_terminal(slave),
            )
    except BaseException:
        os.close(master)
        raise
    finally:
        os.close(slave)
    return Process(child, master, tag)


def _await_end(pid: int) -> None:
    """Wait until a process has ended, and leave its exit to be collected."""
    if hasattr(os, "waitid"):
        with contextlib.suppress(ChildProcessError):  # it is a forkserver's, and nobody adopts
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            return
    # Python has waitid() on macOS from 3.13 on.
    import psutil

    with contextlib.suppress(psutil.Error):
        child = psutil.Process(pid)
        while child.status() != psutil.STATUS_ZOMBIE:
            time.sleep(POLL_SECONDS)


def _line(led: str, slave: int) -> str:
    """Return what the shell is to run as the leader of a session."""
    # On Linux a session leader that opens a terminal gets it as its controlling one.
    terminal = f": <{shlex.quote(os.ttyname(slave))}; " if _LINUX else ""
    return terminal + led


def _led_well(command: str, files: int | None, stop_signal: signal.Signals) -> str:
    """Return a line with what makes a shell lead it well, and the limit of its open files.

    A shell that the signal ends leaves before what it runs, on which the kernel then hangs the
    terminal up. One with a trap runs it when its command has ended. `exec` leaves the trap behind.
    What a line has only put into the background is what it is about: that is waited for.
    """
    limit = f"ulimit -Sn {files}; " if files is not None else ""
    name, code = stop_signal.name.removeprefix("SIG"), 128 + stop_signal
    waits = "\nwait $!" if _ENDS_IN_THE_BACKGROUND.search(command) else ""
    return f"trap 'wait; exit {code}' {name}; {limit}{command}{waits}"


def _take_terminal(slave: int) -> dict[str, object]:
    if _LINUX:
        return {"start_new_session": True}
    return {"start_new_session": False, "preexec_fn": lambda: os.login_tty(slave)}


def _prepare(slave: int, size: ScreenSize) -> None:
    """Leave line ends as they are, and set the size."""
    attributes = termios.tcgetattr(slave)
    attributes[1] &= ~termios.OPOST
    termios.tcsetattr(slave, termios.TCSANOW, attributes)
    with contextlib.suppress(OSError):
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
