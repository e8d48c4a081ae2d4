"""Threads that are begun and forgotten: nobody waits for one, neither now nor at the end."""

from __future__ import annotations

import _thread
from collections.abc import Callable
from functools import partial


class NoThreadError(RuntimeError):
    """The system starts no more threads now: this user, or this container, may have no more."""

    def __init__(self) -> None:
        super().__init__(
            "the system starts no more threads for this user (`ulimit -u`, or the limit of a "
            "container): what needs one is tried again"
        )


def begin(work: Callable[[], object]) -> None:
    """Have it done, and return at once; raises `NoThreadError` where the system starts no thread.

    `threading.Thread.start` returns when the thread runs, which takes long on a busy machine.
    """
    try:
        _thread.start_new_thread(work, ())
    except RuntimeError as error:
        raise NoThreadError from error


def require(count: int) -> None:
    """Raise `NoThreadError` where so many threads cannot be started now.

    For libraries that end the whole process where they get none.
    """
    gates = [_thread.allocate_lock() for _ in range(count + 1)]
    for gate in gates:
        gate.acquire()

    def end_after(number: int) -> None:
        with gates[number]:
            gates[number + 1].release()

    begun = 0
    try:
        for number in range(count):
            begin(partial(end_after, number))
            begun += 1
    finally:
        gates[0].release()  # they end one after the other: when the last does, the others are gone
        gates[begun].acquire()
