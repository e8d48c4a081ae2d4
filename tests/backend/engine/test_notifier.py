"""Receivers are told what happens, by a real api, whatever is killed meanwhile."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.backend.feeds import Episode, publish
from tests.backend.hooks import Hooks, hooks, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.media_source import MediaSource

__all__ = ["hooks"]
ALL = ["finished", "failed", "new"]


@pytest.fixture(scope="module")
def notifier_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("notifier")) as started:
        yield started


def add(api: Api, url: str, **values: object) -> str:
    wanted: dict[str, Any] = {"name": "Hook", "kind": "webhook", "url": url, "occasions": ALL}
    item: str = api.ask("POST", "/api/receivers", json=wanted | values)["id"]
    return item


def of(api: Api, item: str) -> dict[str, Any]:
    return api.ask("GET", f"/api/receivers/{item}")


def remove_all(api: Api) -> None:
    for one in api.client.get("/api/receivers").json():
        api.client.delete(f"/api/receivers/{one['id']}").raise_for_status()


def test_what_ends_and_what_is_new_is_told_and_what_is_down_is_told_later(
    notifier_api: Api, own_media: MediaSource, hooks: Hooks
) -> None:
    api = notifier_api
    hooks.answers["/down"] = 503
    down = add(api, f"{hooks.base}/down")
    add(api, f"{hooks.base}/up")
    add(api, f"{hooks.base}/failures", occasions=["failed"])
    api.ask("POST", "/api/subscriptions", json={"url": publish(own_media, Episode(1), Episode(2))})
    api.add(own_media.missing)
    wanted = Counter({"download.finished": 2, "download.failed": 1, "subscription.new": 1})

    wait_for(lambda: hooks.types("/up") == wanted, "the one that is up knows all")
    wait_for(
        lambda: hooks.types("/failures") == Counter({"download.failed": 1}), "and what it wants"
    )
    wait_for(lambda: of(api, down)["waiting"] == 4, "the one that is down does not")
    assert of(api, down)["error"]["kind"] == "receiver-refuses"
    hooks.answers.clear()
    wait_for(lambda: hooks.types("/down") == wanted, "then it does")
    wait_for(lambda: of(api, down)["waiting"] == 0, "nothing is left")
    assert of(api, down)["error"] is None
    bodies: dict[str, set[str]] = {}
    for post in hooks.at("/down"):
        bodies.setdefault(post.id, set()).add(post.body)
    assert {len(same) for same in bodies.values()} == {1}, "each is the same whenever it comes"
    remove_all(api)


def test_a_test_says_what_came_of_it(notifier_api: Api, hooks: Hooks) -> None:
    item = add(notifier_api, f"{hooks.base}/", enabled=False)
    path = f"/api/receivers/{item}/test"

    assert notifier_api.ask("POST", path) == {"delivered": True, "error": None}
    assert hooks.posts[0].json["type"] == "test"
    hooks.answers["/"] = 404
    answer = notifier_api.ask("POST", path)
    assert answer["delivered"] is False
    assert "(HTTP 404)" in answer["error"]["sentence"]
    remove_all(notifier_api)


def test_who_wants_nothing_more_is_switched_off(
    notifier_api: Api, own_media: MediaSource, hooks: Hooks
) -> None:
    hooks.answers["/"] = 410
    item = add(notifier_api, f"{hooks.base}/")
    notifier_api.add(f"{own_media.short}?gone")
    wait_for(lambda: not of(notifier_api, item)["enabled"], "it is switched off")
    assert of(notifier_api, item)["error"]["kind"] == "receiver-gone"
    remove_all(notifier_api)


def test_whatever_is_killed_everything_is_told_and_what_comes_twice_has_the_same_id(
    tmp_path: Path, own_media: MediaSource
) -> None:
    with listening() as hooks, running(tmp_path) as api:
        hooks.silent.add("/")
        add(api, f"{hooks.base}/")
        for number in range(3):
            api.add(f"{own_media.short}?{number}")
        wait_for(lambda: hooks.posts, "one is being told")
        api.kill()
        api.start()
        wait_for(lambda: len(hooks.posts) > 1, "the next process has begun to tell")
        api.kill()
        hooks.silent.clear()
        hooks.speak.set()
        api.start()
        wait_for(lambda: hooks.types("/") == {"download.finished": 3}, "all are told")
        assert [post.id for post in hooks.posts[:2]] == [hooks.posts[0].id] * 2
        assert len({post.body for post in hooks.posts}) == 3
        told = {post.json["data"]["id"] for post in hooks.posts}
        assert told == {one["id"] for one in api.ask("GET", "/api/downloads")["items"]}
