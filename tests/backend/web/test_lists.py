"""Lists over HTTP: of a kind, in an order, page by page; and many deleted at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest

from domain.models import Sort

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.backend.api_process import Api

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
