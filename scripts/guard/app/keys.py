"""The keys of the terminal that the guard runs in: `?` tells what they do.

Only where it is a terminal that shows the log, and only while we are its foreground job.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import termios
import time
from collections.abc import Callable, Mapping, Sequence

from ..core import events, hints
from ..core.errors import GuardError
from ..core.snapshot import ServiceView
from ..logs.log import Log
from ..terminal.keyboard import Keyboard, Verb, Wish
from ..terminal.modes import Modes, has_keyboard
from .browser import open_page

LOOK_SECONDS = 1.0  # between two looks whether we are in the foreground again
_STDIN = 0


class Keys:
    """Reads the keys from `start` to `close`; the terminal is as it was whenever we are away."""

    def __init__(
        self,
        *,
        views: Callable[[], Sequence[ServiceView]],
        send: Callable[[str, events.Event], None],
        restart_all: Callable[[], None],
        leave: Callable[[], None],
        log: Log,
        environment: Callable[[], Mapping[str, str]],
        run: str,
    ) -> None:
        self._views = views
        self._send = send
        self._restart_all = restart_all
        self._leave = leave
        self._log = log
        self._environment = environment
        self._run = run
        self._loop = asyncio.get_running_loop()
        self._keyboard = Keyboard()
        self._modes = Modes(_STDIN)
        self._chosen: str | None = None
        self._only: str | None = None
        self._reading = False
        self._timers: list[asyncio.TimerHandle] = []

    def start(self) -> None:
        """Read from now on, where there is a keyboard."""
        if not has_keyboard():
            return
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            self._loop.add_signal_handler(signal.SIGTSTP, self._suspend)
            self._loop.add_signal_handler(signal.SIGCONT, self._resume)
        self._resume()

    def close(self) -> None:
        """Make the terminal as it was."""
        for timer in self._timers:
            timer.cancel()
        self._rest()
        self._modes.close()

    def _resume(self) -> None:
        """Read, if we are in the foreground; else look again later."""
        if self._reading:
            return
        if self._modes.is_ours():
            with contextlib.suppress(termios.error, OSError):
                self._modes.give_keys_at_once()
                self._loop.add_reader(_STDIN, self._read)
                self._reading = True
        elif os.isatty(_STDIN):
            self._later(LOOK_SECONDS, self._resume)

    def _rest(self) -> None:
        if self._reading:
            self._loop.remove_reader(_STDIN)
            self._reading = False

    def _suspend(self) -> None:
        """Ctrl-Z: stop as we would without having looked, with the terminal as it was."""
        self._rest()
        self._modes.put_back()
        self._loop.remove_signal_handler(signal.SIGTSTP)
        signal.raise_signal(signal.SIGTSTP)
        # Here we go on, unless nobody could have continued us: then we were not stopped.
        self._loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        self._resume()

    def _read(self) -> None:
        if not self._modes.is_ours():  # somebody else has it by now, whose keys these are
            self._rest()
            self._later(LOOK_SECONDS, self._resume)
            return
        try:
            data = os.read(_STDIN, 4096)
        except OSError:
            data = b""
        if not data:  # the window was closed
            self._rest()
            return
        self._carry_out(self._keyboard.type(data, time.monotonic(), len(self._views())))
        if self._keyboard.due is not None:
            self._later(max(0.0, self._keyboard.due - time.monotonic()), self._tick)

    def _tick(self) -> None:
        self._carry_out(self._keyboard.tick(time.monotonic()))

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        now = self._loop.time()
        self._timers = [timer for timer in self._timers if timer.when() > now]
        self._timers.append(self._loop.call_later(seconds, call))

    # --- What they do ----------------------------------------------------------------------------

    def _carry_out(self, wishes: Sequence[Wish]) -> None:
        for wish in wishes:
            names = [view.name for view in self._views()]
            if wish.number is not None and wish.number > len(names):
                self._log.report(f"there is no service {wish.number}: {_numbered(names)}")
                continue
            if wish.number is not None:
                named = names[wish.number - 1] if wish.number else None
            else:
                named = self._chosen if self._chosen in names else None
            try:
                self._do(wish.verb, named, names)
            except GuardError as error:
                self._log.report(f"{error.message}\n  fix: {error.fix}")

    def _do(self, verb: Verb, name: str | None, names: Sequence[str]) -> None:
        match verb:
            case Verb.RESTART if name is not None:
                self._log.report(f"restarting {name}")
                self._send(name, events.Restart())
            case Verb.RESTART:
                self._log.report("restarting everything")
                self._restart_all()
            case Verb.CHOOSE:
                self._choose(name)
            case Verb.OPEN:
                self._open(name)
            case Verb.LOG:
                self._show_only(None if self._only else name, names)
            case Verb.QUIT:
                self._leave()
            case Verb.HELP:
                self._log.report(_help(names, self._chosen))
            case Verb.BLANK:
                self._log.blank()
            case Verb.PASTED:
                self._log.report("what was pasted here is ignored; ? tells what the keys do")

    def _choose(self, name: str | None) -> None:
        self._chosen = name
        if name is None:
            self._log.report("the keys are about all services")
        else:
            self._log.report(f"the keys are about {name}: r, o, l; 0 for all again")
        if self._only:
            self._show_only(name, ())

    def _open(self, name: str | None) -> None:
        urls = [view.url for view in self._views() if view.url and name in {None, view.name}]
        if not urls:
            self._log.report(f"{name or 'none of them'} has no page")
        elif not open_page(urls[0], self._environment(), self._run):
            self._log.report(f"there is no desktop here to open it on: {urls[0]}")

    def _show_only(self, name: str | None, names: Sequence[str]) -> None:
        if name is None and not self._only:
            self._log.report(f"whose? choose a service first: {_numbered(names)}")
            return
        self._only = name
        if name is None:
            hidden = hints.command("logs")
            said = f"the log of all services again; what was not shown is in: {hidden}"
        else:
            said = f"only the log of {name} from here on; l for all again"
        self._log.show_only(name, said)


def _numbered(names: Sequence[str]) -> str:
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))


def _help(names: Sequence[str], chosen: str | None) -> str:
    about = chosen or "everything"
    return (
        f"r restarts {about}, r 1 only {names[0]}; o opens the page; l shows the log of one alone\n"
        f"  {_numbered(names)}: its number chooses what r, o and l are about; 0 all again\n"
        "  q stops everything; Return leaves a blank line; ? shows this"
    )
