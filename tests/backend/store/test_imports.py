"""What the archive tells of the media that an import finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
