"""Which files of a subscription stay on the disk, and the end of those that do not."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.ids import now
from domain.problems import Problem
from domain.subscriptions import Keep
from store import subscriptions

if TYPE_CHECKING:
    from app.removal import Remover
    from store.store import Row, Store

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Retention:
    """Deletes what a subscription keeps no longer; what is gone stays seen."""

    store: Store
    remover: Remover

    def doomed(self, row: Row, keep: Keep) -> list[Row]:
        """Of a subscription's files those that the rule does not keep."""
        files = subscriptions.files(self.store, row["id"])
        if keep.last is not None:
            return files[keep.last :]
        if keep.days is not None:
            before = now(after=-keep.days * DAY_SECONDS)
            return [file for file in files if (file["finished"] or "") < before]
        return []

    def tidy(self, row: Row) -> None:
        """Delete them, with their entries in the library."""
        keep = Keep.model_validate(row["choice"]["keep"])
        for gone in self.doomed(row, keep):
            with suppress(Problem):  # gone already, or it cannot be removed: the next look tries
                self.remover.delete(gone["id"], file=True)
