"""The guard's end of a forkserver: started, told what to load, asked for processes."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from ..core.background import NoThreadError, begin
from . import aside
from .guard_agent import title, wire
from .guard_agent.recorder import START

ANSWER_SECONDS = 2.0  # for an answer of a process that is not ours
FORK_SECONDS = 0.1  # for which a start waits for a fork, and the guard with it
LATE_SECONDS = 10.0  # after which a fork that has not come will not come
ADOPTS = sys.platform.startswith("linux")  # whether the guard becomes the parent of orphans
_LOST = 255 << 8  # the status of a child whose parent, a forkserver, has ended: nobody knows it


class Request(NamedTuple):
    """A start: the line, as the shell is to run it, and what it is given."""

    line: str
    folder: str
    environment: Mapping[str, str]
    variable: str
    """The one that has to name the recorder."""
    terminal: int
    story: int
    sockets: Sequence[int]


class Child:
    """A process that was forked; as much of `subprocess.Popen` as is asked of one."""

    def __init__(self, pid: int, forkserver: Forkserver) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._forkserver = forkserver

    def wait(self) -> int:
        """Collect its exit: the code, or minus the signal."""
        if self.returncode is None:
            try:
                status = os.waitpid(self.pid, 0)[1]
            except ChildProcessError:  # it is the forkserver's
                status = self._forkserver.bury(self.pid)
            self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode


class _Standby:
    """A process that was forked ahead, and ends when it is spoken to no more."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._pid: int | None = None
        self._asked_at = time.monotonic()

    def stays_away(self) -> bool:
        """Wait for it a moment; whether it may come later: its forkserver has no turn."""
        if self._pid is not None or _readable(self._channel, FORK_SECONDS):
            return False
        return time.monotonic() - self._asked_at < LATE_SECONDS

    def pid(self) -> int:
        """Return its pid, once it is there; raises `OSError` or `ValueError` if it never is."""
        if self._pid is None:
            self._pid = int(self._channel.recv(32))  # b"" where none came about
        return self._pid

    def run(self, message: Mapping[str, Any], descriptors: tuple[int, ...]) -> None:
        """Have it run something; raises `OSError`."""
        aside.send(self._channel, message, descriptors)
        self._channel.close()

    def dismiss(self, *, is_ours: bool) -> None:
        """End it, and collect its exit where it is a child of this process.

        At once where it is there: who leaves does nothing later. One that is still to come, on a
        busy machine, is waited for in a thread.
        """
        if self._pid is None and not _readable(self._channel):
            with contextlib.suppress(NoThreadError):
                begin(partial(self._end, is_ours=is_ours, within=ANSWER_SECONDS))
                return
        self._end(is_ours=is_ours, within=FORK_SECONDS)

    def _end(self, *, is_ours: bool, within: float) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._channel.settimeout(within)
            pid = self.pid()
            if is_ours:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        self._channel.close()


class Forkserver:
    """An interpreter that loads libraries, and forks processes after that, each ahead of its start.

    So a start does not wait for a fork, which takes long on a busy machine.
    """

    def __init__(
        self,
        record: Mapping[str, Any],
        modules: Mapping[str, str | None],
        *,
        adopts: bool,
    ) -> None:
        """Start it with what a start has told of itself; raises `OSError`."""
        self.record = record
        self.modules = modules
        self.is_ready = False
        self.unfit: str | None = None
        """What speaks against forking from it; then it has ended."""
        self.changed: str | None = None
        """The file that is not what it was when it was loaded; then it has ended."""
        self.before_close: Callable[[], object] = lambda: None
        """Called while its descriptor is still its own."""
        self._adopts = adopts
        self._standby: _Standby | None = None
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = _start(record, theirs.fileno())
        try:
            aside.send(self._control, list(modules.items()))
        except OSError:  # it has ended, or nothing could be sent to it: `look` will tell
            self._process.kill()
        self._control.settimeout(ANSWER_SECONDS)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def fileno(self) -> int:
        """Return a descriptor that is readable when it is ready or has ended; then `look`."""
        return self._control.fileno()

    def look(self) -> None:
        """Take note of what it says by itself: that it is ready, or why it ends."""
        try:
            received = wire.receive(self._control)
        except OSError:
            received = None
        message: Any = None if received is None else received[0]
        if message is not None and "ready" in message:
            self.is_ready = True
            self._fork_ahead()
        else:
            self.is_ready = False
            self.unfit = None if message is None else message.get("unfit")
            self.changed = None if message is None else message.get("changed")

    def fork(self, request: Request) -> Child | None:
        """Have the process that was forked ahead run something, and another forked ahead.

        It is waited for, for a moment, if it is not there yet. None if it does not come about, and
        then nothing runs; one that is late is kept for the next start.
        """
        standby = self._standby
        fds = (request.terminal, request.story, *request.sockets)
        message = {
            "line": request.line,
            "folder": request.folder,
            "environment": dict(request.environment),
            "variable": request.variable,
            "words": words("record-fork"),
            "numbers": list(request.sockets),
        }
        # Who forked it has to collect its exit, where we do not adopt it.
        if standby is not None and self._process.poll() is None:
            if standby.stays_away():
                return None
            with contextlib.suppress(OSError, ValueError):
                pid = standby.pid()
                standby.run(message, fds)
                self._fork_ahead()
                return Child(pid, self)
        self.close()
        return None

    def bury(self, pid: int) -> int:
        """Collect the exit of a child that has ended, and is not ours; returns its status."""
        try:
            wire.send(self._control, {"bury": pid})
            received = wire.receive(self._control)
        except OSError:
            received = None
        if received is None:
            with contextlib.suppress(ChildProcessError):  # it was the forkserver's, and is ours now
                return os.waitpid(pid, 0)[1]
            return _LOST
        status: int = received[0]["status"]
        return status

    def close(self) -> None:
        """End it, and what waits; what was forked and runs something runs on."""
        self.is_ready = False
        self.before_close()
        self.before_close = lambda: None
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._control.close()
        standby, self._standby = self._standby, None
        if standby is not None:
            standby.dismiss(is_ours=self._adopts)

    def _fork_ahead(self) -> None:
        """Have a process forked for the next start, without waiting for it."""
        ours, theirs = socket.socketpair()
        ours.settimeout(FORK_SECONDS)
        with theirs, contextlib.suppress(OSError):  # it has ended: `look` will tell
            wire.send(self._control, {"fork": self._adopts}, (theirs.fileno(),))
        self._standby = _Standby(ours)


def _readable(channel: socket.socket, seconds: float = 0.0) -> bool:
    """Whether something has come by then, or it has been closed."""
    poll = select.poll()  # which knows numbers of descriptors above 1023 too
    poll.register(channel, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def words(how: str) -> str:
    """Return what ``$NAME_PRELOAD`` says, without the number of a descriptor.

    The shell splits it at spaces, and knows no quotes in it: see `is_speakable`.
    """
    return f"{sys.executable} -I -S {START} {how}"


def is_speakable() -> bool:
    """Whether the shell can split those words as they are meant."""
    return not any(character in sys.executable + START for character in " \t\n*?[\\")


def _start(record: Mapping[str, Any], control: int) -> subprocess.Popen[bytes]:
    interpreter, argv0, arguments = record["python"]
    said = [os.fsdecode(word) for word in (argv0, *arguments)]
    taken = [os.fsdecode(argv0), START, "serve", str(control)]
    # Its streams are made for something that cannot be rewound, as a terminal cannot; it never
    # reads or writes there.
    reading, writing = os.pipe()
    try:
        return subprocess.Popen(
            [*taken, title.room_for(said, taken)],
            executable=os.fsdecode(interpreter),
            env=record["environment"],
            cwd=os.fsdecode(record["folder"]),
            stdin=reading,
            stdout=writing,
            stderr=writing,
            pass_fds=(control,),
            process_group=0,  # out of the reach of a Ctrl-C; it ends when the guard does
        )
    finally:
        os.close(reading)
        os.close(writing)
