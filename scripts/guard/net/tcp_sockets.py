"""The TCP sockets of this machine: of Linux's kernel by netlink, else out of its tables."""

from __future__ import annotations

import contextlib
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from . import sock_diag
from .sock_diag import CLOSE_WAIT, ESTABLISHED, FAMILIES, LISTEN, TABLES, Socket


def listening() -> list[Socket] | None:
    """Return every socket that listens here; None where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    with contextlib.suppress(OSError, struct.error):
        return [one for family in FAMILIES for one in sock_diag.dump(family, (LISTEN,))]
    tables = [table for table in TABLES if table.exists()]
    return _read(tables, (LISTEN,)) if tables else None


def inodes() -> dict[int, frozenset[int]] | None:
    """Return the inodes of the sockets that listen here, by port; None if it is not told."""
    sockets = listening()
    if sockets is None:
        return None
    found: dict[int, frozenset[int]] = {}
    for one in sockets:
        found[one.port] = found.get(one.port, frozenset()) | {one.inode}
    return found


def connected(port: int) -> list[Socket]:
    """Return the connections to a port here, accepted or not; none where the system does not tell.

    Their clients may have left already (CLOSE_WAIT).
    """
    if not sys.platform.startswith("linux"):
        return []
    states = ESTABLISHED, CLOSE_WAIT
    with contextlib.suppress(OSError, struct.error):
        return [one for family in FAMILIES for one in sock_diag.dump(family, states, port)]
    return [one for one in _read(TABLES, states) if one.port == port]


def silences(port: int) -> list[float]:
    """Return the age in seconds of connections that were accepted, and on which nothing has come.

    None where the system does not tell.
    """
    if not sys.platform.startswith("linux"):
        return []
    with contextlib.suppress(OSError, struct.error):
        return [seconds for family in FAMILIES for seconds in sock_diag.silences(family, port)]
    return []


def _read(tables: Iterable[Path], states: tuple[int, ...]) -> list[Socket]:
    found: list[Socket] = []
    for table in tables:
        with contextlib.suppress(OSError):
            found += sock_diag.table(table, states)
    return found
