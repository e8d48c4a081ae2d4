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
    dates = [entry.date or "" for entry in entries]
    if not all(dates):
        return entries[::-1]
    rising = dates[:1] <= dates[-1:]  # of those of one day, too, the later one stands further down
    ordered = entries[::-1] if rising else entries
    return sorted(ordered, key=lambda entry: entry.date or "", reverse=True)
