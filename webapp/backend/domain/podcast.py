"""A podcast feed as XML: RSS 2.0 with what podcast apps want to know.

https://www.rssboard.org/rss-specification, https://podcasters.apple.com/support/823-podcast-requirements
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from email.utils import format_datetime
from xml.etree import ElementTree as ET

from domain.nfo import GENERATOR, NOT_XML

ITUNES = "http://www.itunes.com/dtds/podcast-1.0.dtd"
ATOM = "http://www.w3.org/2005/Atom"
CATEGORY = "Leisure"
NOON = time(12)
ET.register_namespace("itunes", ITUNES)
ET.register_namespace("atom", ATOM)


@dataclass(frozen=True, slots=True)
class Channel:
    """What a feed says of itself; addresses are absolute."""

    title: str
    language: str
    address: str
    page: str
    cover: str


@dataclass(frozen=True, slots=True)
class Episode:
    """One medium of a feed; addresses are absolute."""

    id: str
    title: str
    link: str
    published: datetime
    file: str
    bytes: int
    mime: str
    author: str | None = None
    seconds: float | None = None
    picture: str | None = None


def published(date: str | None, added: str) -> datetime:
    """When a medium came out, if that is known, else when it was added (ISO 8601)."""
    if date:
        with contextlib.suppress(ValueError):  # as an earlier version may have kept it
            return datetime.combine(datetime.fromisoformat(date).date(), NOON, UTC)
    return datetime.fromisoformat(added)


def rss(channel: Channel, episodes: Iterable[Episode]) -> bytes:
    """The feed, the newest first as it is given."""
    root = ET.Element("rss", version="2.0")
    top = ET.SubElement(root, "channel")
    _text(top, "title", channel.title)
    _text(top, "link", channel.page)
    _text(top, "description", channel.title)
    _text(top, "language", channel.language)
    _text(top, "generator", GENERATOR)
    itself = {"href": channel.address, "rel": "self", "type": "application/rss+xml"}
    ET.SubElement(top, f"{{{ATOM}}}link", itself)
    _text(top, _itunes("author"), GENERATOR)
    _text(top, _itunes("explicit"), "false")
    _text(top, _itunes("block"), "Yes")  # it is nobody else's: no directory may list it
    ET.SubElement(top, _itunes("category"), text=CATEGORY)
    ET.SubElement(top, _itunes("image"), href=channel.cover)
    for episode in episodes:
        _add(top, episode)
    ET.indent(root)
    told: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return told


def _add(top: ET.Element, episode: Episode) -> None:
    item = ET.SubElement(top, "item")
    _text(item, "title", episode.title)
    _text(item, "link", episode.link)
    _text(item, "description", "\n".join(filter(None, (episode.author, episode.link))))
    ET.SubElement(item, "guid", isPermaLink="false").text = episode.id
    _text(item, "pubDate", format_datetime(episode.published.astimezone(UTC), usegmt=True))
    file = {"url": episode.file, "length": str(episode.bytes), "type": episode.mime}
    ET.SubElement(item, "enclosure", file)
    _text(item, _itunes("explicit"), "false")
    if episode.author:
        _text(item, _itunes("author"), episode.author)
    if episode.seconds:
        _text(item, _itunes("duration"), str(round(episode.seconds)))
    if episode.picture:
        ET.SubElement(item, _itunes("image"), href=episode.picture)


def _itunes(name: str) -> str:
    return f"{{{ITUNES}}}{name}"


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = NOT_XML.sub(" ", text)
