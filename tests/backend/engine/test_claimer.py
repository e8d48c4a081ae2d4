"""What timers do whose lease is lost: nothing, until the queue has acquired another."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from domain.imports import ImportRequest
from engine.claimer import Claimer
from engine.importer import Importer
from engine.lease import FileLease
from store import imports
from tests.backend.databases import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.store import Row


class Claims(Claimer):
    """Notes under which names rows are claimed; there is none."""

    def __init__(self, lease: FileLease) -> None:
        super().__init__("claims", "Nothing could be claimed", "work", lease)
        self.names: list[str] = []

    def _holders(self) -> list[str]:
        return []

    def _release(self, name: str) -> None: ...

    def _claim(self, name: str) -> Row | None:
        self.names.append(name)
        return None

    def _next_due(self) -> str | None:
        return None

    def _called(self, row: Row) -> str:
        return str(row)

    def _work(self, row: Row) -> None: ...

    def _give_back(self, row: Row) -> None: ...


@pytest.fixture
def lost(tmp_path: Path) -> Iterator[FileLease]:
    """A lease that another process could have by now."""
    with contextlib.closing(FileLease(tmp_path / "lock")) as lease:
        assert lease.acquire()
        (tmp_path / "lock").unlink()
        yield lease


def test_nothing_is_claimed_under_a_lease_that_is_lost(lost: FileLease) -> None:
    claims = Claims(lost)
    claims._turn()  # noqa: SLF001 - a turn of its thread
    assert claims.names == []

    assert lost.acquire()
    claims._turn()  # noqa: SLF001
    assert claims.names == [lost.executor]


def test_no_import_is_begun_under_a_lease_that_is_lost(lost: FileLease, tmp_path: Path) -> None:
    begun: list[str] = []

    class Importing:
        def carry_out(self, row: Row) -> None:
            begun.append(row["worker"])

    store: Any = opened(tmp_path / "app.db")
    imports.add(store, ImportRequest())
    importing: Any = Importing()
    importer = Importer(store, lost, importing)
    importer._turn()  # noqa: SLF001
    assert begun == []

    assert lost.acquire()
    importer._turn()  # noqa: SLF001
    assert begun == [lost.executor]
    store.engine.dispose()
