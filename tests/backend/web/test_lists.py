"""Lists over HTTP: of a kind, in an order, page by page; and many deleted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest

from domain.downloads import Sort
from tests.backend.api_process import wait_for
from tests.backend.feeds import Episode, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

FORMATS = ("mp4", "mp3", "mkv", "flac", "mp4")


@pytest.fixture
def five(shared_api: Api) -> Iterator[list[str]]:
    """Five downloads that wait, in two kinds, and nothing that moves."""
    shared_api.ask("PATCH", "/api/queue", json={"paused": True})
    items = [
        shared_api.add(f"https://lists.example.org/{number}", format=format_)
        for number, format_ in enumerate(FORMATS)
    ]
    yield items
    assert delete(shared_api, items) == 204
    shared_api.ask("PATCH", "/api/queue", json={"paused": False})


def pages(api: Api, **query: Any) -> Iterator[list[str]]:  # noqa: ANN401 - a query
    """The ids on each page, two at most on one."""
    params = {"limit": 2, "q": "lists.example"} | query
    while True:
        page = api.ask("GET", "/api/downloads", params=params)
        yield [item["id"] for item in page["items"]]
        if page["next"] is None:
            return
        params["cursor"] = page["next"]


def delete(api: Api, items: list[str]) -> int:
    return api.client.post("/api/downloads/deletions", json={"ids": items}).status_code


@pytest.mark.parametrize("sort", get_args(Sort))
def test_every_order_gives_every_entry_once(shared_api: Api, five: list[str], sort: Sort) -> None:
    seen = [item for page in pages(shared_api, sort=sort) for item in page]

    expected = five if sort in {"oldest", "title"} else five[::-1]  # of equals, by arrival
    assert seen == expected


def test_one_kind_is_listed_alone(shared_api: Api, five: list[str]) -> None:
    audio = [item for page in pages(shared_api, kind="audio", sort="oldest") for item in page]
    video = [item for page in pages(shared_api, kind="video", sort="oldest") for item in page]

    assert (audio, video) == ([five[1], five[3]], [five[0], five[2], five[4]])


@pytest.mark.parametrize("cursor", ["nonsense", "WzBd", "WyJhIiwxXQ", "WzAsLTFd"])
def test_a_cursor_that_leads_nowhere_is_named(shared_api: Api, cursor: str) -> None:
    answer = shared_api.client.get("/api/downloads", params={"cursor": cursor})

    assert answer.status_code == 422
    assert cursor in answer.json()["detail"]
    assert "without a cursor" in answer.json()["fix"]


def test_many_are_deleted_at_once_and_what_is_gone_is_no_error(
    shared_api: Api, five: list[str]
) -> None:
    assert delete(shared_api, [five[1]]) == 204

    assert delete(shared_api, five[:4]) == 204
    assert [item for page in pages(shared_api) for item in page] == five[4:]


def test_a_list_says_how_many_it_holds_on_all_its_pages(shared_api: Api, five: list[str]) -> None:
    def page(**query: Any) -> dict[str, Any]:  # noqa: ANN401 - a query
        params = {"limit": 2, "q": "lists.example"} | query
        found: dict[str, Any] = shared_api.ask("GET", "/api/downloads", params=params)
        return found

    assert page()["total"] == len(five)
    assert page(kind="audio")["total"] == 2
    assert page(state="done")["total"] == 0
    assert page(cursor=page()["next"])["total"] is None


def test_all_that_a_list_shows_is_forgotten_but_what_is_left_out_and_what_came_since(
    api: Api, media: MediaSource
) -> None:
    def finished(name: str, **options: str) -> str:
        item = api.add(f"{media.short}?{name}", **options)
        api.wait(item, "done")
        return item

    def forget(**wanted: Any) -> dict[str, Any]:  # noqa: ANN401 - a query
        found: dict[str, Any] = api.ask("POST", "/api/downloads/deletions/matching", json=wanted)
        return found

    gone, stays, sound = finished("a"), finished("b"), finished("c", format="mp3")
    failed = api.add(media.missing)
    api.wait(failed, "failed")
    as_of = api.ask("GET", "/api/downloads", params={"state": "done"})["as_of"]
    since = finished("d")
    names = {item: api.get(item)["file"]["name"] for item in (gone, stays, sound, since)}

    done = forget(kind="video", q="short", as_of=as_of, but=[stays], file=True)

    assert done == {"deleted": 1, "refused": []}
    left = {item["id"] for item in api.ask("GET", "/api/downloads")["items"]}
    assert left == {stays, sound, since, failed}
    assert {item for item, name in names.items() if (api.media / name).exists()} == left - {failed}

    assert forget(as_of=as_of) == {"deleted": 2, "refused": []}
    assert (api.media / names[stays]).exists()  # only its entry was to go
    assert forget(as_of=as_of, q="nothing like it")["deleted"] == 0


def test_all_that_a_subscription_brought_is_forgotten_and_nothing_else(
    shared_api: Api, own_media: MediaSource
) -> None:
    def done() -> list[dict[str, Any]]:
        query = {"subscription": of_it, "state": "done"}
        found: list[dict[str, Any]] = shared_api.ask("GET", "/api/downloads", params=query)["items"]
        return found

    wanted = {"url": publish(own_media, Episode(1))}
    of_it = shared_api.ask("POST", "/api/subscriptions", json=wanted)["id"]
    of_somebody = shared_api.add(own_media.short)
    shared_api.wait(of_somebody, "done")
    wait_for(done, "the episode is done")
    as_of = shared_api.ask("GET", "/api/downloads")["as_of"]

    forget = {"subscription": of_it, "as_of": as_of}
    answer = shared_api.ask("POST", "/api/downloads/deletions/matching", json=forget)

    assert answer == {"deleted": 1, "refused": []}
    assert done() == []
    assert shared_api.get(of_somebody)["state"] == "done"


def test_a_file_that_cannot_be_removed_keeps_its_entry(api: Api, media: MediaSource) -> None:
    item = api.add(media.short)
    name = api.wait(item, "done")["file"]["name"]
    (api.media / name).unlink()
    (api.media / name).mkdir()  # whoever the tests run as cannot unlink that
    as_of = api.ask("GET", "/api/downloads")["as_of"]
    wanted = {"as_of": as_of, "file": True}

    done = api.ask("POST", "/api/downloads/deletions/matching", json=wanted)

    assert (done["deleted"], [one["id"] for one in done["refused"]]) == (0, [item])
    assert "cannot be removed" in done["refused"][0]["detail"]
    assert api.get(item)["state"] == "done"
