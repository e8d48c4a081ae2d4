"""The runner's third job: what is new in a list that somebody has subscribed to.

The newest entries come first: by their dates where every entry has one, else in the list's order,
as channels and feeds are listed. What the list does not tell, and a filter asks for, is looked up
on the entry's own page.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.failures import classify
from domain.subscriptions import MAX_LIST, Filters, LookBack
from domain.texts import MAX_LENGTH, line
from files.cookies import private_copy
from runner.metadata import date_of, is_list, listed, platform, seconds
from runner.options import common
from runner.selection import NOT_ENDED, Facts, kind_of, passes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.downloader import Downloader

HEAD = 30
"""Entries that are looked at first: when all are known, and newest first, nothing is new."""
CLOSER_SECONDS = 120.0
"""How long pages of entries are looked up; what is left then is left to the next look."""
TAB = "YoutubeTab"
APPROXIMATE = {"youtubetab": {"approximate_date": [""]}}

Info = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LookJob:
    """What to look at, and what is known and wanted of it."""

    url: str
    folder: str
    seen: list[str]
    filters: dict[str, Any] = field(default_factory=dict)
    look_back: dict[str, Any] | None = None
    """What the first look takes; None when it has been made."""
    cookies: str | None = None


def look(job: LookJob) -> dict[str, Any]:
    """Return title and platform of the list, and its new entries, newest first.

    Each has a `key`, `wanted`, and what the list told of it (`entry`). `complete` is False when a
    further look is needed.

    Raises:
        Exception: whatever yt-dlp raises; `failures.classify` knows what it means.

    """
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    with private_copy(folder, job.cookies) as cookies:
        found = _list(job, folder, cookies, HEAD)
        seen = set(job.seen)
        new = any(one["key"] not in seen for one in found["entries"])
        if found["more"] and (new or not found["newest_first"]):
            found = _list(job, folder, cookies, MAX_LIST)
        with _downloader(folder, cookies, MAX_LIST) as downloader:
            selected = list(_select(downloader, job, found["entries"]))
    entries = [one for one in selected if one is not None]
    return {
        "title": found["title"],
        "platform": found["platform"],
        "entries": entries,
        "complete": len(entries) == len(selected),
    }


def _downloader(folder: Path, cookies: str | None, most: int) -> Downloader:
    from runner.downloader import Downloader

    options = common(folder, None) | {
        "extract_flat": "in_playlist",
        "playlistend": most + 1,  # one more tells that there are more
        "extractor_args": APPROXIMATE,
        "cookiefile": cookies,
    }
    return Downloader(options)


def _list(job: LookJob, folder: Path, cookies: str | None, most: int) -> Info:
    """What is listed, and whether there is more of it; `newest_first` if all of it says so."""
    with _downloader(folder, cookies, most) as downloader:
        info = downloader.extract_info(job.url, download=False)
        lists = [listed(one) for one in tabs(downloader, info)] if is_list(info) else []
    if not is_list(info):  # the address is that of one medium
        lists = [[(info, {"url": job.url, "title": line(info.get("title"))})]]
    found = [_facts(one, entry, job.url) for several in lists for one, entry in several[:most]]
    dated = all(one["entry"].get("date") for one in found)
    in_order = dated and all(_falls(several) for several in lists)
    if dated:
        found.sort(key=lambda one: str(one["entry"]["date"]), reverse=True)
    return {
        "title": line(info.get("title")),
        "platform": platform(info),
        "entries": found,
        "newest_first": in_order,
        "more": any(len(several) > most for several in lists),
    }


def tabs(downloader: Downloader, info: Info) -> list[Info]:
    """The lists that a list is made of: a channel of YouTube has its videos, shorts and streams."""
    entries = [entry for entry in info["entries"] if entry]
    inner = [entry["url"] for entry in entries if entry.get("ie_key") == TAB]
    rest = [entry for entry in entries if entry.get("ie_key") != TAB]
    opened = [downloader.extract_info(url, download=False) for url in inner]
    return [{**info, "entries": rest}, *opened] if rest or not opened else opened


def _facts(info: Info, entry: Info, of: str) -> Info:
    return {
        "key": _key(info, entry["url"], of),
        "entry": entry,
        "kind": kind_of(info, entry["url"]),
        "ended": info.get("live_status") not in NOT_ENDED,
    }


def _falls(several: list[tuple[Info, Info]]) -> bool:
    """Whether the dates of a list go down."""
    dates = [str(entry["date"]) for _, entry in several if entry.get("date")]
    return all(earlier >= later for earlier, later in pairwise(dates))


def _key(info: Info, url: str, of: str) -> str:
    """What a medium is known by: site and id; a feed's own word for it; else its address."""
    site = info.get("ie_key") or info.get("extractor_key")
    if site and site != "Generic" and info.get("id"):
        key = f"{site}:{info['id']}"
    elif info.get("id") and info.get("_type") == "url_transparent":
        key = f"{of} {info['id']}"
    else:
        key = url
    key = line(key, MAX_LENGTH + 1) or url
    return key if len(key) <= MAX_LENGTH else hashlib.sha256(key.encode()).hexdigest()


def _select(downloader: Downloader, job: LookJob, found: list[Info]) -> Iterator[Info | None]:
    """Each new entry with whether it is wanted; None for what is left to the next look."""
    filters, seen = Filters.model_validate(job.filters), set(job.seen)
    back = LookBack.model_validate(job.look_back) if job.look_back is not None else LookBack()
    wanted, until = 0, time.monotonic() + CLOSER_SECONDS
    if back.since:
        filters = filters.model_copy(update={"after": max(back.since, filters.after or "")})
    for one in found:
        if one["key"] in seen or not one["ended"]:
            continue
        entry = one["entry"]
        verdict: bool | None = False
        if back.last is None or wanted < back.last:
            facts = Facts(entry.get("title"), entry.get("duration"), entry.get("date"), one["kind"])
            verdict = passes(facts, filters)
            if verdict is None:
                if time.monotonic() > until:
                    yield None
                    continue
                verdict, entry = _closer(downloader, entry, filters)
                if verdict is None:
                    yield None
                    continue
        wanted += bool(verdict)
        yield {"key": one["key"], "wanted": bool(verdict), "entry": entry}


def _closer(downloader: Downloader, entry: Info, filters: Filters) -> tuple[bool | None, Info]:
    """Whether an entry is wanted by what its own page tells; what nobody tells hinders nothing.

    None when the page cannot be had now; what can never be had is not wanted.
    """
    try:
        info = downloader.extract_info(entry["url"], download=False)
    except Exception as error:  # noqa: BLE001 - one page is not the list
        return (None if classify(error).transient else False), entry
    told: dict[str, Any] = {
        "title": entry.get("title") or line(info.get("title")),
        "duration": entry.get("duration") or seconds(info.get("duration")),
        "date": entry.get("date") or date_of(info),
    }
    facts = Facts(**told, kind=kind_of(info, info.get("webpage_url") or entry["url"]))
    known = {name: value for name, value in told.items() if value is not None}
    return passes(facts, filters) is not False, entry | known
