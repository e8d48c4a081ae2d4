"""Previews: what a link leads to, found out by a runner, kept for a while, dropped if unwanted."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.lists import page_of
from domain.failures import DownloadError
from domain.ids import new_id
from domain.links import anonymous, host_of
from domain.previews import Preview
from domain.problems import InvalidError, NotFoundError, UnavailableError
from domain.requests import Entry
from files.cookies import advise, cookies_for
from work.pool import RunnerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from domain.previews import EntryListing, EntryPage
    from work.pool import Pool, Runner

CACHE_SECONDS = 600.0
MAX_CACHED = 200
MAX_LIST = 5000
"""Entries of a list that can be looked at."""
MAX_SECONDS = 60.0
"""How long a preview may take."""
MAX_CONCURRENT = 4


@dataclass(slots=True, eq=False)
class PreviewHandle:
    """One preview under way; `drop` may be called from any thread at any time."""

    runner: Runner | None = None
    dropped: bool = False
    seconds: float = MAX_SECONDS
    timed_out: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def drop(self) -> None:
        """Nobody waits for it any more."""
        with self.lock:
            self.dropped = True
            if self.runner:
                self.runner.kill()

    @contextmanager
    def running(self, runner: Runner) -> Iterator[None]:
        """Let `drop` end this runner, and its time."""
        with self.lock:
            self.runner = runner
            if self.dropped:
                runner.kill()
        timer = threading.Timer(self.seconds, self._time_out)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _time_out(self) -> None:
        self.timed_out = True
        self.drop()


@dataclass(frozen=True, slots=True)
class _Whole:
    """All entries of a list that can be looked at, and whether the list ends with them."""

    entries: list[Entry]
    complete: bool


@dataclass(slots=True)
class _Kept:
    made: float
    url: str
    preview: Preview
    media_key: str | None
    whole: _Whole | None
    """None while only the first of a list have been looked at."""


class Previews:
    """Makes and keeps previews, each with its picture in a folder below `folder`."""

    def __init__(
        self,
        pool: Pool,
        folder: Path,
        cookies: Path,
        allowed: list[str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool, self._folder, self._cookies = pool, folder, cookies
        self._allowed, self._clock = allowed, clock
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(MAX_CONCURRENT)
        shutil.rmtree(folder, ignore_errors=True)

    def make(self, url: str, handle: PreviewHandle) -> Preview:
        """Find out what `url` leads to; blocks, until done or dropped.

        Raises:
            InvalidError: with the reason, when it leads to nothing that can be had.
            UnavailableError: when dropped.

        """
        key = _key(url)
        with self._lock:
            known = self._kept.get(key)
        if known and self._clock() - known.made < CACHE_SECONDS:
            return known.preview
        making = self._folder / new_id()
        try:
            with self._room:
                answer = self._ask(url, making, handle)
            return self._keep(url, key, making, answer)
        finally:  # what failed or was dropped leaves neither pictures nor cookies
            shutil.rmtree(making, ignore_errors=True)

    def _keep(self, url: str, key: str, making: Path, answer: dict[str, Any]) -> Preview:
        picture, media_key = answer.pop("thumbnail"), answer.pop("media_key")
        path = f"/api/previews/{key}/thumbnail" if picture else None
        complete = answer.pop("complete")
        found = Preview(url=anonymous(url), thumbnail=path, key=key, **answer)
        with self._lock:
            shutil.rmtree(self._folder / key, ignore_errors=True)
            making.rename(self._folder / key)
            self._kept.pop(key, None)
            whole = _Whole(found.entries, complete) if complete else None
            self._kept[key] = _Kept(self._clock(), url, found, media_key, whole)
            while len(self._kept) > MAX_CACHED:
                oldest = next(iter(self._kept))
                del self._kept[oldest]
                shutil.rmtree(self._folder / oldest, ignore_errors=True)
        return found

    def media_key(self, url: str) -> str | None:
        """What tells which medium `url` leads to, if it has been previewed."""
        with self._lock:
            kept = self._kept.get(_key(url))
        return kept.media_key if kept else None

    def picture(self, key: str) -> Path | None:
        """The picture of a preview that is still kept."""
        return next((self._folder / key).glob("thumbnail.*"), None)

    def entries(self, key: str, listing: EntryListing, handle: PreviewHandle) -> EntryPage:
        """A part of the list that was previewed; looks at all of it if that was not done yet.

        Raises:
            NotFoundError: when the preview is not kept any more.
            InvalidError: with the reason, when the list cannot be had.

        """
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            raise NotFoundError(
                "This preview is not kept any more.", "Preview the link again.", kind="preview-gone"
            )
        if kept.whole is None:
            kept.whole = self._whole(kept.url, handle)
        return page_of(kept.whole.entries, listing, complete=kept.whole.complete)

    def _whole(self, url: str, handle: PreviewHandle) -> _Whole:
        folder = self._folder / new_id()
        try:
            with self._room:
                answer = self._ask(url, folder, handle, max_entries=MAX_LIST)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return _Whole([Entry(**entry) for entry in answer["entries"]], answer["complete"])

    def _ask(self, url: str, folder: Path, handle: PreviewHandle, **more: int) -> dict[str, Any]:
        try:
            cookies = cookies_for(self._cookies, host_of(url))
        except DownloadError as unusable:
            raise _told(unusable) from None
        order = {"job": "probe", "url": url, "folder": str(folder), "cookies": cookies, **more}
        with (
            suppress(RunnerDiedError),
            closing(self._pool.take()) as runner,
            handle.running(runner),
        ):
            for event in runner.run(order | {"allowed": self._allowed}):
                match event:
                    case {"event": "done", **answer}:
                        return answer
                    case {"event": "failed", **failure}:
                        failed = advise(DownloadError(**failure), self._cookies, host_of(url))
                        raise _told(failed)
        if handle.timed_out:
            raise InvalidError(
                f"The site took longer than {handle.seconds:.0f} s to answer.",
                "Retry later; a download of the link may take longer.",
                kind="preview-timeout",
                seconds=f"{handle.seconds:.0f}",
            )
        raise UnavailableError("The preview was cancelled.", "Ask again.", kind="preview-cancelled")


def _told(failure: DownloadError) -> InvalidError:
    return InvalidError(failure.sentence, failure.fix, kind=failure.kind, **failure.values)


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:26]
