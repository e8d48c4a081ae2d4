"""Subscriptions as their users have them: a feed on loopback, looked at by a real api."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.backend.feeds import Episode, publish, publish_atom

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.media_source import MediaSource

ALL: dict[str, Any] = {"last": None}


def episodes(last: int, first: int = 1) -> list[Episode]:
    return [Episode(number) for number in range(first, last + 1)]


def subscribe(api: Api, url: str, **choice: Any) -> str:  # noqa: ANN401 - JSON
    item: str = api.ask("POST", "/api/subscriptions", json={"url": url} | choice)["id"]
    return looked(api, item)


def looked(api: Api, item: str, *, after: str | None = None) -> str:
    """Wait until it has been looked at, later than at `after`."""

    def look() -> bool:
        found = of(api, item)
        return not found["looking"] and (found["last_look"] or "") > (after or "")

    wait_for(look, "it has been looked at")
    return item


def look_again(api: Api, item: str) -> dict[str, Any]:
    before = of(api, item)["last_look"]
    api.ask("POST", f"/api/subscriptions/{item}/look")
    looked(api, item, after=before)
    return of(api, item)


def of(api: Api, item: str) -> dict[str, Any]:
    return api.ask("GET", f"/api/subscriptions/{item}")


def titles(api: Api, item: str, state: str = "") -> list[str]:
    """What a subscription brought, the oldest first."""
    query = {"subscription": item, "sort": "oldest", "limit": 200}
    found = api.ask("GET", "/api/downloads", params=query | ({"state": state} if state else {}))
    return [download["title"] for download in found["items"]]


@pytest.fixture(scope="module")
def paused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("paused")) as api:
        api.ask("PATCH", "/api/queue", json={"paused": True})
        yield api


@pytest.fixture
def quiet(paused: Api) -> Iterator[Api]:
    """An api that downloads nothing, and has nothing: the same for all tests, but cleared."""
    yield paused
    for subscription in paused.client.get("/api/subscriptions").json():
        paused.client.delete(f"/api/subscriptions/{subscription['id']}").raise_for_status()
    while items := paused.ask("GET", "/api/downloads", params={"limit": 100})["items"]:
        ids = {"ids": [one["id"] for one in items]}
        paused.client.post("/api/downloads/deletions", json=ids).raise_for_status()


def test_what_is_new_is_queued_with_the_subscriptions_choices_and_ends_in_the_library(
    api: Api, own_media: MediaSource
) -> None:
    feed = publish(own_media, *episodes(5))
    options = {"format": "mp4", "resolution": "360p"}
    item = subscribe(api, feed, look_back={"last": 2}, options=options)

    assert titles(api, item) == ["Episode 4", "Episode 5"]
    publish(own_media, *episodes(7))
    found = look_again(api, item)

    assert titles(api, item) == [f"Episode {n}" for n in range(4, 8)]
    assert found | {"url": feed, "title": "A feed", "found": 2, "known": 7, "queued": 4} == found
    wait_for(lambda: len(titles(api, item, "done")) == 4, "all are done")
    newest = api.ask("GET", "/api/downloads", params={"subscription": item})["items"][0]
    assert newest["resolution"] == "360p"
    assert api.bytes_of(newest["id"]) == (own_media.folder / "short.mp4").read_bytes()


@pytest.mark.parametrize(
    ("back", "numbers"),
    [
        ({"last": 0}, []),
        ({"last": 2}, [3, 4]),
        ({"since": "2026-01-02"}, [2, 3, 4]),
        ({}, [1, 2, 3, 4]),
    ],
)
def test_the_first_look_takes_what_is_wanted_of_what_is_there(
    quiet: Api, own_media: MediaSource, back: dict[str, Any], numbers: list[int]
) -> None:
    item = subscribe(quiet, publish(own_media, *episodes(4)), look_back=back)

    assert titles(quiet, item) == [f"Episode {n}" for n in numbers]
    publish(own_media, *episodes(5))
    look_again(quiet, item)
    assert titles(quiet, item) == [f"Episode {n}" for n in [*numbers, 5]]


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"contains": "NEWS"}, [1, 3]),
        ({"matches": r"^Go+d"}, [2]),
        ({"longer": 100}, [2, 3]),
        ({"longer": 100, "shorter": 200}, [2]),
        ({"after": "2026-01-03"}, [3]),
        ({"kinds": ["video"]}, [1, 2, 3]),
        ({"kinds": ["audio", "live"]}, []),
        ({"contains": "news", "after": "2026-01-02"}, [3]),
    ],
)
def test_filters_let_through_what_passes_all_of_them(
    quiet: Api, own_media: MediaSource, filters: dict[str, Any], numbers: list[int]
) -> None:
    named = [
        Episode(1, "Old news", 50),
        Episode(2, "Good stories", 150),
        Episode(3, "New news", 300),
    ]
    item = subscribe(quiet, publish(own_media, *named), look_back={}, filters=filters)

    assert titles(quiet, item) == [one.name for one in named if one.number in numbers]
    assert of(quiet, item)["known"] == 3


def test_what_the_list_does_not_tell_is_looked_up_where_the_entry_leads(
    quiet: Api, own_media: MediaSource
) -> None:
    """Nothing tells how long a file is: a filter that nobody can answer keeps nothing out."""
    feed = publish(own_media, *episodes(2))
    own_media.requests.clear()
    item = subscribe(quiet, feed, look_back={}, filters={"longer": 1})

    assert ("/episode-1.mp4", 0) in own_media.requests
    assert titles(quiet, item) == ["Episode 1", "Episode 2"]


def test_a_pattern_that_takes_for_ever_is_told_and_harms_nobody(
    quiet: Api, own_media: MediaSource
) -> None:
    feed = publish(own_media, Episode(1, "a" * 40 + "!"))
    item = subscribe(quiet, feed, look_back={}, filters={"matches": "^(a+)+$"})

    error = of(quiet, item)["error"]
    assert error["kind"] == "filter-slow"
    assert "'^(a+)+$' took longer than 1 s" in error["sentence"]


def test_atom_is_read_too(quiet: Api, own_media: MediaSource) -> None:
    item = subscribe(
        quiet, publish_atom(own_media, *episodes(3)), look_back={"since": "2026-01-02"}
    )

    assert titles(quiet, item) == ["Episode 2", "Episode 3"]
    assert of(quiet, item)["title"] == "Atomic"


def test_no_medium_comes_twice_even_if_it_was_deleted_on_purpose(
    api: Api, own_media: MediaSource
) -> None:
    feed = publish(own_media, *episodes(2))
    item = subscribe(api, feed, look_back={})
    wait_for(lambda: len(titles(api, item, "done")) == 2, "both are done")
    first = api.ask("GET", "/api/downloads", params={"subscription": item})["items"][0]["id"]

    api.client.delete(f"/api/downloads/{first}?file=true").raise_for_status()
    found = look_again(api, item)
    other = subscribe(api, publish(own_media, *episodes(2), name="other.rss"), look_back={})

    assert (found["found"], found["queued"]) == (0, 2)
    assert titles(api, item) == ["Episode 1"]
    assert of(api, other)["known"] == 2
    assert len(api.ask("GET", "/api/downloads")["items"]) == 2  # another feed's words are its own


def test_only_so_many_stay_and_what_would_go_is_told_before(
    api: Api, own_media: MediaSource
) -> None:
    feed = publish(own_media, *episodes(4))
    item = subscribe(api, feed, look_back={})
    wait_for(lambda: len(titles(api, item, "done")) == 4, "all are done")

    told = api.ask("GET", f"/api/subscriptions/{item}/doomed", params={"last": 3})
    assert [one["title"] for one in told["items"]] == ["Episode 1"]
    assert told["bytes"] == (own_media.folder / "short.mp4").stat().st_size
    assert not api.ask("GET", f"/api/subscriptions/{item}/doomed", params={"days": 1})["items"]
    assert len(titles(api, item)) == 4

    wanted = {"url": feed, "keep": {"last": 3}}
    before = of(api, item)["last_look"]
    api.ask("PUT", f"/api/subscriptions/{item}", json=wanted)
    assert titles(api, item) == ["Episode 2", "Episode 3", "Episode 4"]
    looked(api, item, after=before)
    publish(own_media, *episodes(6))
    look_again(api, item)
    wait_for(lambda: titles(api, item, "done")[-2:] == ["Episode 5", "Episode 6"], "both are done")
    look_again(api, item)
    kept = ["Episode 4", "Episode 5", "Episode 6"]
    wait_for(lambda: titles(api, item) == kept, "what is kept no longer has gone")
    assert len(list(api.media.glob("[!.]*.mp4"))) == 3
    assert of(api, item)["queued"] == 6


def test_what_fails_again_and_again_is_stopped_with_its_reason(
    quiet: Api, own_media: MediaSource
) -> None:
    api = quiet
    item = subscribe(api, f"{own_media.base}/gone.rss")
    assert of(api, item)["failures"] == 1
    assert of(api, item)["state"] == "active"
    fail_until_stopped(api, item, subscribe(api, publish(own_media, Episode(2), name="other.rss")))

    stopped = of(api, item)
    assert stopped["state"] == "stopped"
    assert stopped["next_look"] is None
    assert stopped["error"]["sentence"] == "There is nothing at this address (HTTP 404)."

    publish(own_media, Episode(1), name="gone.rss")
    found = look_again(api, item)
    assert (found["state"], found["failures"], found["error"]) == ("active", 0, None)
    assert titles(api, item) == ["Episode 1"]


def fail_until_stopped(api: Api, item: str, other: str) -> None:
    """Bring its next looks forward, as if hours had passed; a change to another wakes it."""
    for failures in range(2, 6):
        with closing(sqlite3.connect(api.folder / "data/app.db", timeout=10)) as database, database:
            due = "UPDATE subscriptions SET due = '2026-01-01T00:00:00.000Z' WHERE id = ?"
            assert database.execute(due, (item,)).rowcount == 1
        api.ask("POST", f"/api/subscriptions/{other}/pause")
        wait_for(partial(has_failed, api, item, failures), "it has failed again")


def has_failed(api: Api, item: str, times: int) -> bool:
    return bool(of(api, item)["failures"] == times)


def test_while_it_is_paused_nobody_looks(quiet: Api, own_media: MediaSource) -> None:
    item = subscribe(quiet, publish(own_media, *episodes(1)), look_back={})
    quiet.ask("POST", f"/api/subscriptions/{item}/pause")

    refused = quiet.client.post(f"/api/subscriptions/{item}/look")
    assert (refused.status_code, refused.json()["detail"]) == (409, "It is paused.")
    publish(own_media, *episodes(2))
    before = of(quiet, item)["last_look"]
    quiet.ask("POST", f"/api/subscriptions/{item}/resume")
    looked(quiet, item, after=before)
    assert titles(quiet, item) == ["Episode 1", "Episode 2"]


def test_what_is_removed_leaves_its_downloads(quiet: Api, own_media: MediaSource) -> None:
    item = subscribe(quiet, publish(own_media, *episodes(2)), look_back={})

    quiet.client.delete(f"/api/subscriptions/{item}").raise_for_status()

    assert quiet.client.get("/api/subscriptions").json() == []
    assert quiet.client.get(f"/api/subscriptions/{item}").status_code == 404
    assert len(quiet.ask("GET", "/api/downloads")["items"]) == 2


def test_a_list_longer_than_its_head_is_read_to_its_end(quiet: Api, own_media: MediaSource) -> None:
    """Undated ones may stand anywhere: only a list that shows the newest first need not be read."""
    many = [Episode(number, dated=False) for number in range(1, 81)]
    item = subscribe(quiet, publish(own_media, *many), look_back={})

    assert of(quiet, item)["queued"] == 80
    publish(own_media, *many, Episode(0, "At the end", dated=False))
    look_again(quiet, item)
    assert titles(quiet, item)[-1] == "At the end"


def test_its_profile_decides_when_an_entry_is_queued(quiet: Api, own_media: MediaSource) -> None:
    profile = {"name": "Mine", "choices": {"format": "mp3", "audio_bitrate": 320}}
    mine = quiet.ask("POST", "/api/profiles", json=profile)["id"]
    item = subscribe(
        quiet, publish(own_media, *episodes(1)), look_back={}, options={"profile": mine}
    )
    profile["choices"] = {"format": "opus"}
    quiet.ask("PUT", f"/api/profiles/{mine}", json=profile)
    publish(own_media, *episodes(2))
    look_again(quiet, item)

    query = {"subscription": item, "sort": "oldest"}
    found = quiet.ask("GET", "/api/downloads", params=query)["items"]
    assert [one["format"] for one in found] == ["mp3", "opus"]
    assert of(quiet, item)["options"] == {"profile": mine}

    quiet.client.delete(f"/api/profiles/{mine}").raise_for_status()
    publish(own_media, *episodes(3))
    assert look_again(quiet, item)["error"]["sentence"] == f"There is no profile {mine}."
