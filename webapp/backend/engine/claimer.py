"""Works on rows as they fall due, each claimed in the store under the name of the lease.

So one of several processes works on a row, and another one takes up what a dead process has begun.
"""

from __future__ import annotations

import logging
import threading
from abc import abstractmethod
from typing import TYPE_CHECKING

from domain.ids import seconds_until
from domain.problems import DatabaseUnavailableError
from engine.timer import MAX_WAIT_SECONDS, RETRY_SECONDS, SHARED_WAIT_SECONDS, Timer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.lease import Lease
    from store.store import Row

AT_ONCE = 2
"""Rows that are worked on at a time: each costs a process."""

log = logging.getLogger("uvicorn.error")


class Claimer(Timer):
    """Claims what is due, and has each worked on in a thread of its own."""

    def __init__(self, name: str, trouble: str, work: str, lease: Lease) -> None:
        """`work` is what the threads are called, with the row's id; the others as a timer's."""
        super().__init__(name, trouble)
        self._lease, self._of_a_thread = lease, work
        self._room = AT_ONCE
        self._lock = threading.Lock()

    def _turn(self) -> float:
        """Begin what is due, unless the lease is lost: what is claimed under it counts as a dead's.

        The queue acquires it again.
        """
        if not self._lease.held():
            return RETRY_SECONDS
        others = set(self._holders()) - {self._lease.executor}
        for name in self._lease.dead(others):
            self._release(name)
            others.discard(name)
        longest = SHARED_WAIT_SECONDS if others else MAX_WAIT_SECONDS
        while self._room and not self._stopping.is_set():
            row = self._claim(self._lease.executor)
            if row is None:
                due = self._next_due()
                return min(longest, max(0.02, seconds_until(due))) if due else longest
            with self._lock:
                self._room -= 1
            name = f"{self._of_a_thread} {row['id']}"
            threading.Thread(target=self._see_to, args=(row,), name=name, daemon=True).start()
        return longest  # who ends wakes it

    def _see_to(self, row: Row) -> None:
        """One row from its claim to its end."""
        try:
            self._work(row)
        except DatabaseUnavailableError as problem:
            log.error("%s is put back: %s", self._called(row), problem)  # noqa: TRY400 - a sentence
            self._put_back(row)
        except Exception:
            log.exception("%s ended unexpectedly; it is put back.", self._called(row))
            self._put_back(row)
        finally:
            with self._lock:
                self._room += 1
            self._wake.set()

    def _put_back(self, row: Row) -> None:
        """Let it be due again as soon as the database is there."""
        while not self._stopping.wait(RETRY_SECONDS):
            try:
                self._give_back(row)
            except DatabaseUnavailableError:
                continue
            return

    @abstractmethod
    def _holders(self) -> Iterable[str]:
        """The processes that work on some row now, by what they said."""

    @abstractmethod
    def _release(self, name: str) -> None:
        """Give up what a dead process began."""

    @abstractmethod
    def _claim(self, name: str) -> Row | None:
        """Take what is due first; None where nothing is."""

    @abstractmethod
    def _next_due(self) -> str | None:
        """When something is due next."""

    @abstractmethod
    def _called(self, row: Row) -> str:
        """What the work on a row is called in the log."""

    @abstractmethod
    def _work(self, row: Row) -> None:
        """Do it, to the end; raises `DatabaseUnavailableError`."""

    @abstractmethod
    def _give_back(self, row: Row) -> None:
        """Let others claim it."""
