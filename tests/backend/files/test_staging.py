from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from domain.failures import classify
from files import durable
from files.item_lock import ItemBusyError, locked
from files.staging import Fate, Placed, Staging, read_result, write_result


def unreserved(_: Placed) -> None:
    """Nobody else chooses names here."""


def test_one_at_a_time_works_on_an_item_and_the_other_tries_again_later(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(ItemBusyError) as told, locked(tmp_path, seconds=0.05):
        raise AssertionError("both hold it")

    assert classify(told.value).transient
    with locked(tmp_path, seconds=0):
        pass


def test_who_waits_for_a_lock_has_it_when_it_is_freed_in_time(tmp_path: Path) -> None:
    waiting = threading.Event()
    had: list[str] = []

    def wait_for_it() -> None:
        waiting.set()
        with locked(tmp_path, seconds=60):
            had.append("the other")

    other = threading.Thread(target=wait_for_it)
    with locked(tmp_path):
        other.start()
        waiting.wait()
        time.sleep(0.1)  # it has tried at least once
        had.append("the first")
    other.join()
    assert had == ["the first", "the other"]


def test_what_somebody_works_on_is_not_discarded(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    with locked(staging.folder("a")):
        staging.discard("a")
        assert staging.folder("a").is_dir()

    staging.discard("a")
    assert not staging.folder("a").exists()


@pytest.mark.parametrize("error", [FileNotFoundError, FileExistsError])
def test_who_comes_while_another_removes_the_folder_tries_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[OSError]
) -> None:
    """Two backends withdraw one download: its folder goes between its making and its lock."""
    staging = Staging(tmp_path)
    staging.folder("a").mkdir(parents=True)
    make: Callable[..., None] = Path.mkdir
    begun: list[Path] = []

    def removed_at_once(folder: Path, **how: bool) -> None:
        make(folder, **how)
        if not begun:
            begun.append(folder)
            folder.rmdir()
            if error is FileExistsError:  # it was there, and is no folder a moment later
                raise error

    monkeypatch.setattr(Path, "mkdir", removed_at_once)
    staging.withdraw("a")
    assert begun
    assert not staging.folder("a").exists()


def test_what_is_to_become_of_it_is_asked_while_nobody_else_works_on_it(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    for item in ("kept", "made"):
        staging.folder(item).mkdir(parents=True)

    def fate(item: Fate) -> Fate:
        with pytest.raises(ItemBusyError), locked(staging.folder(item), seconds=0):
            raise AssertionError("both hold it")
        return item

    for item in ("kept", "made"):
        staging.settle(item, partial(fate, cast("Fate", item)))

    assert staging.items() == {"kept"}


def test_finishing_may_be_repeated_after_a_crash_at_any_point(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    folder = staging.folder("a")
    folder.mkdir(parents=True)
    (folder / "media.mp4").write_bytes(b"whole")
    write_result(folder, {"file": "media.mp4"})

    first = staging.finish("a", lambda: Placed("Video/clip.mp4"), unreserved)
    again = staging.finish("a", lambda: Placed("other.mp4"), unreserved)

    assert first == again == Placed("Video/clip.mp4")
    assert staging.shelf.path(again.name).read_bytes() == b"whole"
    staging.shelf.path(again.name).unlink()
    with pytest.raises(FileNotFoundError, match="is gone"):
        staging.finish("a", lambda: Placed("clip.mp4"), unreserved)


def test_what_was_noted_and_not_done_goes_where_it_was_to_go_unless_that_is_taken(
    tmp_path: Path,
) -> None:
    staging = Staging(tmp_path)
    for item, name in (("a", "clip.mp4"), ("b", "taken.mp4")):
        folder = staging.folder(item)
        folder.mkdir(parents=True)
        for made in ("media.mp4", "media.en.srt"):
            (folder / made).write_text(f"{item} {made}")
        placed = {"name": name, "sidecars": {"media.en.srt": "noted.srt"}}
        write_result(folder, {"file": "media.mp4", "placed": placed})
    staging.shelf.path("taken.mp4").write_text("a stranger's")

    assert staging.finish("a", lambda: Placed("new.mp4"), unreserved).name == "clip.mp4"
    assert staging.finish("b", lambda: Placed("new.mp4"), unreserved).name == "new.mp4"

    assert staging.shelf.path("noted.srt").read_text() == "a media.en.srt"
    assert staging.shelf.path("taken.mp4").read_text() == "a stranger's"


@pytest.fixture
def half_moved(tmp_path: Path) -> Staging:
    """The words have gone to their place, the film has not: then it was killed."""
    staging = Staging(tmp_path)
    folder = staging.folder("a")
    folder.mkdir(parents=True)
    (folder / "media.mp4").write_text("mine")
    write_result(
        folder,
        {
            "file": "media.mp4",
            "placed": {"name": "taken.mp4", "sidecars": {"media.en.srt": "taken.en.srt"}},
        },
    )
    staging.shelf.path("taken.en.srt").write_text("my words")
    staging.shelf.path("taken.mp4").write_text("a stranger's")
    return staging


def there(staging: Staging) -> dict[str, str]:
    return {path.name: path.read_text() for path in staging.media_dir.glob("[!.]*.*")}


def test_what_had_gone_ahead_of_a_file_whose_name_is_taken_goes_with_it(
    half_moved: Staging,
) -> None:
    half_moved.finish("a", lambda: Placed("new.mp4", {"media.en.srt": "new.en.srt"}), unreserved)

    assert there(half_moved) == {
        "new.mp4": "mine",
        "new.en.srt": "my words",
        "taken.mp4": "a stranger's",
    }


def test_what_had_gone_ahead_and_cannot_be_reached_any_more_stays(tmp_path: Path) -> None:
    """The folder that it had gone to is a link by now, and leads to what is nobody's of ours."""
    staging = Staging(tmp_path / "media")
    folder, elsewhere = staging.folder("a"), tmp_path / "elsewhere"
    folder.mkdir(parents=True)
    elsewhere.mkdir()
    for name in ("clip.mp4", "clip.en.srt"):
        (elsewhere / name).write_text("a stranger's")
    (staging.media_dir / "Video").symlink_to(elsewhere)
    (folder / "media.mp4").write_text("mine")
    placed = {"name": "Video/clip.mp4", "sidecars": {"media.en.srt": "Video/clip.en.srt"}}
    write_result(folder, {"file": "media.mp4", "placed": placed})

    staging.finish("a", lambda: Placed("new.mp4"), unreserved)

    assert there(staging) == {"new.mp4": "mine"}
    assert (elsewhere / "clip.en.srt").read_text() == "a stranger's"


def test_what_had_gone_ahead_and_lies_on_another_mount_now_stays(
    half_moved: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace

    def refused_back(source: Path, target: Path) -> Path:
        if source.name == "taken.en.srt":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", refused_back)
    half_moved.finish("a", lambda: Placed("new.mp4"), unreserved)

    assert there(half_moved)["new.mp4"] == "mine"
    assert there(half_moved)["taken.en.srt"] == "my words"


def test_what_had_gone_ahead_of_a_file_goes_when_nobody_wants_it(half_moved: Staging) -> None:
    half_moved.withdraw("a")

    assert there(half_moved) == {"taken.mp4": "a stranger's"}
    assert not half_moved.folder("a").exists()


def test_a_name_beside_the_file_that_a_stranger_has_by_now_is_left_to_the_stranger(
    tmp_path: Path,
) -> None:
    staging = Staging(tmp_path)
    folder = staging.folder("a")
    folder.mkdir(parents=True)
    for made in ("media.mp4", "media.en.srt"):
        (folder / made).write_text("mine")
    placed = {"name": "film.mp4", "sidecars": {"media.en.srt": "film.en.srt"}}
    write_result(folder, {"file": "media.mp4", "placed": placed})
    staging.shelf.path("film.en.srt").write_text("a stranger's")

    staging.finish("a", lambda: Placed("new.mp4", {"media.en.srt": "new.en.srt"}), unreserved)

    assert there(staging) == {
        "new.mp4": "mine",
        "new.en.srt": "mine",
        "film.en.srt": "a stranger's",
    }


def test_what_is_told_is_on_the_disk_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut takes back what was only written: contents first, then their names."""
    done: list[str] = []
    rename, fsync = Path.replace, os.fsync

    def renamed(source: Path, target: Path) -> Path:
        done.append(f"{source.name} > {target.name}")
        return rename(source, target)

    def synced(descriptor: int) -> None:
        fsync(descriptor)
        mine = os.fstat(descriptor)
        paths = (tmp_path, *tmp_path.rglob("*"))
        done.append(next(path.name for path in paths if os.path.samestat(path.stat(), mine)))

    monkeypatch.setattr(Path, "replace", renamed)
    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(durable, "FULL", None)
    staging = Staging(tmp_path)
    folder = staging.folder("a")
    folder.mkdir(parents=True)
    for made in ("media.mp4", "media.en.srt"):
        (folder / made).write_text("mine")
    result = {"file": "media.mp4", "sidecars": ["media.en.srt"]}

    write_result(folder, result)
    assert done == [
        *("media.mp4", "media.en.srt", "result.json.new", "result.json.new > result.json", "a")
    ]
    done.clear()
    staging.finish(
        "a", lambda: Placed("Films/film.mp4", {"media.en.srt": "Films/film.en.srt"}), unreserved
    )
    noted = done.index("result.json.new > result.json")
    first, last = done.index("media.en.srt > film.en.srt"), done.index("media.mp4 > film.mp4")
    assert done[noted + 1] == "a"
    assert noted < first < last
    assert sorted(done[last + 1 :]) == sorted(["Films", tmp_path.name])


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"media.mp4"'])
def test_half_a_note_is_no_note(tmp_path: Path, text: str) -> None:
    (tmp_path / "result.json").write_text(text)

    assert read_result(tmp_path) is None
