"""Lets event streams end the moment the server is asked to: it would wait for them otherwise."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_shutdown(act: Callable[[], object]) -> Iterator[None]:
    """Call `act` in the event loop's thread when a signal asks the server to end.

    The server's own handlers, already in place, follow. Outside the main thread, where there are no
    signals, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = {number: signal.getsignal(number) for number in SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        act()
        follow = former[signal.Signals(number)]
        if callable(follow):
            follow(number, frame)

    for number in SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
