from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from domain.podcast import Channel, Episode, published, rss
from tests.backend.podcast_rules import ITUNES, objections

ADDRESS = "http://localhost/api/podcasts/token/feed.xml"
CHANNEL = Channel("A feed", "de", ADDRESS, "http://localhost/library", "http://localhost/c.png")
EPISODE = Episode(
    id="0" * 26,
    title="An episode",
    link="https://example.org/1",
    published=datetime(2026, 1, 2, 12, tzinfo=UTC),
    file="http://localhost/1.mp3",
    bytes=5,
    mime="audio/mpeg",
    author="Somebody",
    seconds=61.4,
    picture="http://localhost/1.jpg",
)


def test_a_feed_is_as_validators_want_it_with_all_that_is_known_and_with_little() -> None:
    bare = replace(EPISODE, id="1" * 26, author=None, seconds=None, picture=None)
    document = rss(CHANNEL, [EPISODE, bare])

    assert objections(document, ADDRESS) == []
    assert objections(rss(CHANNEL, []), ADDRESS) == []
    item = ET.fromstring(document).find("channel/item")  # noqa: S314 - our own
    assert item is not None
    assert item.findtext("pubDate") == "Fri, 02 Jan 2026 12:00:00 GMT"
    assert item.findtext(f"{ITUNES}duration") == "61"


def test_any_title_is_told_as_far_as_xml_can_hold_it() -> None:
    odd = replace(EPISODE, title='a <b> & "c" \x00\x1b\ufffe 🎉 ]]>')
    document = rss(replace(CHANNEL, title="<&>"), [odd])

    assert objections(document, ADDRESS) == []
    channel = ET.fromstring(document).find("channel")  # noqa: S314 - our own
    assert channel is not None
    assert channel.findtext("title") == "<&>"
    assert channel.findtext("item/title") == 'a <b> & "c"     🎉 ]]>'


def test_a_medium_came_out_on_its_day_or_when_it_was_added() -> None:
    added = "2026-03-04T05:06:07.089Z"
    assert published("2026-01-02", added) == datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert published("2026-00-99", added) == published(None, added)
    assert published(None, added).isoformat() == "2026-03-04T05:06:07.089000+00:00"


def test_the_rules_object_to_what_is_wrong() -> None:
    document = rss(CHANNEL, [EPISODE, EPISODE])
    broken = document.replace(b'length="5"', b"").replace(b"<language>de</language>", b"")
    found = objections(broken, "http://elsewhere/")
    assert len(found) == 6, found


def test_apps_are_told_in_the_words_that_they_know() -> None:
    lines = rss(CHANNEL, [EPISODE]).decode().splitlines()

    assert lines[0] == "<?xml version='1.0' encoding='utf-8'?>"
    assert 'xmlns:itunes="' in lines[1]
    assert 'xmlns:atom="' in lines[1]
    told = [line.strip() for line in lines]
    assert [line for line in told if line.startswith("<generator>")]
    assert "<itunes:block>Yes</itunes:block>" in told
    assert told.count("<itunes:explicit>false</itunes:explicit>") == 2
    assert len([line for line in told if line.startswith("<itunes:author>")]) == 2
    assert "<itunes:author>Somebody</itunes:author>" in told
    assert '<itunes:image href="http://localhost/1.jpg" />' in told
