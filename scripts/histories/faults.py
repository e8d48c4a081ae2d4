"""What is done to the system while clients use it."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Sequence

import psutil

from scripts.histories.plan import FAULTS, Plan, Step
from scripts.histories.proxy import Mode
from scripts.histories.stand import Stand

STARTING = threading.Lock()
"""Held while backends are ended and started, so that each is started once."""
DATABASE = threading.Lock()
"""Held while the database is ended or replaced: it is one thing at a time."""


def possible(stand: Stand) -> list[str]:
    """The kinds of faults that can be done here."""
    without = {"fill disk": stand.disk, "delay network": not stand.packets}
    return [kind for kind in FAULTS if without.get(kind, True)]


def prepare(stand: Stand, plan: Plan) -> None:
    """Have ready what its faults need."""
    if any(step.what == "fail over" for step in plan):
        stand.cluster.prepare()


def inflict(stand: Stand, step: Step) -> None:
    """Do it, wait as long as it lasts, and put it right again."""
    DONE[step.what](stand, step)


def heal(stand: Stand) -> None:
    """Put everything right, whatever is wrong."""
    for backend, link in enumerate(stand.links):
        link.mode = "open"
        _signal(stand, backend, signal.SIGCONT)
        stand.restart(backend)
    stand.free()


def _kill_backend(stand: Stand, step: Step) -> None:
    _kill(stand, [step.backend])


def _kill_all(stand: Stand, _: Step) -> None:
    _kill(stand, range(len(stand.apis)))


def _kill(stand: Stand, backends: Sequence[int]) -> None:
    with STARTING:
        for backend in backends:
            stand.apis[backend].kill()
        for backend in backends:
            stand.restart(backend)


def _kill_runners(stand: Stand, step: Step) -> None:
    for process in stand.runners(step.backend):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _stop_backend(stand: Stand, step: Step) -> None:
    _signal(stand, step.backend, signal.SIGSTOP)
    time.sleep(step.lasts)
    _signal(stand, step.backend, signal.SIGCONT)


def _signal(stand: Stand, backend: int, number: signal.Signals) -> None:
    process = stand.apis[backend].process
    if process and process.poll() is None:
        process.send_signal(number)


def _end_database(number: signal.Signals) -> Callable[[Stand, Step], None]:
    def end(stand: Stand, step: Step) -> None:
        with DATABASE:
            stand.cluster.primary.stop(number)
            time.sleep(step.lasts)
            stand.cluster.primary.start()

    return end


def _fail_over(stand: Stand, _: Step) -> None:
    with DATABASE, contextlib.suppress(ValueError):  # the second time there is no standby any more
        stand.cluster.fail_over()
        stand.route()


def _network(mode: Mode) -> Callable[[Stand, Step], None]:
    def change(stand: Stand, step: Step) -> None:
        link = stand.links[step.backend]
        try:
            link.mode = mode
            time.sleep(step.lasts)
        finally:
            link.mode = "open"

    return change


def _fill_disk(stand: Stand, step: Step) -> None:
    stand.fill()
    time.sleep(step.lasts)
    stand.free()


DONE: dict[str, Callable[[Stand, Step], None]] = {
    "kill backend": _kill_backend,
    "kill runners": _kill_runners,
    "kill all backends": _kill_all,
    "stop backend": _stop_backend,
    "restart database": _end_database(signal.SIGINT),
    "kill database": _end_database(signal.SIGQUIT),
    "fail over": _fail_over,
    "cut network": _network("cut"),
    "delay network": _network("delay"),
    "one-way network": _network("one-way"),
    "fill disk": _fill_disk,
}
