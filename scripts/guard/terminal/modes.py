"""The modes of a terminal that a program changes for a while, and what puts them back.

Where this process is killed outright, another does it: `stty`, behind a pipe that ends with us.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import termios
from collections.abc import Iterator
from typing import Any

_LOCAL, _CHARACTERS = 3, 6  # in what tcgetattr() returns
_LEAVING_SECONDS = 1.0  # that the other process may take to end
# The read fails where nothing was written before the pipe ended. Signals of the terminal are not
# meant for it, and as one of the background it may change modes only while it ignores TTOU.
_PUT_BACK = "trap '' HUP INT QUIT TERM TSTP TTOU; read -r _ || stty \"$0\" <&1"


def has_keyboard() -> bool:
    """Whether somebody sits at a terminal that is ours and shows what we print."""
    return os.isatty(0) and os.isatty(1) and Modes(0).is_ours()


class Modes:
    """The modes of one terminal as they were, and ours."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    def is_ours(self) -> bool:
        """Whether this process is one of the terminal's foreground job: else its keys are not ours.

        Outside it, reading the terminal or changing its modes would stop us.
        """
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:  # no terminal, not ours, or its window was closed
            return False

    def give_keys_at_once(self) -> None:
        """Have each key without waiting for Return, and unechoed; Ctrl-C and Ctrl-Z stay signals.

        Raises `termios.error`.
        """
        self._remember()
        modes: list[Any] = termios.tcgetattr(self._descriptor)
        modes[_LOCAL] &= ~(termios.ICANON | termios.ECHO)
        modes[_CHARACTERS][termios.VMIN], modes[_CHARACTERS][termios.VTIME] = 1, 0
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, modes)

    def give_raw_keys(self) -> None:
        """Have every key as it is, Ctrl-C too; raises `termios.error`."""
        import tty

        self._remember()
        tty.setraw(self._descriptor)

    def put_back(self, *, discard: bool = False) -> None:
        """Make the terminal as it was; `discard` what was typed meanwhile and not read."""
        if self._before is None:
            return
        when = termios.TCSAFLUSH if discard else termios.TCSADRAIN
        with _unstopped(), contextlib.suppress(termios.error):  # its window was closed
            termios.tcsetattr(self._descriptor, when, self._before)
        self._before = None

    def close(self) -> None:
        """Put the modes back, and let the other process go."""
        self.put_back()
        keeper, self._keeper = self._keeper, None
        if keeper is None or keeper.stdin is None:
            return
        with contextlib.suppress(OSError):
            keeper.stdin.write(b"\n")
            keeper.stdin.close()
        try:
            keeper.wait(_LEAVING_SECONDS)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()

    def _remember(self) -> None:
        if self._before is None:
            self._before = termios.tcgetattr(self._descriptor)
        if self._keeper is None:
            self._keeper = _keeper(self._descriptor)


@contextlib.contextmanager
def _unstopped() -> Iterator[None]:
    """Change modes from the background too, which the kernel otherwise stops us for."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _keeper(descriptor: int) -> subprocess.Popen[bytes] | None:
    """Start what puts the modes back when this process is gone; None where there is no `stty`."""
    import shutil

    stty = shutil.which("stty")
    if stty is None:
        return None
    try:
        asked = subprocess.run(
            [stty, "-g"], stdin=descriptor, capture_output=True, text=True, check=True
        )
        return subprocess.Popen(
            ["/bin/sh", "-c", _PUT_BACK, asked.stdout.strip()],
            stdin=subprocess.PIPE,
            stdout=descriptor,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            process_group=0,
        )
    except (OSError, subprocess.SubprocessError):
        return None
