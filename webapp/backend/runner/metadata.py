"""From yt-dlp's wide open information about a medium to the few typed things that people want."""

from __future__ import annotations

import hashlib
import math
import re
from typing import TYPE_CHECKING, Any

from domain.failures import DownloadError
from domain.models import LANGUAGE, MAX_URL_LENGTH
from domain.texts import MAX_LENGTH, line
from runner.options import NO_LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Info = dict[str, Any]
HEIGHTS = (2160, 1440, 1080, 720, 480, 360, 240, 144)
MAX_ENTRIES = 500


def extract_metadata(info: Info) -> dict[str, Any]:
    """What is kept of every download."""
    return {
        "title": line(info.get("title")),
        "uploader": line(info.get("uploader") or info.get("channel")),
        "duration": seconds(info.get("duration")),
        "platform": platform(info),
        "media_key": media_key(info),
    }


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
            f"The link leads to a list of {'several media' if entries else 'nothing'}.",
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
        raise DownloadError("live", "This is live.", "Send the link again when it has ended.")


def preview(info: Info) -> dict[str, Any]:
    """What is shown before a download is wished for."""
    return {
        **extract_metadata(info),
        "live": is_live(info),
        "resolutions": _resolutions(info.get("formats") or [info]),
        "audio_bytes": _largest(f for f in info.get("formats") or () if _only_audio(f)),
        "subtitles": list(dict.fromkeys(_languages(info))),
        "chapters": len(info.get("chapters") or ()),
        "entries": _entries(info),
    }


def _languages(info: Info) -> Iterator[str]:
    """Those that may be wished for."""
    for kind in ("subtitles", "automatic_captions"):
        for language in sorted(info.get(kind) or ()):
            if re.match(LANGUAGE, language) and language not in NO_LANGUAGES:
                yield language


def _entries(info: Info) -> list[dict[str, Any]]:
    """Each medium of a list once, by an address that leads to it alone."""
    found = {_address(entry, info): entry for entry in info.get("entries") or () if entry}
    return [
        {
            "url": url,
            "title": line(entry.get("title")),
            "duration": seconds(entry.get("duration")),
        }
        for url, entry in found.items()
        if url
    ]


def _address(entry: Info, of: Info) -> str | None:
    """The entry's own page; of several media on one page, the file itself."""
    page = entry.get("webpage_url") or entry.get("url")
    if page not in {None, of.get("webpage_url"), of.get("original_url")}:
        return _link(page)
    best = (entry.get("formats") or [entry])[-1]
    return _link(best.get("manifest_url") or best.get("url"))


def _resolutions(formats: list[Info]) -> list[dict[str, Any]]:
    """Which heights there are, each with the size of its best format where that is known."""
    videos = [f for f in formats if f.get("vcodec") != "none" and f.get("height")]
    sound = _largest(f for f in formats if _only_audio(f)) or 0
    found = []
    for height in HEIGHTS:
        of_it = [f for f in videos if _rounded(f["height"]) == height]
        if of_it:
            size = _largest(of_it)
            with_sound = size + sound if size and of_it[-1].get("acodec") == "none" else size
            found.append({"resolution": f"{height}p", "bytes": with_sound})
    return found


def _rounded(height: int) -> int:
    """The usual height that is nearest: 1034 counts as 1080."""
    return min(HEIGHTS, key=lambda usual: abs(usual - height))


def _largest(formats: Iterable[Info]) -> int | None:
    sizes = [f.get("filesize") or f.get("filesize_approx") for f in formats]
    return max((int(size) for size in sizes if size), default=None)


def _only_audio(format_: Info) -> bool:
    return format_.get("vcodec") == "none" and format_.get("acodec") != "none"


def _link(value: object) -> str | None:
    """An address; one that is cut off would lead nowhere."""
    text = line(value, MAX_URL_LENGTH + 1)
    return text if text and len(text) <= MAX_URL_LENGTH else None
