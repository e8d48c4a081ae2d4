"""The use cases of podcast feeds: add, list, delete; and what their addresses lead to."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain import formats, podcast
from domain.feeds import Feed, path_of
from domain.links import anonymous
from domain.names import media_type, suffix
from domain.podcast import Channel, Episode
from domain.problems import ConflictError, InvalidError, NotFoundError
from store import feeds, library, subscriptions

if TYPE_CHECKING:
    from pathlib import Path

    from app.download_service import DownloadService
    from domain.downloads import Download
    from domain.feeds import FeedRequest
    from files.published import Content
    from store.store import Row, Store

MAX_FEEDS = 100
MAX_EPISODES = 200
TOKEN_BYTES = 32
PICTURES = {"jpg", "png"}
"""The kinds of pictures that podcast apps show."""


@dataclass(frozen=True, slots=True)
class FeedService:
    """Those of this installation; safe to use from any thread."""

    store: Store
    downloads: DownloadService

    def add(self, wanted: FeedRequest) -> Feed:
        """Make one, at an address that nobody can guess."""
        of_it = wanted.subscription
        if of_it and subscriptions.get(self.store, of_it) is None:
            raise InvalidError(
                *(f"There is no subscription {of_it}.", "Reload the page."),
                field="subscription",
                kind="unknown-subscription",
            )
        if len(feeds.every(self.store)) >= MAX_FEEDS:
            raise ConflictError(
                *(f"There are {MAX_FEEDS} feeds already.", "Remove one of them."),
                kind="feeds-full",
                most=MAX_FEEDS,
            )
        return view(feeds.add(self.store, secrets.token_urlsafe(TOKEN_BYTES), wanted.model_dump()))

    def every(self) -> list[Feed]:
        """All of them, the newest first."""
        return [view(row) for row in feeds.every(self.store)]

    def remove(self, item: str) -> None:
        """Delete it; its address leads nowhere from then on."""
        if not feeds.delete(self.store, item):
            raise NotFoundError(
                *(f"There is no feed {item}.", "It may have been removed; reload."),
                kind="unknown-feed",
            )

    def document(self, token: str, base: str, cover: str) -> bytes:
        """The feed with that token, whose addresses begin with `base` (no slash at its end)."""
        choice = self._choice(token)
        here = f"{base}{path_of(token)}"
        rows = library.page(self.store, **_search(choice), sort="newest", limit=MAX_EPISODES)
        lost = self.downloads.missing(rows)
        episodes = [
            self._episode(row, here.rpartition("/")[0], dated=bool(choice["subscription"]))
            for row in rows
            if row["file_name"] not in lost
        ]
        if choice["subscription"]:
            episodes.sort(key=lambda one: one.published, reverse=True)
        channel = Channel(choice["title"], choice["language"], here, f"{base}/library", cover)
        return podcast.rss(channel, episodes)

    def file(self, token: str, item: str) -> tuple[Path | Content, Download]:
        """A finished file that is in the feed with that token."""
        self._demand_in_feed(token, item)
        return self.downloads.file(item)

    def picture(self, token: str, item: str) -> tuple[Path, str]:
        """The picture of one of its episodes, and its suffix."""
        self._demand_in_feed(token, item)
        return self.downloads.thumbnail(item)

    def _episode(self, row: Row, below: str, *, dated: bool) -> Episode:
        address = f"{below}/{row['id']}"
        picture = row["thumbnail"] if row["thumbnail"] in PICTURES else None
        return Episode(
            id=row["id"],
            title=row["title"] or row["file_name"],
            link=anonymous(row["url"]),
            published=podcast.published(
                row["about"].get("date") if dated else None, row["finished"] or row["created"]
            ),
            file=f"{address}.{suffix(row['file_name'])}",
            bytes=row["file_bytes"] or 0,
            mime=media_type(row["file_name"]),
            author=row["uploader"],
            seconds=row["duration"],
            picture=f"{address}/picture.{picture}" if picture else None,
        )

    def _demand_in_feed(self, token: str, item: str) -> None:
        """A token is good for what its feed holds, and for nothing else."""
        if not library.holds(self.store, item, **_search(self._choice(token))):
            raise NotFoundError(
                *("That is not in this feed.", "It may have been deleted; refresh."),
                kind="feed-lacks-it",
            )

    def _choice(self, token: str) -> Row:
        row = feeds.use(self.store, token)
        if row is None:
            raise UnknownFeedError
        choice: Row = row["choice"]
        return choice


class UnknownFeedError(NotFoundError):
    """No feed has that token, or none has it any more."""

    def __init__(self) -> None:
        super().__init__(
            *("There is no feed at this address.", "Make a new one in the library."),
            kind="unknown-feed",
        )


def view(row: Row) -> Feed:
    """A feed as its owner sees it."""
    same = {name: row[name] for name in ("id", "created", "read")}
    return Feed(**same, **row["choice"], path=path_of(row["token"]))


def _search(choice: Row) -> library.Filters:
    kind = choice["kind"]
    return {
        "states": ("done",),
        "formats": formats.names(kind) if kind else (),
        "text": choice["q"],
        "subscription": choice["subscription"],
    }
