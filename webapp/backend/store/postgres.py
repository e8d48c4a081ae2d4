"""Connections to PostgreSQL that give up a server which takes a question and says nothing.

A machine that is frozen, a disk that hangs, a commit that waits for a standby which is away: TCP
notices none of these, and whoever asks would wait for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from store.urls import PATIENCE, driver_url

if TYPE_CHECKING:
    from psycopg.abc import PQGen

ANSWER_SECONDS = 30.0
"""Until an answer is given up; half of what a hung process is given (engine/watchdog.py)."""
POLL_SECONDS = 0.1

T = TypeVar("T")


class Connection(psycopg.Connection[Any]):
    """One that waits for so long, and is closed then: nobody knows what became of the question."""

    patience: float | None = ANSWER_SECONDS
    """Seconds; None: for ever."""

    def wait(
        self, gen: PQGen[T], interval: float = POLL_SECONDS, timeout: float | None = None
    ) -> T:
        """As psycopg's, for `patience` seconds unless the caller says how long."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if timeout is None and self.info.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()
                told = f"PostgreSQL has not answered within {self.patience} s"
                raise psycopg.OperationalError(told) from error
            raise


def connect(url: str, *, patience: float | None) -> Connection:
    """A session of one's own, in which each statement counts by itself. Raises psycopg.Error."""
    made = Connection.connect(driver_url(url), autocommit=True, prepare_threshold=None, **PATIENCE)
    made.patience = patience
    return made
