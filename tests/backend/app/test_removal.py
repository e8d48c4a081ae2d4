"""Downloads are forgotten although something of them cannot be removed, and all hear of it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from app.removal import Remover
from domain.changes import Matching
from domain.requests import DownloadRequest
from files.item_lock import LOCK
from files.shelf import Shelf
from files.staging import Staging
from tests.backend.databases import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.scheduler import Scheduler
    from work.announcer import Announcer
    from work.executor import Executor

NOW, LATER = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"


class Removing:
    """A remover with finished downloads, and what it told of them."""

    def __init__(self, folder: Path) -> None:
        self.store = opened(folder / "app.db")
        self.media, self.thumbnails = folder / "media", folder / "thumbnails"
        self.media.mkdir()
        self.told: list[str] = []
        idle = SimpleNamespace(interrupt=lambda _: False, thumbnails=self.thumbnails)
        self.remover = Remover(
            self.store,
            Staging(self.media),
            cast("Announcer", SimpleNamespace(announce=lambda *items: self.told.extend(items))),
            cast("Executor", idle),
            cast("Scheduler", SimpleNamespace(wake=lambda: None)),
        )

    def finished(self, name: str, at: str = NOW) -> str:
        item = str(self.store.add([DownloadRequest(url=f"https://example.org/{name}")])[0]["id"])
        row = self.store.claim("me")
        assert row is not None
        (self.media / name).write_bytes(b"x")
        values: dict[str, Any] = {"title": name, "file_name": name, "thumbnail": "jpg"}
        self.store.report(item, row["run"], state="done", finished=at, **values)
        return item


@pytest.fixture
def removing(tmp_path: Path) -> Iterator[Removing]:
    made = Removing(tmp_path)
    yield made
    made.store.engine.dispose()


def keep_thumbnail(of: Removing, item: str) -> None:
    (of.thumbnails / f"{item}.jpg").mkdir(parents=True)


def keep_staging(of: Removing, item: str) -> None:
    (of.media / ".staging" / item / LOCK).mkdir(parents=True)


def one_by_one(of: Removing, items: list[str]) -> None:
    of.remover.delete_all(items, file=True)


def as_a_list(of: Removing, items: list[str]) -> None:
    done = of.remover.delete_matching(Matching(as_of=NOW, file=True))
    assert (done.deleted, done.refused) == (len(items), [])


@pytest.mark.parametrize("keep", [keep_thumbnail, keep_staging])
@pytest.mark.parametrize("delete", [one_by_one, as_a_list])
def test_what_cannot_be_removed_holds_up_nothing(
    removing: Removing,
    keep: Callable[[Removing, str], None],
    delete: Callable[[Removing, list[str]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    items = [removing.finished(name) for name in ("a.mp4", "b.mp4", "c.mp4")]
    keep(removing, items[1])

    delete(removing, items)

    assert [removing.store.get(item) for item in items] == [None, None, None]
    assert sorted(removing.told) == sorted(items)
    assert not list(removing.media.glob("*.mp4"))
    assert caplog.text.count("stays") == 1
    assert items[1] in caplog.text


def test_a_file_that_is_moved_while_a_list_is_deleted_goes_too(
    removing: Removing, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = removing.finished("a.mp4")
    delete_many = removing.store.delete_many

    def move_first(items: list[str]) -> list[dict[str, Any]]:
        (removing.media / "b.mp4").write_bytes(b"x")
        with removing.store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE downloads SET file_name = 'b.mp4'")
        return delete_many(items)

    monkeypatch.setattr(removing.store, "delete_many", move_first)
    as_a_list(removing, [item])

    assert not list(removing.media.glob("*.mp4"))


@pytest.mark.parametrize(("delete", "asked"), [(one_by_one, "delete"), (as_a_list, "delete_many")])
def test_a_file_that_gets_the_name_of_a_deleted_one_at_that_moment_stays(
    removing: Removing,
    monkeypatch: pytest.MonkeyPatch,
    delete: Callable[[Removing, list[str]], None],
    asked: str,
) -> None:
    item = removing.finished("a.mp4")
    forget = getattr(removing.store, asked)

    def another_comes(what: object) -> object:
        forgotten = forget(what)
        (removing.media / "a.mp4").write_text("another's")
        return forgotten

    monkeypatch.setattr(removing.store, asked, another_comes)
    delete(removing, [item])

    assert (removing.media / "a.mp4").read_text() == "another's"


@pytest.mark.parametrize(
    "delete",
    [
        lambda of, item: of.remover.delete_all([item], file=True),
        lambda of, _: of.remover.delete_matching(Matching(as_of=NOW, file=True)),
    ],
    ids=["one by one", "as a list"],
)
def test_who_comes_second_to_delete_one_takes_no_file_of_a_third(
    removing: Removing, monkeypatch: pytest.MonkeyPatch, delete: Callable[[Removing, str], object]
) -> None:
    """Two backends are asked at once: the other is done when this one's turn to remove comes."""
    item, lock = removing.finished("a.mp4"), Shelf.locked

    @contextmanager
    def after_another(shelf: Shelf) -> Iterator[None]:
        monkeypatch.setattr(Shelf, "locked", lock)
        removing.remover.delete(item, file=True)
        removing.finished("a.mp4", at=LATER)
        with lock(shelf):
            yield

    monkeypatch.setattr(Shelf, "locked", after_another)
    delete(removing, item)

    assert removing.store.get(item) is None
    assert (removing.media / "a.mp4").exists()
