"""The signals that end the guard, kept until the event loop can take them."""

from __future__ import annotations

import signal


class Signals:
    """Keeps the signals that end the guard until the event loop can take them."""

    ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def __init__(self) -> None:
        self.ending: tuple[signal.Signals, ...] = self.ENDING
        self._received: list[signal.Signals] = []

    def install(self) -> None:
        """Take the signals over from Python's defaults, but leave SIGHUP to `nohup`."""
        if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
            # Handled, and not ignored: what is ignored would be by every service too, and none
            # would end with its terminal when the guard is killed.
            signal.signal(signal.SIGHUP, lambda *_: None)
            self.ending = tuple(number for number in self.ENDING if number != signal.SIGHUP)
        for number in self.ending:
            signal.signal(number, lambda number, _: self._received.append(signal.Signals(number)))

    def received(self) -> list[signal.Signals]:
        """Return what came until somebody else took them over."""
        return self._received
