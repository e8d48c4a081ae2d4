"""The work on one download: a runner makes the file in staging, then it is moved to its place.

Both halves may be cut off anywhere and done again. What the user decided meanwhile (pause, cancel,
delete) is read from the store, which is the truth; a start that is no longer the present one ends
without a trace.
"""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.downloads import Progress
from domain.failures import DownloadError
from domain.ids import now
from domain.notes import lacks_extras_only, lasting
from files.cookies import advise, cookies_for
from files.staging import Staging, read_result
from store.breaker import HOST_FAULTS, HostIs
from work import retries
from work.leftovers import Leftovers
from work.pool import RunnerDiedError
from work.publishing import FILE_GONE, Publishing, SupersededError, current, former

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from files.disk import Disk
    from files.media_folder import MediaFolder
    from store.store import Row, Store
    from work.announcer import Announcer
    from work.pool import Pool, Runner

DISK_CHECK_BYTES = 16_000_000
"""Bytes between two looks at the disk."""
METADATA = ("title", "uploader", "duration", "platform", "media_key", "about")

Result = dict[str, Any]


class StoppingError(BaseException):
    """The api is going down: no result is to be recorded, the next process takes it up.

    Not an Exception, so that nothing between here and the engine mistakes it for a failure.
    """


@dataclass(slots=True)
class Executor:
    """Works on downloads, each in the thread of its caller."""

    store: Store
    announcer: Announcer
    pool: Pool
    staging: Staging
    disk: Disk
    media: MediaFolder
    thumbnails: Path
    cookies: Path
    allowed: Callable[[], list[str]]
    """What may be reached although it is not public; asked for each download."""
    ffmpeg: str | None
    sponsorblock: str = ""
    """The address of its API."""
    rate: int = 0
    """Bytes/s of each download; 0 = as fast as it goes."""
    tell: Callable[[], None] = lambda: None
    """Called when a download has ended: somebody may want to know."""
    _runners: dict[str, Runner] = field(default_factory=dict)
    _finishing: Counter[str] = field(default_factory=Counter)
    """How many threads bring what was made of an item to its place, or are about to."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: bool = False

    def fetch(self, item: str, run: int) -> Result | None:
        """Make the file in staging; None when it failed (which is recorded) or is unwanted now.

        Raises:
            StoppingError: when the api goes down meanwhile.

        """
        try:
            with self._runner(item) as runner:
                row = current(self.store, item, run)
                try:
                    return self._follow(runner, row, run) if row else None
                except RunnerDiedError:
                    if self._runners.get(item) is runner or self._stopping:
                        raise
                    return None  # who interrupted it says what follows
        except DownloadError as failure:
            self._failed(item, run, failure)
        except RunnerDiedError as error:
            if self._stopping:
                raise StoppingError from None
            self._failed(item, run, retries.crashed(error))
        return None

    def finish(self, item: str, run: int, result: Result) -> None:
        """Move the whole file to its place and record that the download is done.

        Nobody else works on what is staged of it meanwhile, so that its file is nobody's to remove
        between its move and the note of it.
        """
        done = False
        with self._lock:
            self._finishing[item] += 1
        try:
            with self.staging.held(item):
                done = self._finish(item, run, result)
        except DownloadError as failure:
            self._failed(item, run, failure)
        finally:
            with self._lock:
                self._finishing -= Counter([item])
        if not done:
            self.leftovers.see_to(item)

    def _finish(self, item: str, run: int, result: Result) -> bool:
        row = current(self.store, item, run)
        if row is None:
            return False
        known = {key: result[key] for key in METADATA if key in result}
        try:
            files = self._publishing.publish(row | known, run, result)
        except SupersededError as late:
            self.leftovers.clear(item, late.names)
            return False
        except DownloadError as failure:
            if failure.kind == FILE_GONE:
                self.staging.clear(item, "made")
            raise
        values = known | files
        done = self.store.report(
            *(item, run),
            **values,
            host_is="well",
            state="done",
            moving=None,
            finished=now(),
            notes=lasting(row["notes"]) + result.get("notes", []),
        )
        if done is None:
            self.leftovers.clear(item, set(former(files)).difference(former(row)))
            return False
        self.announcer.announce(item)
        self.tell()
        self.staging.clear(item, "made")
        return True

    @property
    def leftovers(self) -> Leftovers:
        """What sees to what downloads leave."""
        return Leftovers(self.store, self.staging, self.thumbnails)

    @property
    def _publishing(self) -> Publishing:
        return Publishing(self.store, self.announcer, self.staging, self.thumbnails)

    def give_up(self, item: str, run: int, error: Exception) -> None:
        """Record an end that nobody foresaw; what the database did not take may be tried again."""
        self._failed(item, run, retries.unforeseen(error))

    def interrupt(self, item: str) -> bool:
        """Kill the item's runner, if there is one here: the store says what is to follow.

        Whatever the runner has reported and nobody has heard yet is not told any more. Returns
        whether somebody here works on it, who sees to what is left of it.
        """
        with self._lock:
            runner = self._runners.pop(item, None)
            if runner:
                runner.kill()
            return runner is not None or self._finishing[item] > 0

    def interrupt_all(self) -> bool:
        """Kill every runner, whoever goes on with its download; whether there was one."""
        return bool([item for item in list(self._runners) if self.interrupt(item)])

    def drop_staged(self, item: str) -> None:
        """Forget what only this machine has of a download that has ended on another."""
        if not (self.staging.shared or self.has(item)):
            self.leftovers.see_to(item, gone="made")

    def has(self, item: str) -> bool:
        """Whether somebody in this process works on it."""
        return item in self._runners or self._finishing[item] > 0

    def stop(self) -> None:
        """Kill every runner and record nothing."""
        with self._lock:
            self._stopping = True
            for runner in self._runners.values():
                runner.kill()
        self.pool.close()

    @contextlib.contextmanager
    def _runner(self, item: str) -> Iterator[Runner]:
        """A runner that `interrupt` can kill."""
        runner = self.pool.take()
        with self._lock:
            former = self._runners.get(item)
            self._runners[item] = runner
            if known := self.announcer.live.get(item):
                self.announcer.live[item] = known.at_rest("fetching")
            if former:
                former.kill()
            if self._stopping:
                runner.kill()
        try:
            yield runner
        finally:
            self._end(item, runner)

    def _end(self, item: str, runner: Runner) -> None:
        runner.close()
        with self._lock:
            interrupted = self._runners.get(item) is not runner
            if not interrupted:
                del self._runners[item]
        if self._stopping:
            return
        if interrupted:  # other processes may have heard of its progress last
            self.announcer.announce(item)
        self.leftovers.see_to(item)

    def _follow(self, runner: Runner, row: Row, run: int) -> Result | None:
        item = row["id"]
        self.media.require()
        if read_result(self.staging.folder(item)) is None:  # what is whole takes no more room
            self.disk.require()
        for event in runner.run(self._order(row)):
            match event:
                case {"event": "progress", **progress}:
                    self._note(item, Progress(**progress))
                case {"event": "info", **known}:
                    row = self.store.report(item, run, **known) or row
                case {"event": "note", "note": note}:
                    row = self._note_down(row, run, note)
                case {"event": "failed", **failure}:
                    raise DownloadError(**failure)
                case {"event": "done", **result}:
                    return result
            # Why it was interrupted has been announced, or is about to be.
            self.announcer.progress(row, still=lambda: self._runners.get(item) is runner)
        return None

    def _note_down(self, row: Row, run: int, note: dict[str, str]) -> Row:
        """Keep what is worth knowing, once."""
        if note in row["notes"]:
            return row
        return self.store.report(row["id"], run, notes=[*row["notes"], note]) or row

    def _note(self, item: str, progress: Progress) -> None:
        """Keep the progress; every so often look whether the disk still has room."""
        known = self.announcer.live.get(item)
        self.announcer.live[item] = progress
        if known is None or progress.bytes // DISK_CHECK_BYTES != known.bytes // DISK_CHECK_BYTES:
            left = (progress.total or progress.bytes) - progress.bytes
            self.disk.require(max(0, left))

    def _order(self, row: Row) -> dict[str, Any]:
        request = {name: row[name] for name in ("url", "format", "resolution")}
        return {
            "job": "fetch",
            "request": request | row["options"],
            "staging": str(self.staging.folder(row["id"])),
            "ffmpeg": self.ffmpeg,
            "rate": min(filter(None, (self.rate, row["options"].get("rate"))), default=0),
            "sponsorblock": self.sponsorblock,
            "cookies": cookies_for(self.cookies, row["host"]),
            "finished": self._finished(row),
            "stop": row["stopping"],
            "allowed": self.allowed(),
        }

    def _finished(self, row: Row) -> str | None:
        """The file that is there already, if only extras are missing from it."""
        if not row["file_name"] or not lacks_extras_only(row["notes"]):
            return None
        path = self.staging.published.local(row["file_name"])
        return str(path) if path and path.is_file() else None

    def _failed(self, item: str, run: int, failure: DownloadError) -> None:
        row = current(self.store, item, run)
        if row is None:
            return
        failure = self.media.why_not() or advise(failure, self.cookies, row["host"])
        further = failure.kind != "rate-limited" and self.staging.has_grown(item)
        attempt = 1 if further else row["attempt"]
        after = retries.after(failure, row, attempt, self.media.kinds)
        host: HostIs | None = "well" if further else "ill" if failure.kind in HOST_FAULTS else None
        if self.store.report(item, run, error=failure.as_error(), host_is=host, **after):
            self.announcer.announce(item)
            self.tell()
            self.leftovers.see_to(item)
