"""What cannot be seen from outside: files that belong to others at the moment of an import."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from domain.imports import ImportRequest
from domain.requests import DownloadRequest
from files.media_folder import MediaFolder
from files.staging import Staging, write_result
from store import imports, library
from tests.backend.databases import opened
from work.announcer import Announcer
from work.importing import Importing
from work.publishing import Publishing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from store.store import Store
    from work.pool import Pool

TOLD: dict[str, Any] = {
    "url": "",
    "title": "x",
    "uploader": None,
    "duration": 1.0,
    "platform": None,
    "media_key": None,
    "about": {},
    "thumbnail": None,
}


class Reading:
    """A pool whose runners call something while they read."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile

    def take(self) -> Reading:
        return self

    def run(self, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.meanwhile()
        yield {"event": "done", "files": [TOLD] * len(order["files"])}

    def close(self) -> None: ...


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "app.db")
    yield made
    made.engine.dispose()


def importing(store: Store, folder: Path, meanwhile: Callable[[], object]) -> Importing:
    media = MediaFolder(folder / "media", folder / "memory.json")
    media.prepare()
    announcer, pool = Announcer(store, lambda *_: None), cast("Pool", Reading(meanwhile))
    return Importing(store, pool, media, announcer, None, folder, folder / "scratch", None)


def names(store: Store) -> list[str | None]:
    return sorted(row["file_name"] for row in library.page(store, states=["done"], limit=10))


def carry_out(one: Importing) -> None:
    imports.add(one.store, ImportRequest())
    row = imports.claim(one.store, "me")
    assert row is not None
    one.carry_out(row)


@pytest.mark.parametrize("late", [False, True])
def test_a_file_that_a_killed_process_put_in_its_place_is_that_downloads(
    store: Store, tmp_path: Path, *, late: bool
) -> None:
    """The process died between the move to the place and the row that tells of it."""

    def place() -> None:
        staging = Staging(one.media.path)
        store.add([DownloadRequest(url="https://example.org/", template="{title}.{ext}")])
        row = store.claim("another")
        assert row
        folder = staging.folder(row["id"])
        folder.mkdir(parents=True)
        (folder / "media.mp4").write_bytes(b"x")
        result = {"file": "media.mp4", "thumbnail": None}
        write_result(folder, result)
        publishing = Publishing(store, one.announcer, staging, tmp_path)
        publishing.publish(row | {"title": "placed"}, row["run"], result)

    def do_late() -> None:
        (one.media.path / "placed.mp4").unlink()
        place()

    one = importing(store, tmp_path, do_late if late else lambda: None)
    (one.media.path / "mine.mp4").write_bytes(b"x")
    if late:  # it was somebody else's when it was found, and gives way while it is read
        (one.media.path / "placed.mp4").write_bytes(b"x")
    else:
        place()
    carry_out(one)

    assert names(store) == ["mine.mp4"]


def test_a_file_whose_move_was_cut_off_is_that_downloads(store: Store, tmp_path: Path) -> None:
    one = importing(store, tmp_path, lambda: None)
    (one.media.path / "old.mp4").write_bytes(b"x")
    carry_out(one)
    [row] = library.page(store, states=["done"], limit=1)
    store.begin_move(row["id"], "old.mp4", {"moves": [["old.mp4", "new.mp4"]], "options": {}})
    (one.media.path / "old.mp4").rename(one.media.path / "new.mp4")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE imports SET state = 'done'")

    carry_out(one)

    assert names(store) == ["old.mp4"]


def test_what_another_process_took_meanwhile_is_not_taken_twice(
    store: Store, tmp_path: Path
) -> None:
    one = importing(store, tmp_path, threading.Barrier(2, timeout=30).wait)
    (one.media.path / "a.mp4").write_bytes(b"x")
    rows = []
    for name in ("me", "you"):
        imports.add(store, ImportRequest())
        rows.append(imports.claim(store, name))
        with store.engine.begin() as connection:  # as if its process were believed to be dead
            connection.exec_driver_sql("UPDATE imports SET state = 'done'")
    threads = [threading.Thread(target=replace(one).carry_out, args=(row,)) for row in rows if row]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert names(store) == ["a.mp4"]
    assert sorted(row["taken"] for row in imports.every(store)) == [0, 1]
