from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from domain.ids import now
from domain.requests import DownloadRequest
from domain.subscriptions import SubscriptionChoice
from store import outbox, receivers, subscriptions
from store.subscriptions import Found
from store.tables import outbox as table
from tests.backend.databases import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from store.store import Row, Store

WANTED: dict[str, Any] = {
    "name": "Hook",
    "kind": "webhook",
    "url": "https://example.org/hook",
    "secret": "whsec_AAAA",
    "occasions": ["finished", "failed", "new"],
    "enabled": True,
    "language": "en",
}
LATER = "2999-01-01T00:00:00.000Z"
AWAY = {"kind": "receiver-away", "sentence": "Away.", "fix": "Wait."}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "app.db")
    yield made
    made.engine.dispose()


def receiver(store: Store, **values: object) -> str:
    return receivers.add(store, **WANTED | values)


def end(store: Store, state: str = "done") -> Row:
    """Queue a download, start it, and let it end."""
    store.add([DownloadRequest(url="https://example.org/clip.mp4")])
    row = store.claim("me")
    assert row
    ended = store.report(row["id"], row["run"], state=state, finished=now())
    assert ended
    return ended


def waiting(store: Store) -> list[Row]:
    with store.engine.connect() as connection:
        return [dict(row) for row in connection.execute(table.select()).mappings()]


def types(store: Store) -> list[str]:
    return [json.loads(row["body"])["type"] for row in waiting(store)]


def claimed(store: Store) -> Row:
    row = outbox.claim(store, "me")
    assert row
    return row


def test_an_end_is_noted_for_who_wants_to_know_and_for_nobody_else(store: Store) -> None:
    all_of_it = receiver(store)
    receiver(store, occasions=["failed"])
    receiver(store, enabled=False)

    ended = end(store)
    assert [row["receiver"] for row in waiting(store)] == [all_of_it]
    [row] = waiting(store)
    assert json.loads(row["body"])["data"]["id"] == ended["id"]
    end(store, "failed")
    assert sorted(types(store)) == ["download.failed", "download.failed", "download.finished"]


def test_what_cannot_be_noted_has_not_ended_either(store: Store) -> None:
    receiver(store)
    with store.engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE outbox"))
    store.add([DownloadRequest(url="https://example.org/clip.mp4")])
    row = store.claim("me")
    assert row
    with pytest.raises(Exception, match="outbox"):
        store.report(row["id"], row["run"], state="done", finished=now())
    found = store.get(row["id"])
    assert found
    assert found["state"] == "running"


def test_what_reports_too_late_tells_nobody(store: Store) -> None:
    receiver(store)
    store.add([DownloadRequest(url="https://example.org/clip.mp4")])
    row = store.claim("me")
    assert row
    assert store.report(row["id"], row["run"] - 1, state="done", finished=now()) is None
    assert waiting(store) == []


def test_what_a_subscription_queues_is_noted_once_for_each_look(store: Store) -> None:
    receiver(store)
    choice = SubscriptionChoice().model_dump(mode="json")
    subscriptions.add(store, "https://example.org/feed", None, choice)
    row = subscriptions.claim(store, "me")
    assert row
    found = [
        Found(f"Site:{n}", None, DownloadRequest(url=f"https://example.org/{n}")) for n in (1, 2)
    ]
    subscriptions.finish(store, row, found, title="A feed", due=now())
    row = subscriptions.claim(store, "me")
    assert row
    subscriptions.finish(store, row, found, title="A feed", due=LATER)

    [only] = waiting(store)
    told = json.loads(only["body"])
    assert (told["type"], told["data"]["count"]) == ("subscription.new", 2)
    assert told["data"]["subscription"]["title"] == "A feed"


def test_one_process_at_a_time_sends_to_a_receiver(store: Store) -> None:
    item = receiver(store)
    assert outbox.claim(store, "me") is None
    end(store)
    assert claimed(store)["id"] == item
    assert outbox.claim(store, "another") is None
    assert outbox.next_due(store) is None
    assert outbox.senders(store) == ["me"]
    outbox.release(store, "me")
    assert claimed(store)["id"] == item


def test_the_one_that_has_waited_for_longest_is_told_first(store: Store) -> None:
    first = receiver(store, occasions=["failed"])
    second = receiver(store, occasions=["finished"])
    end(store, "failed")
    end(store)
    assert [claimed(store)["id"], claimed(store)["id"]] == [first, second]


def test_what_has_been_delivered_is_forgotten_and_what_has_not_waits(store: Store) -> None:
    item = receiver(store)
    end(store)
    end(store)
    row = claimed(store)
    one, other = outbox.batch(store, item, 20)
    outbox.delivered(store, row, one["id"])
    outbox.refused(store, row, other["id"], AWAY, due=LATER)
    outbox.finish(store, row)

    [left] = waiting(store)
    assert (left["id"], left["attempt"], left["due"]) == (other["id"], 2, LATER)
    assert outbox.claim(store, "me") is None
    assert outbox.next_due(store) == LATER
    known = receivers.get(store, item)
    assert known
    assert (known["error"], known["waiting"]) == (AWAY, 1)
    receivers.change(store, item, name="Mended")
    assert claimed(store)["name"] == "Mended", "it is tried again at once"


def test_nothing_is_sent_to_who_cannot_be_reached_until_then(store: Store) -> None:
    item = receiver(store)
    end(store)
    end(store)
    outbox.hold(store, item, due=LATER)
    assert outbox.claim(store, "me") is None
    assert {row["attempt"] for row in waiting(store)} == {1}


def test_what_could_not_be_delivered_for_a_day_is_given_up(store: Store) -> None:
    item = receiver(store)
    end(store)
    end(store)
    row = claimed(store)
    one, other = outbox.batch(store, item, 20)
    with store.engine.begin() as connection:
        old = now(after=-outbox.KEPT_SECONDS - 1)
        connection.execute(table.update().where(table.c.id == one["id"]).values(created=old))
    outbox.refused(store, row, one["id"], AWAY, due=LATER)
    assert [left["id"] for left in waiting(store)] == [other["id"]]


def test_who_was_changed_meanwhile_is_not_said_to_have_failed(store: Store) -> None:
    item = receiver(store)
    end(store)
    row = claimed(store)
    [message] = outbox.batch(store, item, 20)
    receivers.change(store, item, url="https://example.org/other")
    outbox.refused(store, row, message["id"], AWAY, due=LATER)
    known = receivers.get(store, item)
    assert known
    assert known["error"] is None


def test_who_is_removed_is_told_nothing_more(store: Store) -> None:
    item = receiver(store)
    end(store)
    assert receivers.delete(store, item)
    assert waiting(store) == []
    assert not receivers.delete(store, item)
