"""What downloads leave behind: kept while somebody goes on with it, removed when they are over."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.failures import DownloadError
from store import library, names
from store.names import coming

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from files.staging import Fate, Staging
    from store.store import Store

FATES: dict[str, Fate] = {"done": "made", "cancelled": "unwanted"}
"""Of what is staged, by the state of its download; in any other state somebody goes on with it."""

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True, slots=True)
class Leftovers:
    """Decides by the store, whoever was told what: news may be late."""

    store: Store
    staging: Staging
    thumbnails: Path

    def see_to(self, item: str, *, gone: Fate = "unwanted") -> None:
        """Remove what is left of one that is over, unless somebody works on it just now.

        `gone` says what becomes of one that there is no entry of any more.
        """
        if self._fate(item, gone) == "kept":
            return
        self.staging.settle(item, lambda: self._fate(item, gone))
        row = self.store.get(item)
        if row is None:
            self._drop_pictures([item])
        elif row["state"] == "cancelled" and self._take_back(item, coming(row)):
            names.free(self.store, item)  # those that a machine reserved which may be dead by now

    def clear(self, item: str, brought: Iterable[str]) -> None:
        """As `see_to`, for who holds it and has got something of it to these names."""
        fate = self._fate(item, "unwanted")
        if fate == "unwanted":
            self._take_back(item, brought)
        self.staging.clear(item, fate)

    def sweep(self) -> None:
        """See to what those left who were killed, or could not reach the place of its files."""
        for item in self.staging.items().difference(self.store.ids()):
            try:
                self.see_to(item, gone="made")
            except OSError as error:
                log.warning("Something of %s stays in staging: %s", item, error)
        for row in names.moves(self.store):
            if row["state"] == "cancelled":
                self.see_to(row["id"])
        if not self.staging.shared:
            pictures = {path.name.partition(".")[0] for path in self.thumbnails.glob("*.*")}
            self._drop_pictures(pictures.difference(library.known(self.store, list(pictures))))
        self.staging.end_uploads()

    def _drop_pictures(self, items: Iterable[str]) -> None:
        """Remove this machine's copies of pictures, where each has its own."""
        for item in items if not self.staging.shared else ():
            for path in self.thumbnails.glob(f"{item}.*"):
                path.unlink(missing_ok=True)

    def _fate(self, item: str, gone: Fate) -> Fate:
        row = self.store.get(item)
        return FATES.get(row["state"], "kept") if row else gone

    def _take_back(self, item: str, brought: Iterable[str]) -> bool:
        try:
            self.staging.take_back(item, brought)
        except DownloadError as error:
            log.warning("Something of %s stays, which nobody wants: %s", item, error.sentence)
            return False
        return True
