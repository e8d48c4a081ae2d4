"""`logs [NAME] [-f]`: what the services wrote, merged by time as the terminal shows it.

It reads the files alone, so it needs no guard; what one writes later is followed all the same.
"""

from __future__ import annotations

import heapq
import signal
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from honcho.colour import get_colours
from honcho.printer import Message

from ..config.settings import LogFormat, Settings
from ..core import hints
from ..core.errors import GuardError
from ..logs import ansi, stamp
from ..logs.prefix import own_name
from ..logs.printer import JsonPrinter, Printer
from ..logs.tail_reader import TailReader
from ..logs.terminal_writer import TerminalWriter
from ..rundir import lock
from . import client

LINES = 100
POLL_SECONDS = 0.2
PATIENCE_SECONDS = 7 * 86_400.0  # for which a pager may be read


class Line(NamedTuple):
    """A line of a log."""

    time: str
    name: str
    text: bytes


def logs(
    procfile: Path,
    env_files: Sequence[Path],
    name: str | None,
    *,
    follow: bool,
    prefix: bool = True,
) -> int:
    """Print the last lines of all logs or of one, and with `follow` what comes, until Ctrl-C.

    With `prefix` off, they are as they were written.
    Raises `GuardError` where there is no such service, or no log yet.
    """
    config = client.load(procfile, env_files)._replace(log_prefix=prefix)
    with (
        closing(Written(config.directory / "logs", name)) as written,
        closing(TerminalWriter(1, PATIENCE_SECONDS)) as terminal,
    ):
        _require_known(config, written, name)
        lines = written.read()
        if not lines and not (follow and _runs(config)):
            raise _nothing_yet(config, name)
        for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if follow else ():
            signal.signal(ending, _leave)
        screen = Screen(config, terminal)
        screen.show(lines[-LINES:])
        while follow and not (terminal.gone or terminal.stalled):
            time.sleep(POLL_SECONDS)
            screen.show(written.read())
    return 0


class Written:
    """What is in the logs of a folder, whoever has one there by now."""

    def __init__(self, directory: Path, name: str | None) -> None:
        """Read the log of that name, or all."""
        self._directory = directory
        self._name = name
        self._tails: dict[str, TailReader] = {}

    @property
    def names(self) -> list[str]:
        """Who has written something."""
        return sorted(path.stem for path in self._directory.glob("*.log"))

    def read(self) -> list[Line]:
        """Return what was added since, by time; at first the last lines that are there."""
        for name in self.names:
            if self._name in {None, name} and name not in self._tails:
                self._tails[name] = TailReader(self._directory / f"{name}.log")
        each = [_lines(name, tail.read()) for name, tail in self._tails.items()]
        return list(heapq.merge(*each, key=lambda line: line.time))

    def close(self) -> None:
        """Close the files."""
        for tail in self._tails.values():
            tail.close()


class Screen:
    """Prints lines as the guard does."""

    def __init__(self, config: Settings, terminal: TerminalWriter) -> None:
        self._printer: Printer | JsonPrinter = (
            JsonPrinter(terminal)
            if config.log_format is LogFormat.JSON
            else Printer(
                terminal, colour=config.colour, time=config.log_time, prefix=config.log_prefix
            )
        )
        self._unused = get_colours()
        names = [service.name for service in config.services]
        self._colours: dict[str, str | None] = {own_name(names): None}
        for name in names:
            self._colour(name)

    def show(self, lines: Iterable[Line]) -> None:
        """Print them."""
        for (at, name), same in groupby(lines, lambda line: (line.time, line.name)):
            colour = self._colour(name)
            text, _ = ansi.clean(b"".join(line.text + b"\n" for line in same))
            local = stamp.moment(at).astimezone()
            self._printer.write(Message("line", text, local, name, colour))

    def _colour(self, name: str) -> str | None:
        if name not in self._colours:
            self._colours[name] = next(self._unused)
        if isinstance(self._printer, Printer):
            self._printer.width = max(map(len, self._colours))
        return self._colours[name]


def _lines(name: str, data: bytes) -> Iterator[Line]:
    for line in data.split(b"\n")[:-1]:
        stamped = stamp.split(line)
        if stamped is not None:
            yield Line(stamped[0], name, stamped[1])


def _require_known(config: Settings, written: Written, name: str | None) -> None:
    names = [service.name for service in config.services]
    known = dict.fromkeys([*names, own_name(names), *written.names])
    if name is not None and name not in known:
        raise GuardError(
            f"{config.procfile.name} has no service {name!r}; it has: {', '.join(known)}",
            f"{hints.command('logs')}   # of all, or with the name of one of these",
        )


def _nothing_yet(config: Settings, name: str | None) -> GuardError:
    if _runs(config):
        return GuardError(f"{name or 'nobody'} has written nothing yet", hints.command("status"))
    whose = "" if name is None else f" of {name}"
    return GuardError(f"no log{whose} yet in {config.directory}: nothing ran here", hints.start())


def _runs(config: Settings) -> bool:
    return lock.owner(config.directory) is not None


def _leave(*_: object) -> None:
    raise SystemExit(0)
