"""`kill -9` of the api while subscriptions look and their downloads run: every entry exactly once.

The suite runs a short form; the whole of it is

    LOOK_SUBSCRIPTIONS=10 LOOK_EPISODES=2 LOOK_KILLS=20 LOOK_AT_ONCE=20 \
        python -m pytest tests/backend/engine/test_looker_crash.py
"""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections import Counter
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.backend.feeds import Episode, publish
from tests.backend.postgres import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import FreePort
    from tests.media_source import MediaSource

SUBSCRIPTIONS = int(os.environ.get("LOOK_SUBSCRIPTIONS", "4"))
EPISODES = int(os.environ.get("LOOK_EPISODES", "2"))
KILLS = int(os.environ.get("LOOK_KILLS", "4"))
AT_ONCE = os.environ.get("LOOK_AT_ONCE", "6")
"""Downloads that run at the same time."""
SEED = int(os.environ.get("LOOK_SEED", str(time.time_ns() % 10_000)))


def feed(media: MediaSource, number: int, episodes: int) -> str:
    """A feed of episodes that no other feed has."""
    first = 1 + 100 * number
    listed = [Episode(first + n, file="clip.mp4") for n in range(episodes)]
    return publish(media, *listed, name=f"feed-{number}.rss")


def look_all(api: Api) -> None:
    """Have every subscription looked at, if the api is there to hear it."""
    with contextlib.suppress(Exception):
        for one in api.client.get("/api/subscriptions", timeout=5).json():
            api.client.post(f"/api/subscriptions/{one['id']}/look", timeout=5)


@pytest.mark.timeout(1800)
def test_whatever_is_killed_whenever_every_entry_comes_once_and_every_file_is_identical(
    tmp_path: Path, own_media: MediaSource
) -> None:
    moments = random.Random(SEED)  # noqa: S311 - repeatable is what it must be
    own_media.throttle = 400_000
    with running(tmp_path, DOWNLOAD_CONCURRENCY=AT_ONCE) as api:
        for number in range(SUBSCRIPTIONS):
            wanted = {"url": feed(own_media, number, EPISODES), "look_back": {}}
            api.ask("POST", "/api/subscriptions", json=wanted)
        for kill in range(KILLS):
            for number in range(SUBSCRIPTIONS):  # one more each time, to be found by a later look
                feed(own_media, number, EPISODES + kill + 1)
            look_all(api)
            time.sleep(moments.uniform(0.1, 2.5))  # the fault's moment, not a wait for a state
            api.kill()
            api.start()
        own_media.throttle = 0
        total = SUBSCRIPTIONS * (EPISODES + KILLS)

        def all_there() -> bool:
            look_all(api)
            known = [one["queued"] for one in api.client.get("/api/subscriptions").json()]
            return sum(map(int, known)) >= total

        wait_for(all_there, f"all are queued, seed {SEED}")
        wait_for(lambda: not listed(api, "queued", "running"), "all have ended", seconds=300)
        look_all(api)
        times = Counter(one["url"] for one in listed(api))
        assert set(times.values()) == {1}, (SEED, times)
        assert len(times) == total, SEED
        for one in listed(api):
            assert one["state"] == "done", (SEED, one["error"])
            assert api.bytes_of(one["id"]) == own_media.mp4_bytes, (SEED, one["id"])


def listed(api: Api, *states: str) -> list[dict[str, str]]:
    found, cursor = [], None
    while True:
        query = {"limit": 200, "state": states} | ({"cursor": cursor} if cursor else {})
        page = api.ask("GET", "/api/downloads", params=query)
        found += page["items"]
        if not (cursor := page["next"]):
            return found


@pytest.fixture(scope="module")
def postgres(free_port: FreePort) -> Iterator[str]:
    with serving(free_port()) as server:
        yield server.database("looks")


def test_of_several_processes_one_looks_and_another_takes_up_what_a_dead_one_began(
    tmp_path: Path, postgres: str, own_media: MediaSource
) -> None:
    shared = {"DATABASE_URL": postgres, "MEDIA_DIR": str(tmp_path / "media")}
    with running(tmp_path / "one", **shared) as one, running(tmp_path / "two", **shared) as two:
        for api in (one, two):
            api.ready()
        one.ask("PATCH", "/api/queue", json={"paused": True})
        own_media.requests.clear()
        addresses = [feed(own_media, number, 2) for number in range(6)]
        for address in addresses:
            one.ask("POST", "/api/subscriptions", json={"url": address, "look_back": {}})
        wait_for(lambda: len(listed(two)) == 12, "all are looked at")
        asked = Counter(path for path, _ in own_media.requests)
        first = {path: count for path, count in asked.items() if path.endswith(".rss")}
        assert len(first) == 6
        assert set(first.values()) == {min(first.values())}, "each was looked at equally often"

        own_media.stall, slow = 1, feed(own_media, 7, 2)
        own_media.requests.clear()
        one.ask("POST", "/api/subscriptions", json={"url": slow, "look_back": {}})
        wait_for(lambda: ("/feed-7.rss", 0) in own_media.requests, "somebody looks")
        looking = one if _looks(one) else two
        looking.kill()
        own_media.stall = 0
        own_media.thaw.set()
        other = two if looking is one else one
        wait_for(lambda: len(listed(other)) == 14, "the other one has looked")


def _looks(api: Api) -> bool:
    """Whether a runner of this api is at work."""
    assert api.process
    children = psutil.Process(api.process.pid).children(recursive=True)
    return len(children) > 1
