"""Which names files get while others are on their way to theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.requests import DownloadRequest
from files.shelf import Shelf
from tests.backend.databases import opened
from work.places import Places

if TYPE_CHECKING:
    from pathlib import Path


def test_two_formats_of_one_name_do_not_share_what_goes_with_them(tmp_path: Path) -> None:
    store = opened(tmp_path / "app.db")
    wish = DownloadRequest(url="https://example.org/a.mp4", template="{title}.{ext}")
    store.add([wish, wish.model_copy(update={"format": "mp3"})])
    beside: list[str] = []
    for made in ("media.mp4", "media.mp3"):
        row = store.claim("me")
        assert row
        placed = Places(store, Shelf(tmp_path)).choose(row | {"title": "A"}, made, ["media.nfo"])
        names = [placed.name, *placed.sidecars.values()]
        store.report(row["id"], row["run"], moving={"moves": [["", name] for name in names]})
        beside += placed.sidecars.values()
    store.engine.dispose()

    assert beside[0] == "A.nfo"
    assert len(set(beside)) == 2
