"""What lies beside a medium that is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from files.existing import survey

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_called_like_a_medium_belongs_to_it(tmp_path: Path) -> None:
    mine = ("a.b.en.srt", "a.b.info.json", "a.b.jpg", "a.b-thumb.jpg", "a.b.nfo")
    others = ("a.jpg", "a.b.txt", "a.b-poster.jpg", "b-thumb.jpg", "tvshow.nfo")
    for name in ("a.b.mp4", *mine, *others):
        (tmp_path / name).write_text("x")

    [found] = survey(tmp_path, "").media

    assert found.name == "a.b.mp4"
    assert sorted(found.sidecars) == sorted(mine)
