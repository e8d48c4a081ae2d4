"""The shelf: below the media folder, whatever lies there."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from domain.failures import DownloadError
from files.shelf import Shelf

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    folder = tmp_path / "media"
    folder.mkdir()
    return Shelf(folder)


def test_a_link_on_the_way_is_never_followed(shelf: Shelf, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shelf.path("Music").symlink_to(outside)
    made = tmp_path / "made.mp4"
    made.touch()

    with pytest.raises(DownloadError, match="is a link"):
        shelf.move(made, "Music/a.mp4")
    with pytest.raises(DownloadError, match="is a link"):
        shelf.check("Music/Live")
    assert made.exists()
    assert list(outside.iterdir()) == []


def test_a_file_on_the_way_is_named(shelf: Shelf) -> None:
    shelf.path("Music").touch()
    with pytest.raises(DownloadError, match="Music is a file"):
        shelf.make_room("Music/Live/a.mp4")


def test_a_file_on_another_mount_of_the_same_disk_stays_and_both_are_named(
    shelf: Shelf, tmp_path: Path
) -> None:
    made, staging = tmp_path / "made", shelf.path(".staging")
    for folder in (made, staging):
        folder.mkdir()
    (made / "a.mp4").touch()
    if os.geteuid() or subprocess.run(["mount", "--bind", made, staging], check=False).returncode:
        pytest.skip("only root can mount a disk")
    try:
        assert staging.stat().st_dev == shelf.media_dir.stat().st_dev
        with pytest.raises(DownloadError, match=r"media is on another disk or mount than .*stag"):
            shelf.move(staging / "a.mp4", "a.mp4")
        assert (staging / "a.mp4").exists()
    finally:
        subprocess.run(["umount", "--lazy", staging], check=True)


def test_folders_come_and_go_with_what_is_in_them(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    shelf.move(tmp_path / "a", "Music/Live/a.mp3")
    shelf.move(tmp_path / "b", "Music/b.mp3")
    shelf.path(".staging").mkdir()
    assert shelf.folders() == ["Music", "Music/Live"]

    shelf.remove(["Music/Live/a.mp3"])
    assert shelf.folders() == ["Music"]
    assert shelf.path("Music/b.mp3").exists()
    shelf.remove(["Music/b.mp3", "Music/gone.mp3"])
    assert shelf.folders() == []
    assert shelf.media_dir.is_dir()


def test_a_name_is_free_unless_somebody_else_has_it(shelf: Shelf) -> None:
    shelf.path("a.mp4").touch()
    shelf.path("b.mp4").symlink_to("nowhere")

    assert not shelf.is_free(["x.mp4", "a.mp4"])
    assert not shelf.is_free(["b.mp4"])
    assert shelf.is_free(["a.mp4"], own=["a.mp4"])
    assert shelf.is_free(["c.mp4"])
