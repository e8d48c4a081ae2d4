"""What one api process holds while it works, so that no other takes its downloads for abandoned.

SQLite: a lock on a file beside the database; one process works, the next waits until it has gone.
PostgreSQL: an advisory lock of a session, one of `SLOTS`; any number of processes work, and a slot
whose lock can be had belongs to a process that has died: the server frees it with the connection.
"""

from __future__ import annotations

import contextlib
import fcntl
import threading
import time
from typing import TYPE_CHECKING, Protocol, TextIO

import sqlalchemy as sa

from downloads.unusable import DatabaseUnusableError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SLOTS = 512
CLASS = 7_214_884
"""The first half of the lock's key: any number that nobody else uses in this database."""
POLL = 0.05
KEEPALIVE = ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 2", "tcp_keepalives_count = 3")
"""A machine that lost its power is given up by the server after about eleven seconds."""


class Lease(Protocol):
    """The right to work under a name."""

    executor: str

    def acquire(self, stopping: threading.Event) -> None:
        """Wait until it is held, or until it is not wanted any more."""

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Of these names, those whose holders have died."""

    def held(self) -> bool:
        """Whether it is still ours."""


class FileLease:
    """For a database that one process at a time works on."""

    executor = "api"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def acquire(self, stopping: threading.Event) -> None:
        """Wait for the lock; it goes with the process."""
        self._file = self._path.open("a", encoding="utf-8")
        while not stopping.is_set():
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(POLL)

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Whoever had another name: nobody else works here."""
        return [name for name in executors if name != self.executor]

    def held(self) -> bool:
        """Nothing can take it away."""
        return True


class PostgresLease:
    """For a database that any number of processes share."""

    executor = ""

    def __init__(self, engine: sa.Engine) -> None:
        self._connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        self._lock = threading.Lock()

    def acquire(self, stopping: threading.Event) -> None:
        """Take the first slot that is free."""
        for setting in KEEPALIVE:
            self._connection.execute(sa.text(f"SET {setting}"))
        while not stopping.is_set():
            for slot in range(SLOTS):
                if self._try(slot):
                    self.executor = f"api-{slot}"
                    return
            time.sleep(1)

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Those whose slot is free."""
        found = []
        for name in executors:
            slot = name.removeprefix("api-")
            if name != self.executor and slot.isdigit() and self._try(int(slot)):
                self._ask("SELECT pg_advisory_unlock(:class, :slot)", int(slot))
                found.append(name)
        return found

    def held(self) -> bool:
        """Whether the session that holds it still lives."""
        try:
            return self._ask("SELECT :class + :slot IS NOT NULL", 0)
        except (sa.exc.DBAPIError, DatabaseUnusableError):
            return False

    def _try(self, slot: int) -> bool:
        return self._ask("SELECT pg_try_advisory_lock(:class, :slot)", slot)

    def _ask(self, question: str, slot: int) -> bool:
        with self._lock:
            answer = self._connection.execute(sa.text(question), {"class": CLASS, "slot": slot})
            return bool(answer.scalar_one())
