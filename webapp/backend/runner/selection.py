"""Which entries of a list a subscription wants, by what the list tells of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from domain.failures import DownloadError
from domain.formats import of_suffix
from runner.time_limit import time_limit

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from domain.subscriptions import EntryKind, Filters

PATTERN_SECONDS = 1.0
"""How long a regular expression may take on a title."""
LIVE = {"is_live", "is_upcoming", "was_live", "post_live"}
NOT_ENDED = {"is_live", "is_upcoming", "post_live"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an entry; None is what nobody has told yet."""

    title: str | None
    duration: float | None
    date: str | None
    kind: EntryKind | None


def passes(facts: Facts, filters: Filters) -> bool | None:
    """Whether an entry is wanted; None when what is not known of it decides."""
    verdicts = [
        _holds(facts.title, filters),
        _within(facts.duration, filters),
        _told(facts.date, filters.after, lambda date, first: date >= first),
        _told(facts.kind, filters.kinds, lambda kind, kinds: kind in kinds),
    ]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def kind_of(info: dict[str, Any], url: str) -> EntryKind | None:
    """Whether it is a short, a broadcast, sound or a video."""
    if info.get("live_status") in LIVE or info.get("is_live") or info.get("was_live"):
        return "live"
    if "/shorts/" in url:
        return "short"
    formats = info.get("formats")
    if formats:
        return "audio" if all(f.get("vcodec") == "none" for f in formats) else "video"
    format_ = of_suffix(PurePosixPath(urlsplit(url).path).suffix[1:].lower())
    if format_:
        return format_.kind
    return "video" if info.get("ie_key") == "Youtube" else None


def _holds(title: str | None, filters: Filters) -> bool:
    """Whether the title is as it should be; one that there is not holds nothing."""
    text = title or ""
    if filters.contains and filters.contains.casefold() not in text.casefold():
        return False
    if not filters.matches:
        return True
    with _limited(filters.matches):
        return re.search(filters.matches, text) is not None


def _within(duration: float | None, filters: Filters) -> bool | None:
    if filters.longer is None and filters.shorter is None:
        return True
    if duration is None:
        return None
    return (
        (filters.longer or 0)
        <= duration
        <= (duration if filters.shorter is None else filters.shorter)
    )


def _told(value: Any, wanted: Any, fits: Any) -> bool | None:  # noqa: ANN401 - of any kind
    if not wanted:
        return True
    return None if value is None else bool(fits(value, wanted))


def _limited(pattern: str) -> AbstractContextManager[None]:
    """End a search that takes too long."""
    return time_limit(
        PATTERN_SECONDS,
        DownloadError(
            "filter-slow",
            f"The pattern {pattern!r} took longer than {PATTERN_SECONDS:g} s on a title.",
            "Write it without repetitions of repetitions, such as (a+)+.",
        ),
    )
