"""Previews: what a link leads to, found out by a runner, kept for a while, dropped if unwanted."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.ids import new_id
from domain.links import host_of
from domain.models import Preview
from domain.problems import InvalidError, UnavailableError
from files.cookies import cookies_for
from work.pool import RunnerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from work.pool import Pool, Runner

CACHE_SECONDS = 600.0
MAX_CACHED = 200
MAX_CONCURRENT = 4


@dataclass(slots=True, eq=False)
class PreviewHandle:
    """One preview under way; `drop` may be called from any thread at any time."""

    runner: Runner | None = None
    dropped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def drop(self) -> None:
        """Nobody waits for it any more."""
        with self.lock:
            self.dropped = True
            if self.runner:
                self.runner.kill()

    def begin(self, runner: Runner) -> None:
        """Let `drop` end this runner."""
        with self.lock:
            self.runner = runner
            if self.dropped:
                runner.kill()


@dataclass(frozen=True, slots=True)
class _Kept:
    made: float
    preview: Preview
    media_key: str | None


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
        found = Preview(url=url, thumbnail=path, **answer)
        with self._lock:
            shutil.rmtree(self._folder / key, ignore_errors=True)
            making.rename(self._folder / key)
            self._kept.pop(key, None)
            self._kept[key] = _Kept(self._clock(), found, media_key)
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

    def _ask(self, url: str, folder: Path, handle: PreviewHandle) -> dict[str, Any]:
        try:
            cookies = cookies_for(self._cookies, host_of(url))
        except DownloadError as unusable:
            raise InvalidError(unusable.sentence, unusable.fix) from None
        order = {"job": "probe", "url": url, "folder": str(folder), "cookies": cookies}
        with suppress(RunnerDiedError), closing(self._pool.take()) as runner:
            handle.begin(runner)
            for event in runner.run(order | {"allowed": self._allowed}):
                match event:
                    case {"event": "done", **answer}:
                        return answer
                    case {"event": "failed", **failure}:
                        failed = DownloadError(**failure)
                        raise InvalidError(failed.sentence, failed.fix)
        raise UnavailableError("The preview was given up.", "Ask again.")


def _key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:26]
