"""Transactions that must not overlap with others of their kind, in whichever process those are."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Turn(IntEnum):
    """What is done by one at a time: any numbers that nobody else uses in this database."""

    MIGRATE = 7_214_883
    LOOK = 7_214_884
    """Queueing what looks have found, which two of them may have."""
    MOVE = 7_214_885
    IMPORT = 7_214_886
    NAME = 0x6E616D65
    """Giving out names of files, see naming_lock.py."""


def take_turn(connection: Connection, turn: Turn) -> None:
    """Wait until no other transaction has this turn; it is had until the transaction ends.

    On PostgreSQL that is a lock of the transaction. SQLite has one writer: the transaction becomes
    that one now, as what it reads before its first write would be read outside of it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": int(turn)})
        return
    driver = connection.connection.driver_connection
    if driver is None or not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
