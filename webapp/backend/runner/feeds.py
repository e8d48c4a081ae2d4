"""Feeds: Atom, which yt-dlp does not read, and entries whose addresses lead to them alone.

Atom: https://www.rfc-editor.org/rfc/rfc4287. Of each entry its enclosure is taken, else its page.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from yt_dlp.extractor import generic
from yt_dlp.utils import unsmuggle_url

if TYPE_CHECKING:
    from collections.abc import Callable

ATOM = "{http://www.w3.org/2005/Atom}"


def install() -> None:
    """Patch yt-dlp in this process."""
    generic.compat_etree_fromstring = _as_rss(generic.compat_etree_fromstring)
    generic.GenericIE._extract_rss = _plainly(generic.GenericIE._extract_rss)  # noqa: SLF001


def _as_rss(parse: Callable[[Any], Element]) -> Callable[[Any], Element]:
    @functools.wraps(parse)
    def parsed(text: Any) -> Element:  # noqa: ANN401 - text or bytes
        document = parse(text)
        return rss(document) if document.tag == f"{ATOM}feed" else document

    return parsed


def rss(feed: Element) -> Element:
    """An Atom feed as an RSS document with what a list needs of it."""
    document = Element("rss")
    channel = SubElement(document, "channel")
    _add(channel, "title", feed.findtext(f"{ATOM}title"))
    for entry in feed.iterfind(f"{ATOM}entry"):
        item = SubElement(channel, "item")
        _add(item, "title", entry.findtext(f"{ATOM}title"))
        _add(item, "guid", entry.findtext(f"{ATOM}id"))
        published = entry.findtext(f"{ATOM}published") or entry.findtext(f"{ATOM}updated")
        _add(item, "pubDate", published)
        links = {
            link.get("rel", "alternate"): link.get("href") for link in entry.iterfind(f"{ATOM}link")
        }
        if enclosure := links.get("enclosure"):
            SubElement(item, "enclosure", url=enclosure)
        _add(item, "link", links.get("alternate"))
    return document


def _add(to: Element, name: str, text: str | None) -> None:
    if text and text.strip():
        SubElement(to, name).text = text.strip()


def _plainly(extract: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Give an entry's id beside its address, which yt-dlp hides in the address."""

    @functools.wraps(extract)
    def extracted(*given: Any) -> dict[str, Any]:  # noqa: ANN401 - yt-dlp's
        found = extract(*given)
        for entry in found["entries"]:
            entry["url"], hidden = unsmuggle_url(entry["url"], {})
            entry["id"] = hidden.get("force_videoid")
        return found

    return extracted
