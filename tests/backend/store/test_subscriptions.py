from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from domain.ids import new_id, now
from domain.imports import ImportRequest
from domain.requests import DownloadRequest
from domain.subscriptions import SubscriptionChoice
from store import imports, library, subscriptions
from store.store import Store
from store.subscriptions import Found
from store.tables import subscription_entries
from store.turns import Turn, take_turn
from tests.backend.api_process import wait_for
from tests.backend.databases import opened
from tests.backend.postgres import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from store.store import Row

CHOICE = SubscriptionChoice().model_dump(mode="json")
LATER = "2999-01-01T00:00:00.000Z"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "app.db")
    yield made
    made.engine.dispose()


def subscribed(store: Store, url: str = "https://example.org/feed") -> str:
    item: str = subscriptions.add(store, url, None, CHOICE)["id"]
    return item


def found(*numbers: int) -> list[Found]:
    urls = {n: f"https://example.org/{n}.mp4" for n in numbers}
    return [Found(f"Site:{n}", None, DownloadRequest(url=url)) for n, url in urls.items()]


def claimed(store: Store) -> Row:
    row = subscriptions.claim(store, "me")
    assert row
    return row


def test_one_that_is_due_is_claimed_once(store: Store) -> None:
    item = subscribed(store)

    assert claimed(store)["id"] == item
    assert subscriptions.claim(store, "another") is None
    assert subscriptions.next_due(store) is None
    assert subscriptions.release(store, "me") == [item]
    assert claimed(store)["id"] == item


def test_entries_are_queued_once_in_one_transaction_with_being_seen(store: Store) -> None:
    item = subscribed(store)
    row = claimed(store)

    added = subscriptions.finish(store, row, found(1, 2, 2), due=now())
    assert added is not None
    assert [one["url"] for one in added] == [
        "https://example.org/1.mp4",
        "https://example.org/2.mp4",
    ]
    row = claimed(store)
    assert subscriptions.finish(store, row, found(1, 2, 3), due=LATER, looked=now()) is not None
    known = subscriptions.get(store, item)
    assert known
    assert (known["found"], known["known"], known["queued"]) == (1, 3, 3)
    assert len(library.page(store, limit=10)) == 3


def test_what_cannot_be_noted_is_not_queued_either(store: Store) -> None:
    subscribed(store)
    row = claimed(store)
    with store.engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TRIGGER no_room BEFORE INSERT ON subscription_entries "
                "WHEN NEW.key = 'Site:2' BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        )

    with pytest.raises(sa.exc.IntegrityError):
        subscriptions.finish(store, row, found(1, 2), due=LATER)

    assert library.page(store, limit=10) == []
    assert subscriptions.seen(store, row["id"]) == []


@pytest.mark.parametrize("what", ["changed", "released", "taken up", "deleted"])
def test_a_look_that_counts_no_more_queues_nothing(store: Store, what: str) -> None:
    item = subscribed(store)
    row = claimed(store)
    match what:
        case "changed":
            subscriptions.change(store, item, state="paused")
        case "released":
            subscriptions.release(store, "me")
        case "taken up":
            subscriptions.release(store, "me")
            subscriptions.claim(store, "another")
        case "deleted":
            subscriptions.delete(store, item)

    assert subscriptions.finish(store, row, found(1), due=LATER) is None
    assert library.page(store, limit=10) == []


def test_what_another_one_queued_in_the_same_way_is_not_queued_again(store: Store) -> None:
    subscribed(store)
    subscriptions.finish(store, claimed(store), found(1), due=LATER)
    for row in library.page(store, limit=10):
        store.delete(row["id"])
    other = subscribed(store, "https://example.org/other")

    assert subscriptions.finish(store, claimed(store), found(1, 2), due=LATER) is not None
    assert [row["url"] for row in library.page(store, limit=10)] == ["https://example.org/2.mp4"]
    known = subscriptions.get(store, other)
    assert known
    assert (known["known"], known["queued"]) == (2, 1)


def test_what_there_is_a_download_of_is_not_queued_again(store: Store) -> None:
    store.add([DownloadRequest(url="https://example.org/1.mp4")])
    store.add([DownloadRequest(url="https://example.org/2.mp4", format="mp3")])
    subscribed(store)

    subscriptions.finish(store, claimed(store), found(1, 2), due=LATER)

    urls = [row["url"] for row in library.page(store, limit=10)]
    assert sorted(urls) == [f"https://example.org/{n}.mp4" for n in (1, 2, 2)]


def test_what_it_brought_is_counted_as_it_is_listed(store: Store) -> None:
    store.add([DownloadRequest(url="https://example.org/of-somebody.mp4")])
    item = subscribed(store)
    subscriptions.finish(store, claimed(store), found(1, 2), due=LATER)

    assert len(library.page(store, subscription=item, limit=10)) == 2
    assert library.count(store, subscription=item) == 2
    assert library.count(store) == len(library.page(store, limit=10)) == 3


def test_at_rest_the_next_moment_is_read_from_an_index_whatever_has_been_seen(
    store: Store,
) -> None:
    items = [subscribed(store, f"https://example.org/{n}") for n in range(200)]
    with store.engine.begin() as connection:
        rows = [{"subscription": item, "key": str(n)} for item in items for n in range(500)]
        connection.execute(subscription_entries.insert(), rows)
        connection.execute(sa.text("UPDATE subscriptions SET due = :due"), {"due": LATER})
    asked: list[str] = []

    def listen(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", listen)
    assert subscriptions.lookers(store) == []
    assert subscriptions.claim(store, "me") is None
    assert subscriptions.next_due(store) == LATER
    assert len(asked) == 3
    assert not [statement for statement in asked if "subscription_entries" in statement]


def test_what_was_downloaded_elsewhere_is_not_queued_in_whatever_format(store: Store) -> None:
    subscribed(store)
    assert imports.add_archive(store, ["site 2", "site 9"]) == 2
    item = imports.add(store, ImportRequest())
    row = imports.claim(store, "me")
    assert row
    assert row["id"] == item["id"]
    imports.take(store, row, [taken_over("Site:3", "webm")], [])

    added = subscriptions.finish(store, claimed(store), found(1, 2, 3))

    assert added
    assert [one["url"] for one in added] == ["https://example.org/1.mp4"]


def taken_over(key: str, kind: str) -> Row:
    """A file that lay there."""
    return {
        "id": new_id(),
        "url": "",
        "host": "",
        "format": kind,
        "title": None,
        "media_key": key,
        "about": {},
        "file_name": f"x.{kind}",
        "sidecars": [],
        "file_bytes": 1,
    }


def test_two_that_find_the_same_at_the_same_time_queue_it_once(
    free_port: Callable[[], int],
) -> None:
    """On PostgreSQL both see that nobody has it yet, unless one waits for the other."""
    with serving(free_port()) as server:
        store = Store(server.database("looks"))
        for name in ("one", "two"):
            subscribed(store, f"https://example.org/{name}")
        rows = [claimed(store), claimed(store)]
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

        def both_wait() -> bool:
            with store.engine.connect() as connection:
                return connection.exec_driver_sql(waiting).scalar() == 2

        with ThreadPoolExecutor(2) as threads:
            with store.engine.begin() as held:
                take_turn(held, Turn.LOOK)  # so that both come to it
                ends = [threads.submit(subscriptions.finish, store, row, found(1)) for row in rows]
                wait_for(both_wait, "both wait")
            added = [end.result() or [] for end in ends]
        assert sorted(map(len, added)) == [0, 1]
        store.engine.dispose()
