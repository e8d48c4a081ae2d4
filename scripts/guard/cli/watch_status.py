"""`status -w`: the table of the status, kept up to date until Ctrl-C."""

from __future__ import annotations

import re
import select
import shutil
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from ..config import settings
from ..core.errors import GuardError
from ..logs.wakeup import Wakeup
from . import client
from .inert import plain, plain_json
from .status_table import table

POLL_SECONDS = 0.5
_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # the terminal's second screen
_HOME, _REST_OF_LINE, _REST_OF_SCREEN = "\x1b[H", "\x1b[K", "\x1b[J"
_TONES = {"READY": "32", "STARTING": "34", "STOPPING": "34", "BACKOFF": "33", "UNHEALTHY": "33"}
_TONES |= {"BROKEN": "1;31", "STOPPED": "2", "FINISHED": "32"}
_STATE = re.compile(rf"\b(?:{'|'.join(_TONES)})\b")


def watch(procfile: Path, env_files: Sequence[Path]) -> int:
    """Show the status until Ctrl-C; a guard that ends or comes back is shown as such.

    Into a pipe, a file or a terminal that understands no codes the table is written whenever
    something but the time has changed.
    """
    config = client.load(procfile, env_files)
    left = Wakeup()  # no lock: a signal may come while the main thread holds it, and would wait
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: left.wake())
    tty = sys.stdout.isatty() and not config.dumb
    screen = _TtyView(sys.stdout, colour=config.colour) if tty else _StreamView(sys.stdout)
    try:
        screen.show(_text(config))
        while not select.select([left], [], [], POLL_SECONDS)[0]:
            screen.show(_text(config))
    finally:
        screen.leave()
        left.close()
    return 0


def _text(config: settings.Settings) -> str:
    try:
        return table(plain_json(client.ask(config, "GET", "/api/status")), datetime.now(UTC))
    except GuardError as error:
        return plain(f"{error.message}\n\n  fix: {error.fix}")


class _TtyView:
    """A terminal: the text is drawn over the one before."""

    def __init__(self, out: TextIO, *, colour: bool) -> None:
        self._out = out
        self._colour = colour
        self._latest = ""
        out.write(_ENTER)

    def show(self, text: str) -> None:
        self._latest = text
        size = shutil.get_terminal_size()
        rows = [row[: size.columns] for row in text.splitlines()[: size.lines - 2]]
        rows += ["", "Ctrl-C leaves this view; the stack runs on"[: size.columns]]
        drawn = (_REST_OF_LINE + "\n").join(map(self._coloured, rows))
        self._out.write(_HOME + drawn + _REST_OF_LINE + _REST_OF_SCREEN)
        self._out.flush()

    def leave(self) -> None:
        self._out.write(f"{_LEAVE}{self._latest}\n")
        self._out.flush()

    def _coloured(self, row: str) -> str:
        if not self._colour:
            return row
        return _STATE.sub(lambda match: f"\x1b[{_TONES[match[0]]}m{match[0]}\x1b[0m", row)


class _StreamView:
    """What is written stays."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._latest = ""

    def show(self, text: str) -> None:
        timeless = re.sub(r"(?<!\d)\d+ (?:s|min|h|d)\b", "", text)
        if timeless != self._latest:
            self._latest = timeless
            self._out.write(f"{text}\n\n")
            self._out.flush()

    def leave(self) -> None:
        """Nothing is to be put back."""
