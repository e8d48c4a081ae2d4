"""Parts of a long list of media: searched, in an order, from a number on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.previews import EntryPage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.previews import EntryListing
    from domain.requests import Entry


def page_of(entries: Sequence[Entry], listing: EntryListing, *, complete: bool) -> EntryPage:
    """The part of `entries` that is asked for."""
    words = (listing.q or "").casefold().split()
    matching = [e for e in entries if all(word in (e.title or "").casefold() for word in words)]
    if listing.newest:
        matching = _newest_first(matching)
    start = listing.first - 1
    shown = matching[start : start + listing.limit]
    return EntryPage(items=shown, total=len(matching), complete=complete)


def _newest_first(entries: list[Entry]) -> list[Entry]:
    """By date where every entry has one; else the list is taken to begin with its oldest."""
    if all(entry.date for entry in entries):
        return sorted(entries, key=lambda entry: entry.date or "", reverse=True)
    return entries[::-1]
