"""A thread that takes turns: at the moment that each turn names for the next, or when woken."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod

from domain.problems import DatabaseUnavailableError

MAX_WAIT_SECONDS = 60.0
"""Until the clock is read again: a computer that slept does not tell."""
SHARED_WAIT_SECONDS = 2.0
"""While other processes work: nobody else takes up what they began, should they die."""
RETRY_SECONDS = 2.0

log = logging.getLogger("uvicorn.error")


class Timer(ABC):
    """One thread; safe to be woken from any other."""

    def __init__(self, name: str, trouble: str) -> None:
        """`name` is that of the thread; `trouble` is logged where a turn fails."""
        self._name, self._trouble = name, trouble
        self._wake, self._stopping = threading.Event(), threading.Event()

    def launch(self) -> None:
        """Begin; the lease has been acquired."""
        threading.Thread(target=self._serve, name=self._name, daemon=True).start()

    def wake(self) -> None:
        """Take a turn now: something was added or changed."""
        self._wake.set()

    def stop(self) -> None:
        """Begin no more; what is under way is taken up by the next process."""
        self._stopping.set()
        self._wake.set()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                wait = self._turn()
            except DatabaseUnavailableError:  # the queue says so already
                wait = RETRY_SECONDS
            except Exception:
                log.exception("%s; trying again.", self._trouble)
                wait = RETRY_SECONDS
            self._wake.wait(wait)

    @abstractmethod
    def _turn(self) -> float:
        """Do what there is to do; the seconds until the next turn, if nobody wakes it before."""
