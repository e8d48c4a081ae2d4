"""What one api process holds while it works, so that no other takes its downloads for abandoned.

SQLite: a lock on a file beside the database; one process works, the next waits until it has gone.
PostgreSQL: an advisory lock of a session, one of `SLOTS`; any number of processes work, and a slot
whose lock can be had belongs to a process that has died: the server frees it with the connection.

The name is a new one at each start: what a process finds under its own name is its own doing.
"""

from __future__ import annotations

import contextlib
import fcntl
import re
import secrets
import threading
import time
from typing import TYPE_CHECKING, Protocol, TextIO

import sqlalchemy as sa

from domain.problems import DatabaseUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SLOTS = 512
CLASS = 7_214_884
"""The first half of the lock's key: any number that nobody else uses in this database."""
POLL_SECONDS = 0.05
NAME = re.compile(r"api-(\d+)\b.*")
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

    def __init__(self, path: Path) -> None:
        self.executor = f"api-{_nonce()}"
        self._path = path
        self._file: TextIO | None = None

    def acquire(self, stopping: threading.Event) -> None:
        """Wait for the lock; it goes with the process."""
        self._file = self._path.open("a", encoding="utf-8")
        while not stopping.is_set():
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            time.sleep(POLL_SECONDS)

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Whoever had another name: nobody else works here."""
        return [name for name in executors if name != self.executor]

    def held(self) -> bool:
        """Nothing can take it away."""
        return True


class PostgresLease:
    """For a database that any number of processes share."""

    def __init__(self, engine: sa.Engine) -> None:
        self.executor, self._nonce = "", _nonce()
        self._connection = engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        self._lock = threading.Lock()

    def acquire(self, stopping: threading.Event) -> None:
        """Take the first slot that is free."""
        for setting in KEEPALIVE:
            self._connection.execute(sa.text(f"SET {setting}"))
        while not stopping.is_set():
            for slot in range(SLOTS):
                if self._try(slot):
                    self.executor = f"api-{slot}-{self._nonce}"
                    return
            time.sleep(1)

    def dead(self, executors: Iterable[str]) -> list[str]:
        """Those whose slot is free, or ours now."""
        return [name for name in executors if name != self.executor and self._is_free(name)]

    def held(self) -> bool:
        """Whether the session that holds it still lives."""
        try:
            return self._ask("SELECT :class + :slot IS NOT NULL", 0)
        except (sa.exc.SQLAlchemyError, DatabaseUnavailableError):
            return False

    def _is_free(self, name: str) -> bool:
        """Whether the slot of that name can be had: a session gets its own any number of times."""
        found = NAME.fullmatch(name)
        if found is None or not self._try(slot := int(found[1])):
            return False
        return self._ask("SELECT pg_advisory_unlock(:class, :slot)", slot)

    def _try(self, slot: int) -> bool:
        return self._ask("SELECT pg_try_advisory_lock(:class, :slot)", slot)

    def _ask(self, question: str, slot: int) -> bool:
        with self._lock:
            answer = self._connection.execute(sa.text(question), {"class": CLASS, "slot": slot})
            return bool(answer.scalar_one())


def _nonce() -> str:
    return secrets.token_hex(4)
