"""Everything that the library knows, to be taken elsewhere: as JSON, as links, as an archive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.archive import archive_line
from domain.ids import now
from domain.links import anonymous
from store import imports, library
from store.paging import Cursor
from store.view import view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.profiles import Profiles
    from app.relocation import Relocator
    from app.subscription_service import SubscriptionService
    from store.store import Row, Store

PAGE = 500
FORMAT = 1
"""Raised when what reads an export would have to change."""


@dataclass(frozen=True, slots=True)
class Export:
    """Each in pieces, so that a library of any size needs little memory. No login is in them."""

    store: Store
    subscriptions: SubscriptionService
    profiles: Profiles
    relocator: Relocator

    def everything(self) -> Iterator[str]:
        """A JSON object: downloads with all that was wished of them, subscriptions, profiles."""
        own = [one.model_dump(mode="json") for one in self.profiles.all() if one.own]
        subscriptions = [one.model_dump(mode="json") for one in self.subscriptions.every()]
        head = {
            "format": FORMAT,
            "exported": now(),
            "naming": self.relocator.places.naming().model_dump(mode="json"),
            "profiles": own,
            "subscriptions": subscriptions,
            "archive": imports.archive_lines(self.store),
        }
        yield json.dumps(head, ensure_ascii=False)[:-1] + ', "downloads": ['
        for number, row in enumerate(self._rows()):
            yield (",\n" if number else "\n") + json.dumps(_told(row), ensure_ascii=False)
        yield "\n]}\n"

    def links(self) -> Iterator[str]:
        """The link of each download once, the oldest first, a line each."""
        seen: set[str] = set()
        for row in self._rows():
            url = anonymous(row["url"])
            if url and url not in seen:
                seen.add(url)
                yield f"{url}\n"

    def archive(self) -> Iterator[str]:
        """As yt-dlp's `--download-archive` has it: what is done, and what archives brought."""
        seen = set(imports.archive_lines(self.store))
        yield from (f"{line}\n" for line in sorted(seen))
        for row in self._rows():
            line = archive_line(row["media_key"], row["about"].get("id"))
            if row["state"] == "done" and line and line not in seen:
                seen.add(line)
                yield f"{line}\n"

    def _rows(self) -> Iterator[Row]:
        """All downloads, the oldest first."""
        after = None
        while rows := library.page(self.store, sort="oldest", after=after, limit=PAGE):
            yield from rows
            after = Cursor.after(rows[-1], "oldest")


def _told(row: Row) -> dict[str, Any]:
    shown = view(row).model_dump(mode="json", exclude={"progress", "position", "thumbnail"})
    options = dict(row["options"])
    if entry := options.get("entry"):
        options["entry"] = entry | {
            name: anonymous(entry[name]) for name in ("url", "page") if entry.get(name)
        }
    rest = {"media_key": row["media_key"], "about": row["about"], "sidecars": row["sidecars"]}
    return shown | {"options": options} | rest
