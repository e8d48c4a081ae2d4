"""What cannot be seen from outside: two processes that import the same folder."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from domain.imports import ImportRequest
from files.media_folder import MediaFolder
from store import imports
from tests.backend.databases import opened
from work.announcer import Announcer
from work.importing import Importing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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


class Meeting:
    """A pool whose runners all wait until there are two."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2, timeout=30)

    def take(self) -> Meeting:
        return self

    def run(self, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.barrier.wait()
        yield {"event": "done", "files": [TOLD] * len(order["files"])}

    def close(self) -> None: ...


def test_what_another_process_took_meanwhile_is_not_taken_twice(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path / "media", tmp_path / "memory.json")
    media.prepare()
    (media.path / "a.mp4").write_bytes(b"x")
    store = opened(tmp_path / "app.db")
    announcer = Announcer(store, lambda *_: None)
    pool: Any = Meeting()
    one = Importing(store, pool, media, announcer, None, tmp_path, tmp_path / "scratch", None)
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

    assert [row["file_name"] for row in store.page(limit=10)] == ["a.mp4"]
    assert sorted(row["taken"] for row in imports.every(store)) == [0, 1]
    store.engine.dispose()
