"""One process at a time gives out names, where no lock in a shared folder can say whose turn it is.

On PostgreSQL it is a lock of a transaction, which ends with its connection, however that ends. On
SQLite there is one process.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from store.turns import Turn, take_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from store.store import Store

_HERE = threading.Lock()


@contextmanager
def naming(store: Store) -> Iterator[None]:
    """Be the only one that gives out names; raises `DatabaseUnavailableError` after a while."""
    with _HERE:
        if store.sqlite:
            yield
            return
        with store.engine.begin() as connection:
            take_turn(connection, Turn.NAME)
            yield
