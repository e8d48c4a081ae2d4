"""F29: several api processes on one PostgreSQL, a real one, started for these tests."""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Any, get_args

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command

from domain.downloads import Sort
from domain.requests import DownloadRequest
from store import library
from store.migrate import config
from store.paging import Cursor
from store.store import Store
from tests.backend.api_process import Api, side_by_side, wait_for
from tests.backend.postgres import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import FreePort
    from tests.media_source import MediaSource


@pytest.fixture(scope="module")
def postgres(free_port: FreePort) -> Iterator[str]:
    """The URL of a server of our own, on a free port, gone afterwards."""
    with serving(free_port()) as server:
        yield server.url


@contextlib.contextmanager
def two(postgres: str, folder: Path) -> Iterator[tuple[Api, Api]]:
    """Two ready api processes that share a database and a media folder."""
    name = folder.name.replace("-", "_").lower()
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = postgres.rpartition("/")[0] + f"/{name}"
    shared = {"DATABASE_URL": url, "MEDIA_DIR": str(folder / "media")}
    one, other = Api(folder / "one", **shared), Api(folder / "two", **shared)
    with side_by_side([one, other]):
        yield one, other


@pytest.fixture
def pair(postgres: str, tmp_path: Path) -> Iterator[tuple[Api, Api]]:
    """Two of the test's own, which it may kill."""
    with two(postgres, tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def kept_pair(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, Api]]:
    with two(postgres, tmp_path_factory.mktemp("kept")) as started:
        yield started


@pytest.fixture
def lasting(kept_pair: tuple[Api, Api]) -> Iterator[tuple[Api, Api]]:
    """Two that no test kills: the same for all, but each finds them empty and as they began."""
    first = kept_pair[0]
    queue = first.ask("GET", "/api/queue")
    yield kept_pair
    while items := first.ask("GET", "/api/downloads", params={"limit": 100})["items"]:
        ids = {"ids": [one["id"] for one in items], "file": True}
        first.client.post("/api/downloads/deletions", json=ids).raise_for_status()
    first.ask("PATCH", "/api/queue", json={name: queue[name] for name in ("paused", "concurrency")})


def all_running(api: Api, items: list[str], least: int = 1) -> bool:
    """Whether so many bytes of each have come."""
    return all((api.get(item)["progress"] or {}).get("bytes", 0) >= least for item in items)


@pytest.mark.fault(row="F29")
def test_a_dead_process_s_downloads_go_on_in_the_other(
    pair: tuple[Api, Api], media: MediaSource
) -> None:
    first, second = pair
    media.throttle = 100_000
    items = [first.add(media.mp4) for _ in range(6)]
    wait_for(lambda: all_running(first, items, 200_000), "all six run, three in each")
    media.requests.clear()

    first.kill()
    media.throttle = 0

    for item in items:
        second.wait(item, "done")
        assert second.bytes_of(item) == media.mp4_bytes
        assert second.get(item)["attempt"] == 1
    assert any(start > 0 for _, start in media.requests), "they went on, not anew"
    wait_for(lambda: not list(second.folder.glob("../media/.staging/*")), "staging is empty")


@pytest.mark.fault(row="F29")
def test_all_that_die_and_come_back_together_have_all_their_room_again(
    pair: tuple[Api, Api], media: MediaSource
) -> None:
    media.throttle = 50_000
    items = [pair[0].add(f"{media.mp4}?{n}") for n in range(6)]
    wait_for(lambda: all_running(pair[0], items), "all six run, three in each")

    for _ in range(3):
        for api in pair:
            api.kill()
        for api in pair:
            api.start()
        for api in pair:
            api.ready()
        wait_for(lambda: all_running(pair[1], items), "all six run again")
        running = pair[0].ask("GET", "/api/queue")["running"]
        assert running == len(items)

    media.throttle = 0
    for item in items:
        assert pair[0].wait(item, "done")["attempt"] == 1
        assert pair[1].bytes_of(item) == media.mp4_bytes
    media.throttle = 50_000
    again = [pair[0].add(f"{media.mp4}?again{n}") for n in range(6)]
    wait_for(lambda: all_running(pair[0], again), "six run as before: no room was lost")


def test_cancel_and_progress_reach_every_process(
    lasting: tuple[Api, Api], media: MediaSource
) -> None:
    first, second = lasting
    media.throttle = 20_000
    items = [first.add(media.mp4) for _ in range(4)]
    wait_for(lambda: all_running(second, items), "the other sees the progress of all")
    stream = second.events()
    next(stream)

    for item in items:
        first.ask("POST", f"/api/downloads/{item}/cancel")

    cancelled = set()
    for event, data in stream:
        if event == "download" and data["state"] == "cancelled":
            cancelled.add(data["id"])
        if cancelled == set(items):
            break
    wait_for(lambda: not list(first.folder.glob("../media/.staging/*")), "runners are gone")


def told_cancelled(events: Iterator[tuple[str, dict[str, Any]]], items: list[str]) -> bool:
    """Whether a stream comes to show all of them as cancelled, by what is told or a snapshot."""
    states: dict[str, str] = {}
    for event, data in events:
        shown = data["items"] if event == "snapshot" else [data] if "id" in data else []
        states |= {download["id"]: download.get("state", event) for download in shown}
        if all(states.get(item) == "cancelled" for item in items):
            return True
    return False


def test_what_nobody_understands_makes_nobody_deaf(
    lasting: tuple[Api, Api], media: MediaSource
) -> None:
    first, second = lasting
    stream = second.events()
    next(stream)
    with psycopg.connect(first.environ["DATABASE_URL"], autocommit=True) as connection:
        for message in (
            "no JSON",
            '{"of": "a later version"}',
            '{"from": "x", "item": "y", "event": "download", "data": "{}"}',
        ):
            connection.execute("SELECT pg_notify('downloads', %s)", [message])
    first.ask("PATCH", "/api/queue", json={"paused": True})
    item = first.add(media.mp4)

    first.ask("POST", f"/api/downloads/{item}/cancel")

    assert told_cancelled(stream, [item])


def test_what_was_not_heard_while_a_connection_was_lost_is_made_good(
    lasting: tuple[Api, Api], media: MediaSource
) -> None:
    first, second = lasting
    media.throttle = 20_000
    items = [first.add(media.mp4) for _ in range(6)]
    wait_for(lambda: all_running(second, items), "six run, three in each")
    streams = [api.events() for api in lasting]
    for stream in streams:
        next(stream)

    with psycopg.connect(first.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        for item in items:
            first.ask("POST", f"/api/downloads/{item}/cancel")

    for stream in streams:
        assert told_cancelled(stream, items)
    wait_for(lambda: not list(first.folder.glob("../media/.staging/*")), "runners are gone")


def test_search_and_conflicts_work_as_on_sqlite(
    lasting: tuple[Api, Api], media: MediaSource
) -> None:
    first, second = lasting
    item = first.add(media.mp4)
    second.wait(item, "done")

    found = second.ask("GET", "/api/downloads", params={"q": "cli"})["items"]
    nothing = second.ask("GET", "/api/downloads", params={"q": "'nothing' & :*"})["items"]

    assert [download["id"] for download in found] == [item]
    assert nothing == []
    assert first.client.post(f"/api/downloads/{item}/pause").status_code == 409
    assert second.ask("PATCH", "/api/queue", json={"concurrency": 5})["concurrency"] == 5
    assert first.ask("GET", "/api/queue")["concurrency"] == 5


def test_an_address_may_be_longer_than_an_index_of_the_database_takes(postgres: str) -> None:
    store = Store(postgres.replace("postgresql:", "postgresql+psycopg:"))
    long = [f"https://{secrets.token_hex(1_500)}.org/?sig={secrets.token_hex(2_500)}" for _ in "ab"]
    first, second = store.add([DownloadRequest(url=url) for url in long])
    row = next(row for row in iter(lambda: store.claim("me"), None) if row["id"] == first["id"])

    reported = store.report(*(row["id"], row["run"]), host_is="ill", media_key=f"generic:{long[1]}")
    assert reported
    assert [row["id"] for row in library.of_medium(store, long[0], None)] == [first["id"]]
    found = library.of_medium(store, long[1], f"generic:{long[1]}")
    assert [row["id"] for row in found] == [second["id"], first["id"]]
    for row in (first, second):
        store.delete(row["id"])
    store.engine.dispose()


def test_the_indexes_of_addresses_can_be_built_both_ways(postgres: str) -> None:
    store = Store(postgres.replace("postgresql:", "postgresql+psycopg:"))
    kept = store.add([DownloadRequest(url="https://kept.org/")])[0]

    def kinds() -> set[str]:
        asked = "SELECT indexdef FROM pg_indexes WHERE indexname ~ 'downloads_(url|media)$'"
        with store.engine.connect() as connection:
            return {text.split(" USING ")[1] for text in connection.scalars(sa.text(asked))}

    assert kinds() == {"hash (url)", "hash (media_key)"}
    with store.engine.begin() as connection:
        command.downgrade(config(connection), "0002")
    assert kinds() == {"btree (url)", "btree (media_key)"}
    again = Store(postgres.replace("postgresql:", "postgresql+psycopg:"))
    assert kinds() == {"hash (url)", "hash (media_key)"}
    assert again.delete(kept["id"])
    for opened in (store, again):
        opened.engine.dispose()


@pytest.mark.parametrize("sort", get_args(Sort))
def test_lists_are_sorted_and_paged_as_on_sqlite(postgres: str, sort: Sort) -> None:
    store = Store(postgres.replace("postgresql:", "postgresql+psycopg:"))
    wishes = [DownloadRequest(url=f"https://h{number}.org/") for number in range(9)]
    for _ in store.add(wishes):
        claimed = store.claim("me")
        assert claimed
        number = claimed["number"]
        values = {
            "title": f"Été {number % 3}",
            "file_bytes": number % 2,
            "duration": number % 4 or None,
        }
        store.report(claimed["id"], claimed["run"], **values)
    paged: list[str] = []
    after = None
    while page := library.page(store, sort=sort, after=after, limit=2):
        paged += [row["id"] for row in page]
        after = Cursor.read(str(Cursor.after(page[-1], sort)), sort)

    whole = library.page(store, sort=sort, limit=100)
    assert paged == [row["id"] for row in whole]
    assert len(set(paged)) == len(whole)
    keys = [(Cursor.after(row, sort).value, row["number"]) for row in whole]
    assert keys == sorted(keys, reverse=sort in {"newest", "largest", "longest"})
    store.engine.dispose()
