"""Works on the import that somebody began, in one of the processes, and takes up what one left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.failures import DownloadError, classify
from domain.ids import now
from domain.problems import DatabaseUnavailableError
from engine.timer import MAX_WAIT_SECONDS, RETRY_SECONDS, SHARED_WAIT_SECONDS, Timer
from files.media_folder import KIND as MEDIA_FOLDER
from store import imports
from work.pool import RunnerDiedError

if TYPE_CHECKING:
    from engine.lease import Lease
    from store.store import Row, Store
    from work.importing import Importing

TRIES = 3
"""Runners that may die of one import before it has failed."""


class Importer(Timer):
    """Works on one import at a time, in the thread of the timer."""

    def __init__(self, store: Store, lease: Lease, importing: Importing) -> None:
        super().__init__("imports", "The import could not go on")
        self._store, self._lease, self._importing = store, lease, importing

    def _turn(self) -> float:
        if not self._lease.held():  # the queue acquires it again
            return RETRY_SECONDS
        workers = set(imports.workers(self._store))
        others = workers - {self._lease.executor}
        for worker in [*self._lease.dead(others), *(workers - others)]:
            imports.release(self._store, worker)
            others.discard(worker)
        while not self._stopping.is_set():
            row = imports.claim(self._store, self._lease.executor)
            if row is None:
                break
            self._work(row)
        return SHARED_WAIT_SECONDS if others else MAX_WAIT_SECONDS

    def _work(self, row: Row) -> None:
        """One import, from its claim to its end."""
        try:
            self._importing.carry_out(row)
        except RunnerDiedError as died:
            if self._stopping.is_set() or row["run"] < TRIES:
                raise
            self._end(row, DownloadError("crash", str(died), "Import it again."))
        except DatabaseUnavailableError:
            raise
        except Exception as error:
            failure = error if isinstance(error, DownloadError) else classify(error)
            if failure.kind == MEDIA_FOLDER:  # it waits until the folder is back
                raise
            self._end(row, failure)
        else:
            self._end(row, None)

    def _end(self, row: Row, failure: DownloadError | None) -> None:
        imports.note(
            *(self._store, row),
            state="failed" if failure else "done",
            error=failure.as_error() if failure else None,
            worker=None,
            finished=now(),
        )
