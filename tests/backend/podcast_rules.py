"""What feed validators object to: RSS 2.0, Apple's rules for podcasts, those of the PSP.

https://www.rssboard.org/rss-specification, https://help.apple.com/itc/podcasts_connect/#/itcb54353390,
https://github.com/Podcast-Standards-Project/PSP-1-Podcast-RSS-Specification
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
ATOM = "{http://www.w3.org/2005/Atom}"
ONCE = ("title", "link", "description", "language", f"{ITUNES}explicit", f"{ITUNES}category",
        f"{ITUNES}image", f"{ATOM}link")  # fmt: skip
ONCE_EACH = ("title", "guid", "pubDate", "enclosure", "link", "description")
TYPES = {
    "mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "video/mp4", "wav": "audio/wav",
    "webm": "video/webm", "opus": "audio/ogg", "mkv": "video/x-matroska", "flac": "audio/flac",
}  # fmt: skip


def objections(document: bytes, address: str) -> list[str]:
    """All that is wrong with the feed that was found at `address`."""
    root = ET.fromstring(document)  # noqa: S314 - our own
    channels = root.findall("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or len(channels) != 1:
        return ["it is no RSS 2.0"]
    return [*_of_channel(channels[0], address), *_of_items(channels[0])]


def _of_channel(channel: ET.Element, address: str) -> Iterator[str]:
    for name in ONCE:
        found = channel.findall(name)
        if len(found) != 1 or not (found[0].text or found[0].attrib):
            yield f"{name} is there {len(found)} times, or empty"
    itself = channel.find(f"{ATOM}link")
    if itself is None or (itself.get("href"), itself.get("rel")) != (address, "self"):
        yield "atom:link does not lead to the feed itself"
    image = channel.find(f"{ITUNES}image")
    if image is None or not re.fullmatch(r"https?://.+\.(png|jpg)", image.get("href", "")):
        yield "itunes:image is no address of a PNG or JPEG"
    if not re.fullmatch(r"[a-z]{2}(-[a-z]{2})?", channel.findtext("language", "")):
        yield "language is no language"
    if channel.findtext(f"{ITUNES}explicit") not in {"true", "false"}:
        yield "itunes:explicit is neither true nor false"


def _of_items(channel: ET.Element) -> Iterator[str]:
    guids = Counter(item.findtext("guid") for item in channel.iter("item"))
    if guids and max(guids.values()) > 1:
        yield "a guid is there twice"
    for item in channel.iter("item"):
        for name in ONCE_EACH:
            if len(item.findall(name)) != 1:
                yield f"{name} of an item is there {len(item.findall(name))} times"
        yield from _of_enclosure(item)
        parsedate_to_datetime(item.findtext("pubDate", ""))  # raises where it is no RFC 2822 date
        if not re.fullmatch(r"\d+|", item.findtext(f"{ITUNES}duration", "")):
            yield "itunes:duration is no number of seconds"
        guid = item.find("guid")
        if guid is not None and guid.get("isPermaLink") != "false":
            yield "guid is said to be an address"


def _of_enclosure(item: ET.Element) -> Iterator[str]:
    file = item.find("enclosure")
    given = {} if file is None else file.attrib
    if set(given) != {"url", "length", "type"}:
        yield "enclosure lacks an attribute"
        return
    suffix = PurePosixPath(urlsplit(given["url"]).path).suffix[1:]
    if TYPES.get(suffix) != given["type"]:
        yield f"enclosure is called .{suffix} and said to be {given['type']}"
    if not given["length"].isdigit() or given["length"] == "0":
        yield "enclosure has no length"
