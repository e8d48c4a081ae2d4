"""Feeds on loopback, written as podcasts write them; each episode is a short video of its own."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from tests.media_source import MediaSource

FIRST_DAY = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Episode:
    """Number `n` came out on the nth day of 2026."""

    number: int
    title: str = ""
    duration: int | None = None
    dated: bool = True
    file: str = "short.mp4"

    @property
    def name(self) -> str:
        return self.title or f"Episode {self.number}"


def publish(media: MediaSource, *episodes: Episode, name: str = "feed.rss") -> str:
    """Write a feed, the newest first, with the media that it names; its address."""
    items = "".join(_item(media, one) for one in sorted(episodes, key=lambda one: -one.number))
    text = (
        '<?xml version="1.0"?><rss version="2.0" '
        'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>'
        f"<title>A feed</title>{items}</channel></rss>"
    )
    making = media.folder / f"{name}.new"
    making.write_text(text)
    making.replace(media.folder / name)
    return f"{media.base}/{name}"


def publish_atom(media: MediaSource, *episodes: Episode) -> str:
    """The same as Atom."""
    entries = "".join(
        f"<entry><id>tag:example.org,2026:{one.number}</id><title>{escape(one.name)}</title>"
        f"<published>{day_of(one.number).isoformat()}</published>"
        f'<link rel="alternate" href="{media.base}/none"/>'
        f'<link rel="enclosure" href="{file_of(media, one)}"/></entry>'
        for one in sorted(episodes, key=lambda one: -one.number)
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Atomic</title>{entries}</feed>'
    (media.folder / "feed.atom").write_text(f'<?xml version="1.0"?>{feed}')
    return f"{media.base}/feed.atom"


def day_of(number: int) -> datetime:
    return FIRST_DAY + timedelta(days=number - 1)


def file_of(media: MediaSource, one: Episode) -> str:
    name = f"episode-{one.number}.{one.file.rpartition('.')[2]}"
    path = media.folder / name
    if not path.exists():
        shutil.copyfile(media.folder / one.file, path)
    return f"{media.base}/{name}"


def _item(media: MediaSource, one: Episode) -> str:
    date = f"<pubDate>{format_datetime(day_of(one.number))}</pubDate>" if one.dated else ""
    length = (
        f"<itunes:duration>{one.duration}</itunes:duration>" if one.duration is not None else ""
    )
    return (
        f"<item><title>{escape(one.name)}</title><guid>guid-{one.number}</guid>{date}{length}"
        f'<enclosure url="{file_of(media, one)}" type="video/mp4" length="1"/></item>'
    )
