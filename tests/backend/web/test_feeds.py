"""Podcast feeds over HTTP: what is in them, who may read them, and how they are played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.backend.feeds import Episode, publish
from tests.backend.podcast_rules import ITUNES, objections
from tests.media_source import serve_media

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.media_source import MediaSource

TOKEN = "the-owner"
OWNER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(scope="module")
def feed_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An api that asks for a token, which podcast apps do not have."""
    with running(tmp_path_factory.mktemp("feeds"), ACCESS_TOKEN=TOKEN) as started:
        started.client.headers.update(OWNER)
        yield started


@pytest.fixture(scope="module")
def clips(feed_api: Api, media_folder: Path) -> dict[str, str]:
    """A video, and its sound; their ids."""
    with serve_media(media_folder) as media:
        video = feed_api.add(media.short)
        sound = feed_api.add(f"{media.short}?sound", format="mp3")
        for item in (video, sound):
            feed_api.wait(item, "done")
    return {"video": video, "sound": sound}


def make(api: Api, **wanted: object) -> dict[str, Any]:
    return api.ask("POST", "/api/feeds", json={"title": "A feed"} | wanted)


def read(api: Api, feed: dict[str, Any]) -> ET.Element:
    """As a podcast app does: with nothing but the address."""
    answer = app_asks(api, feed["path"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/rss+xml"
    assert objections(answer.content, api.url + feed["path"]) == []
    channel = ET.fromstring(answer.content).find("channel")  # noqa: S314 - our own
    assert channel is not None
    return channel


def app_asks(api: Api, url: str, method: str = "GET", **headers: str) -> Any:  # noqa: ANN401 - httpx
    request = api.client.build_request(method, url, headers=headers)
    request.headers.pop("Authorization")
    return api.client.send(request)


def enclosures(channel: ET.Element) -> list[str]:
    return [found.get("url", "") for found in channel.iter("enclosure")]


def test_a_feed_of_the_library_plays_in_ranges_with_nothing_but_its_address(
    feed_api: Api, clips: dict[str, str]
) -> None:
    feed = make(feed_api)
    channel = read(feed_api, feed)

    assert [found.text for found in channel.iter("guid")] == [clips["sound"], clips["video"]]
    file = next(found for found in channel.iter("enclosure") if found.get("type") == "video/mp4")
    url = file.get("url", "")
    whole = app_asks(feed_api, url)
    assert whole.content == feed_api.bytes_of(clips["video"])
    assert str(len(whole.content)) == file.get("length") == whole.headers["content-length"]
    assert whole.headers["content-type"] == "video/mp4"
    part = app_asks(feed_api, url, Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    head = app_asks(feed_api, url, "HEAD")
    assert (head.status_code, head.headers["accept-ranges"]) == (200, "bytes")
    assert app_asks(feed_api, url, Range="bytes=99999999-").status_code == 416
    for image in channel.iter(f"{ITUNES}image"):
        assert (
            app_asks(feed_api, image.get("href", "")).headers["content-type"].startswith("image/")
        )


def test_one_of_a_search_holds_that_and_its_token_opens_nothing_else(
    feed_api: Api, clips: dict[str, str]
) -> None:
    feed = make(feed_api, kind="audio", q="short")
    [url] = enclosures(read(feed_api, feed))

    assert clips["sound"] in url
    assert app_asks(feed_api, url).status_code == 200
    other = url.replace(clips["sound"], clips["video"])
    assert app_asks(feed_api, other).status_code == 404
    assert enclosures(read(feed_api, make(feed_api, q="nothing like it"))) == []
    for path in ("/api/feeds", "/api/downloads", f"/api/downloads/{clips['sound']}/file"):
        assert app_asks(feed_api, path).status_code == 401


def test_a_feed_that_has_not_changed_is_not_sent_again(
    feed_api: Api, clips: dict[str, str]
) -> None:
    assert clips
    path = make(feed_api)["path"]
    tag = app_asks(feed_api, path).headers["etag"]
    again = app_asks(feed_api, path, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert next(iter(feed_api.client.get("/api/feeds").json()))["read"]


def test_an_address_that_was_removed_or_guessed_leads_nowhere_and_no_log_names_one(
    feed_api: Api, clips: dict[str, str]
) -> None:
    assert clips
    feed = make(feed_api)
    token = feed["path"].split("/")[3]
    [*_, url] = enclosures(read(feed_api, feed))
    feed_api.client.delete(f"/api/feeds/{feed['id']}").raise_for_status()

    assert app_asks(feed_api, feed["path"]).status_code == 404
    assert app_asks(feed_api, url).status_code == 404
    assert app_asks(feed_api, "/api/podcasts/short/feed.xml").status_code == 422
    log = feed_api.log.read_text()
    assert "/api/podcasts/…/feed.xml" in log
    assert token not in log


def test_a_token_that_may_only_look_does_not_see_addresses(feed_api: Api) -> None:
    for scope, status in (("read", 403), ("all", 200)):
        made = feed_api.ask("POST", "/api/tokens", json={"name": scope, "scope": scope})
        headers = {"Authorization": f"Bearer {made['token']}"}
        assert feed_api.client.get("/api/feeds", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"title": " "}, "title", "The title is empty"),
        ({"q": "x" * 201}, "q", "at most 200 characters"),
        ({"kind": "smell"}, "kind", "'smell' is not known"),
        ({"subscription": "none"}, "subscription", "does not have the expected form"),
        ({"subscription": "0" * 26}, "subscription", "There is no subscription"),
        ({"sort": "title"}, "sort", "not a field"),
    ],
)
def test_what_cannot_be_is_told_on_its_field(
    feed_api: Api, body: dict[str, Any], field: str, message: str
) -> None:
    answer = feed_api.client.post("/api/feeds", json={"title": "A feed"} | body)

    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]


def test_a_feed_of_a_subscription_is_one_that_can_be_subscribed_to_and_outlives_kill_9(
    tmp_path: Path, own_media: MediaSource
) -> None:
    source = publish(own_media, *(Episode(n) for n in range(1, 4)))
    with running(tmp_path) as api:
        wanted = {"url": source, "look_back": {}}
        of = api.ask("POST", "/api/subscriptions", json=wanted)["id"]
        query = {"subscription": of, "state": "done"}

        def done(item: str, count: int) -> bool:
            found = api.ask("GET", "/api/downloads", params=query | {"subscription": item})
            return len(found["items"]) == count

        wait_for(lambda: done(of, 3), "all are there")
        path = make(api, subscription=of)["path"]
        api.kill()
        api.start()
        document = api.client.get(path).content
        assert objections(document, api.url + path) == []
        channel = ET.fromstring(document)  # noqa: S314 - our own
        titles = [item.findtext("title") for item in channel.iter("item")]
        assert titles == ["Episode 3", "Episode 2", "Episode 1"]
        assert "01 Jan 2026" in [item.findtext("pubDate", "") for item in channel.iter("item")][2]

        again = api.ask("POST", "/api/subscriptions", json={"url": api.url + path, "look_back": {}})
        wait_for(lambda: done(again["id"], 3), "what we put out can be taken in")
        for item in api.ask("GET", "/api/downloads", params=query)["items"]:
            assert api.bytes_of(item["id"]) == (own_media.folder / "short.mp4").read_bytes()
