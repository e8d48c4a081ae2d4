"""One check of a subscribed list: a runner does it, within a time limit."""

from __future__ import annotations

import shutil
import threading
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.ids import new_id
from domain.links import host_of
from domain.requests import DownloadRequest, Entry
from files.cookies import advise, cookies_for
from store.subscriptions import Found
from work.pool import RunnerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from store.store import Row
    from work.pool import Pool

MAX_SECONDS = 600.0
"""Time limit of a check: the longest lists have hundreds of pages."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check found; `complete` is False when a further one is needed."""

    title: str | None
    platform: str | None
    found: list[Found]
    complete: bool


@dataclass(frozen=True, slots=True)
class Looking:
    """Checks lists, in the thread of its caller."""

    pool: Pool
    folder: Path
    cookies: Path
    allowed: Callable[[], list[str]]

    def look(self, row: Row, known: Sequence[str], queued: int) -> Seen:
        """What is new in a subscription's list, the oldest first; blocks until it is known.

        Raises:
            DownloadError: with the reason, when the list cannot be had.
            RunnerDiedError: when the api goes down meanwhile.

        """
        folder = self.folder / new_id()
        try:
            answer = self._ask(row, folder, known, queued)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        options = row["choice"]["options"]
        found = [_found(one, options) for one in reversed(answer["entries"])]
        return Seen(answer["title"], answer["platform"], found, answer["complete"])

    def _ask(self, row: Row, folder: Path, known: Sequence[str], queued: int) -> dict[str, Any]:
        host, choice = host_of(row["url"]), row["choice"]
        order = {
            "job": "look",
            "url": row["url"],
            "folder": str(folder),
            "seen": list(known),
            "filters": choice["filters"],
            "look_back": None if row["begun"] else _left(choice["look_back"], queued),
            "cookies": cookies_for(self.cookies, host),
            "allowed": self.allowed(),
        }
        late = threading.Event()
        with closing(self.pool.take()) as runner:

            def end() -> None:
                late.set()
                runner.kill()

            timer = threading.Timer(MAX_SECONDS, end)
            timer.daemon = True
            timer.start()
            try:
                for event in runner.run(order):
                    match event:
                        case {"event": "done", **answer}:
                            return answer
                        case {"event": "failed", **failure}:
                            raise advise(DownloadError(**failure), self.cookies, host)
            except RunnerDiedError:
                if not late.is_set():
                    raise
            finally:
                timer.cancel()
        raise DownloadError(
            "look-slow",
            f"The site took longer than {MAX_SECONDS / 60:.0f} minutes to list its entries.",
            "Subscribe to a shorter list, such as a playlist of the channel.",
            transient=True,
        )


def _left(look_back: dict[str, Any], queued: int) -> dict[str, Any]:
    """What the first look still takes, if it needs more than one."""
    last = look_back.get("last")
    return look_back if last is None else look_back | {"last": max(0, last - queued)}


def _found(one: dict[str, Any], options: dict[str, Any]) -> Found:
    entry = Entry(**one["entry"])
    request = DownloadRequest(url=entry.url, entry=entry, **options) if one["wanted"] else None
    return Found(one["key"], entry.date, request)
