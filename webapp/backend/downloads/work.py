"""The work on one download: a runner makes the file in staging, then it is moved to its place.

Both halves may be cut off anywhere and done again. What the user decided meanwhile (pause, cancel,
delete) is read from the store, which is the truth; a start that is no longer the present one ends
without a trace.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from downloads.failures import Failed, classify
from downloads.ids import now
from downloads.models import Progress
from downloads.names import file_name
from downloads.pool import RunnerDiedError
from downloads.view import view

if TYPE_CHECKING:
    from collections.abc import Callable

    from downloads.pool import Pool, Runner
    from downloads.staging import Staging
    from downloads.store import Row, Store
    from settings import Settings

BACK_OFF = (1.0, 4.0, 15.0, 60.0)
"""Seconds before the second, third, ... try; after the last the download has failed."""

Result = dict[str, Any]


class StoppingError(BaseException):
    """The api is going down: no result is to be recorded, the next process takes it up.

    Not an Exception, so that nothing between here and the engine mistakes it for a failure.
    """


@dataclass(slots=True)
class Work:
    """Works on downloads, each in the thread of its caller."""

    settings: Settings
    store: Store
    pool: Pool
    staging: Staging
    tell: Callable[[str, str, str], None]
    """Called with (item, event, JSON) on every change."""
    ffmpeg: str | None
    live: dict[str, Progress] = field(default_factory=dict)
    _runners: dict[str, Runner] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: bool = False

    def fetch(self, item: str, run: int) -> Result | None:
        """Make the file in staging; None when it failed (which is recorded) or is unwanted now.

        Raises:
            StoppingError: when the api goes down meanwhile.

        """
        runner = self._begin(item)
        try:
            row = self._current(item, run)
            return self._follow(runner, row, run) if row else None
        except RunnerDiedError as error:
            if self._stopping:
                raise StoppingError from None
            self._failed(item, run, Failed("crash", str(error), "Retry.", transient=True))
            return None
        finally:
            self._end(item, runner)

    def publish(self, item: str, run: int, result: Result) -> None:
        """Move the whole file to its place and record that the download is done."""
        row = self._current(item, run)
        if row is None:
            return
        title = result["title"] or "download"
        name = file_name(title, item, result["file"].rpartition(".")[2])
        path = self.staging.finish(item, name)
        done = self.store.report(
            *(item, run),
            **{key: result[key] for key in ("title", "uploader", "duration", "platform")},
            state="done",
            file_name=name,
            file_bytes=path.stat().st_size,
            finished=now(),
        )
        if done:
            self.announce(done)
            self.staging.discard(item)
        elif self._unwanted(item):
            path.unlink(missing_ok=True)
            self.staging.discard(item)

    def give_up(self, item: str, run: int, error: Exception) -> None:
        """Record an end that nobody foresaw."""
        self._failed(item, run, classify(error))

    def interrupt(self, item: str) -> bool:
        """Kill the item's runner, if there is one here: the store says what is to follow."""
        with self._lock:
            runner = self._runners.get(item)
            if runner:
                runner.kill()
        return runner is not None

    def stop(self) -> None:
        """Kill every runner and record nothing."""
        with self._lock:
            self._stopping = True
            for runner in self._runners.values():
                runner.kill()
        self.pool.close()

    def announce(self, row: Row) -> None:
        """Tell listeners what a download is now."""
        self.tell(row["id"], "download", view(row, self.live.get(row["id"])).model_dump_json())

    def _begin(self, item: str) -> Runner:
        runner = self.pool.take()
        with self._lock:
            self._runners[item] = runner
            if self._stopping:
                runner.kill()
        return runner

    def _end(self, item: str, runner: Runner) -> None:
        runner.close()
        with self._lock:
            if self._runners.get(item) is runner:
                del self._runners[item]
                self.live.pop(item, None)
        if not self._stopping and self._unwanted(item):
            self.staging.discard(item)

    def _follow(self, runner: Runner, row: Row, run: int) -> Result | None:
        item = row["id"]
        warmed = False
        for event in runner.work(self._job(row)):
            match event:
                case {"event": "progress", **progress}:
                    self.live[item] = Progress(**progress)
                case {"event": "info", **known}:
                    row = self.store.report(item, run, **known) or row
                case {"event": "failed", **failure}:
                    self._failed(item, run, Failed(**failure))
                    return None
                case {"event": "done", **result}:
                    return result
            self.announce(row)
            if not warmed:
                warmed = True
                self.pool.warm()
        return None

    def _job(self, row: Row) -> dict[str, Any]:
        return {
            "url": row["url"],
            "format": row["format"],
            "resolution": row["resolution"],
            "staging": str(self.staging.folder(row["id"])),
            "allowed": self.settings.allowed.texts(),
            "ffmpeg": self.ffmpeg,
        }

    def _failed(self, item: str, run: int, failure: Failed) -> None:
        row = self._current(item, run)
        if row is None:
            return
        if failure.transient and row["attempt"] <= len(BACK_OFF):
            wait = BACK_OFF[row["attempt"] - 1]
            after: dict[str, Any] = {"state": "queued", "not_before": now(after=wait)}
            after["attempt"] = row["attempt"] + 1
        else:
            after = {"state": "failed", "finished": now()}
        changed = self.store.report(item, run, error=failure.as_error(), **after)
        if changed:
            self.announce(changed)

    def _current(self, item: str, run: int) -> Row | None:
        row = self.store.get(item)
        return row if row and row["run"] == run and row["state"] == "running" else None

    def _unwanted(self, item: str) -> bool:
        row = self.store.get(item)
        return row is None or row["state"] == "cancelled"
