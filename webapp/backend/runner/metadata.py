"""From yt-dlp's wide open information about a medium to the few typed things that people want."""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import time
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from domain.choices import LANGUAGE
from domain.failures import DownloadError
from domain.links import MAX_URL_LENGTH, anonymous
from domain.texts import MAX_LENGTH, line
from runner.options import NO_LANGUAGES
from runner.tracks import audio_tracks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from domain.requests import Entry

Info = dict[str, Any]
MAX_ENTRIES = 500


def extract_metadata(info: Info) -> dict[str, Any]:
    """What is kept of every download."""
    return {
        "title": line(info.get("title")),
        "uploader": line(info.get("uploader") or info.get("channel")),
        "duration": seconds(info.get("duration")),
        "platform": platform(info),
        "media_key": media_key(info),
        "about": _about(info),
    }


def _about(info: Info) -> dict[str, Any]:
    """What only names of files are made of."""
    found = {
        "date": date_of(info),
        "id": line(info.get("id")),
        "resolution": _smaller_side(info),
    }
    return {name: value for name, value in found.items() if value}


def without_login(info: Info) -> Info:
    """Forget user and password in the addresses that are shown or written into files."""
    for name in ("webpage_url", "original_url"):
        if isinstance(info.get(name), str):
            info[name] = anonymous(info[name])
    if info.get("webpage_url_domain"):
        info["webpage_url_domain"] = info["webpage_url_domain"].rpartition("@")[2]
    return info


def add_entry(info: Info, entry: Entry) -> None:
    """Add what the list knew: its title wins over a mere file's name."""
    if entry.title and (info.get("extractor_key") == "Generic" or not info.get("title")):
        info["title"] = entry.title
    if entry.number:
        info.setdefault("track_number", entry.number)
    if entry.date and not info.get("upload_date"):
        info["upload_date"] = entry.date.replace("-", "")
    info["duration"] = info.get("duration") or entry.duration


def platform(info: Info) -> str:
    """The site's name; for a mere file the host it lies on."""
    name = line(info.get("extractor_key") or info.get("ie_key")) or "Generic"
    return line(info.get("webpage_url_domain")) or "web" if name == "Generic" else name


def media_key(info: Info) -> str | None:
    """What tells that two links lead to the same medium: site and id, or the address itself."""
    if platform(info) == info.get("extractor_key") and info.get("id"):
        key = line(f"{info['extractor_key']}:{info['id']}", MAX_URL_LENGTH)
    else:
        key = line(info.get("webpage_url") or info.get("original_url"), MAX_URL_LENGTH)
    if key and len(key) > MAX_LENGTH:  # more than what databases find again by an index
        return hashlib.sha256(key.encode()).hexdigest()
    return key


def seconds(value: object) -> float | None:
    """A length, if it is one."""
    if isinstance(value, int | float) and math.isfinite(value) and value >= 0:
        return value
    return None


def is_list(info: Info) -> bool:
    """Whether the link leads to several media."""
    return info.get("_type") in {"playlist", "multi_video"}


def only_entry(info: Info) -> Info:
    """The one medium that a list of one holds.

    Raises:
        DownloadError: when there are none or several: a person has to choose.

    """
    entries = [entry for entry in info.get("entries") or () if entry]
    if len(entries) != 1:
        raise DownloadError(
            "playlist",
            f"The link leads to {'a list of several media' if entries else 'an empty list'}.",
            "Preview the link and choose what you want of it.",
        )
    only: Info = entries[0]
    return only


def is_live(info: Info) -> bool:
    """Whether it is being sent at this moment."""
    return bool(info.get("is_live"))


def require_ended(info: Info) -> None:
    """Let pass what has an end.

    Raises:
        DownloadError: when it is live.

    """
    if is_live(info):
        raise DownloadError(
            "live", "This is live.", "Send it with a choice to record it, or when it has ended."
        )


def not_begun(begins: float | None) -> DownloadError:
    """What a stream that is waited for fails of; `begins` as a time in seconds, if it is known."""
    if begins is None or not _is_moment(begins):  # milliseconds, say
        begins = None
        sentence = "The stream has not begun."
    else:
        when = datetime.fromtimestamp(begins, UTC).strftime("%Y-%m-%d %H:%M UTC")
        sentence = f"The stream has not begun ({when})."
    left = 0.0 if begins is None else max(0.0, begins - time.time())
    return DownloadError(
        "not-begun",
        sentence,
        "It is recorded by itself once it begins.",
        transient=True,
        after=left,
    )


def preview(info: Info, max_entries: int = MAX_ENTRIES) -> dict[str, Any]:
    """What is shown before a download is requested; `complete` if that is the whole list."""
    entries = [entry for _, entry in listed(info)][:max_entries]
    complete = len(list(info.get("entries") or ())) <= max_entries  # with those that are twice
    known = extract_metadata(info)
    del known["about"]
    return {
        **known,
        "live": is_live(info),
        "resolutions": _resolutions(info.get("formats") or [info]),
        "audio_bytes": _largest(f for f in info.get("formats") or () if _only_audio(f)),
        "subtitles": list(dict.fromkeys(_languages(info))),
        "chapters": len(info.get("chapters") or ()),
        "audio": audio_tracks(info.get("formats") or ()),
        "entries": entries,
        "total": _total(info, len(entries), complete=complete) if is_list(info) else None,
        "complete": complete,
    }


def _total(info: Info, seen: int, *, complete: bool) -> int | None:
    """How many entries the list has; None if it is longer than was seen and nobody tells."""
    if complete:
        return seen or None
    count = info.get("playlist_count")
    return count if isinstance(count, int) and count > seen else None


def _languages(info: Info) -> Iterator[str]:
    """Those that may be requested."""
    for kind in ("subtitles", "automatic_captions"):
        for language in sorted(info.get(kind) or ()):
            if re.match(LANGUAGE, language) and language not in NO_LANGUAGES:
                yield language


def listed(info: Info) -> list[tuple[Info, Info]]:
    """Each medium of a list once, by an address that leads to it alone: yt-dlp's word and ours."""
    found: dict[str, tuple[Info, Info]] = {}
    for number, entry in enumerate(info.get("entries") or (), 1):
        url = _address(entry, info) if entry else None
        if url and url not in found:
            found[url] = entry, _entry(entry, url, number, info)
    return list(found.values())


def _entry(entry: Info, url: str, number: int, of: Info) -> Info:
    known = {
        "url": url,
        "title": line(entry.get("title")),
        "duration": seconds(entry.get("duration")),
        "number": number,
        "date": date_of(entry),
        "list": line(of.get("title")),
        "page": _link(anonymous(of.get("webpage_url") or "")),
    }
    return {name: value for name, value in known.items() if value is not None}


def date_of(info: Info) -> str | None:
    """A date such as 2026-01-31, of yt-dlp's 20260131 or a time in seconds."""
    day, moment = info.get("upload_date"), info.get("timestamp")
    if isinstance(day, str) and re.fullmatch(r"\d{8}", day):
        with contextlib.suppress(ValueError):  # there is no such day
            return date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}").isoformat()
    if isinstance(moment, int | float) and _is_moment(moment):
        return datetime.fromtimestamp(moment, UTC).date().isoformat()
    return None


def _is_moment(seconds: float) -> bool:
    """Whether it is a time in seconds that somebody can mean."""
    return 0 <= seconds < 2**33


def _address(entry: Info, of: Info) -> str | None:
    """The entry's own page; of several media on one page, the file itself."""
    page = entry.get("webpage_url") or entry.get("url")
    if page not in {None, of.get("webpage_url"), of.get("original_url")}:
        return _link(page)
    best = (entry.get("formats") or [entry])[-1]
    return _link(best.get("manifest_url") or best.get("url"))


def _resolutions(formats: list[Info]) -> list[dict[str, Any]]:
    """Which sizes there are, each with the bytes of its best format where that is known."""
    sound = _largest(f for f in formats if _only_audio(f)) or 0
    sizes: dict[int, list[Info]] = {}
    for format_ in formats:
        if format_.get("vcodec") != "none" and (lines := _smaller_side(format_)):
            sizes.setdefault(lines, []).append(format_)
    found = []
    for lines in sorted(sizes, reverse=True):
        of_it = sizes[lines]
        size = _largest(of_it)
        with_sound = size + sound if size and of_it[-1].get("acodec") == "none" else size
        found.append({"resolution": f"{lines}p", "bytes": with_sound})
    return found


def _smaller_side(format_: Info) -> int | None:
    """What a size is called by, as people do and as yt-dlp's `res` counts; 10 to 99999."""
    sides = [format_.get("width"), format_.get("height")]
    smaller = min((int(side) for side in sides if side), default=0)
    return smaller if 10 <= smaller < 100_000 else None  # noqa: PLR2004 - as documented


def _largest(formats: Iterable[Info]) -> int | None:
    sizes = [f.get("filesize") or f.get("filesize_approx") for f in formats]
    return max((int(size) for size in sizes if size), default=None)


def _only_audio(format_: Info) -> bool:
    return format_.get("vcodec") == "none" and format_.get("acodec") != "none"


def _link(value: object) -> str | None:
    """An address; one that is cut off would lead nowhere."""
    text = line(value, MAX_URL_LENGTH + 1)
    web = (
        text and len(text) <= MAX_URL_LENGTH and re.match(r"https?://[^\s]+$", text, re.IGNORECASE)
    )
    return text if web else None
