"""What the archive tells of the media that an import finds."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import sqlalchemy as sa

from domain.imports import ImportRequest
from store import imports
from tests.backend.databases import opened

if TYPE_CHECKING:
    from pathlib import Path


def test_the_lines_of_some_media_are_theirs_alone(tmp_path: Path) -> None:
    store = opened(tmp_path / "app.db")
    try:
        imports.add_archive(store, ["vimeo a_1", "vimeo ax1", "vimeo 2a_1", "youtube a%", "x b"])
        assert imports.archive_lines_of(store, ["a_1", "a%", "c"]) == ["vimeo a_1", "youtube a%"]
        assert imports.archive_lines_of(store, []) == []
    finally:
        store.engine.dispose()


def test_the_lines_of_an_archive_may_come_twice(tmp_path: Path) -> None:
    store = opened(tmp_path / "app.db")
    assert imports.add_archive(store, ["vimeo 1", "vimeo 2", "vimeo 2"]) == 2
    assert imports.add_archive(store, ["vimeo 2", "vimeo 3"]) == 1
    assert imports.archive_lines(store) == ["vimeo 1", "vimeo 2", "vimeo 3"]
    store.engine.dispose()


def test_of_two_imports_that_are_begun_at_once_one_is_refused(tmp_path: Path) -> None:
    """Each has looked for another, and found none, before either is written."""
    store, both = opened(tmp_path / "app.db"), threading.Barrier(2)

    def meet(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("INSERT INTO imports"):
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(1)

    sa.event.listen(store.engine, "before_cursor_execute", meet)
    with ThreadPoolExecutor(2) as people:
        asked = [people.submit(imports.add, store, ImportRequest()) for _ in range(2)]
    assert [type(one.exception()) for one in asked].count(imports.RunningError) == 1
    assert len(imports.every(store)) == 1
    store.engine.dispose()
