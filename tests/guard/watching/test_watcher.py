"""Saved files are told of; caches, products and editors' own files are not."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from watchfiles.main import FileChange

from scripts.guard.config.signature import signature
from scripts.guard.watching.sources import folders_below
from scripts.guard.watching.watcher import COARSE_NS, Watcher
from tests.stack.harness import until


class Told:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paths: set[str] = set()

    def __call__(self, paths: frozenset[Path]) -> None:
        with self._lock:
            self._paths.update(path.name for path in paths)

    def has(self, name: str) -> bool:
        return name in self.names()

    def names(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._paths)

    def forget(self) -> None:
        with self._lock:
            self._paths.clear()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def watcher(tmp_path: Path, told: Told) -> Iterator[Watcher]:
    files = (tmp_path / "Procfile", tmp_path / ".env")
    watcher = Watcher(told, {file: signature(file) for file in files})
    watcher.start()
    yield watcher
    watcher.stop()


def touch_until_told(told: Told, path: Path) -> None:
    """Save over and over: when watching has begun cannot be seen from outside."""

    def look() -> bool:
        path.write_text("saved", encoding="utf-8")
        return told.has(path.name)

    until(look, f"{path.name} is told of")


def test_a_save_deep_below_a_watched_folder_is_told(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    (tmp_path / "src" / "deep").mkdir(parents=True)
    watcher.watch([tmp_path / "src"])
    touch_until_told(told, tmp_path / "src" / "deep" / "module.py")


def test_the_watch_goes_on_where_whoever_is_told_fails(tmp_path: Path, told: Told) -> None:
    """No save would count any more, without a word."""
    said: list[str] = []
    failing = iter([True])

    def fail_first(paths: frozenset[Path]) -> None:
        if next(failing, False):
            raise ValueError("nobody thought of that")
        told(paths)

    (tmp_path / "src").mkdir()
    settings = tmp_path / ".env"
    watcher = Watcher(fail_first, {settings: signature(settings)}, report=said.append)
    watcher.watch([tmp_path / "src"])
    watcher.start()
    try:
        touch_until_told(told, tmp_path / "src" / "module.py")
        touch_until_told(told, settings)
    finally:
        watcher.stop()
    (line,) = said
    assert line.startswith("internal error (the guard keeps running): the watch for saved files: ")


def test_what_is_gone_is_told_of_once_and_not_kept(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    source = tmp_path / "src"
    source.mkdir()
    watcher.watch([source])
    touch_until_told(told, source / "module.py")
    for number in range(20):
        name = f"{number}.py"
        touch_until_told(told, source / name)
        told.forget()
        (source / name).unlink()
        until(lambda name=name: told.has(name), f"{name} is gone")  # type: ignore[misc]
        told.forget()
    assert {path.name for path in watcher._known} == {"module.py"}  # noqa: SLF001 - in memory


def test_a_save_before_the_watch_stands_is_told_of_and_an_older_one_is_not(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    source = tmp_path / "src"
    (source / "__pycache__").mkdir(parents=True)
    (source / "old.py").write_text("saved", encoding="utf-8")
    moment = (source / "old.py").stat().st_ctime_ns
    until(lambda: time.time_ns() > moment + 2 * COARSE_NS, "a moment has passed")

    watcher.watch([source])
    (source / "new.py").write_text("saved", encoding="utf-8")
    (source / "__pycache__/new.pyc").write_text("made", encoding="utf-8")

    until(lambda: told.has("new.py"), "the save is told of")
    assert not told.has("new.pyc")
    assert not told.has("old.py")


def test_a_single_file_is_told_of_and_its_neighbours_are_not(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    assert watcher
    (tmp_path / "neighbour").write_text("", encoding="utf-8")
    touch_until_told(told, tmp_path / "Procfile")
    assert not told.has("neighbour")


def test_a_file_that_an_editor_replaces_is_told_of(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    assert watcher
    (tmp_path / ".env").write_text("A=1", encoding="utf-8")

    def replace() -> bool:
        (tmp_path / ".env.new").write_text("A=2", encoding="utf-8")
        (tmp_path / ".env.new").replace(tmp_path / ".env")
        return told.has(".env")

    until(replace, "the replaced file is told of")


def test_a_file_that_was_saved_between_its_reading_and_the_watch_is_told_of(
    tmp_path: Path, told: Told
) -> None:
    file = tmp_path / "Procfile"
    as_read = {file: signature(file)}
    file.write_text("web: sleep 1", encoding="utf-8")
    watcher = Watcher(told, as_read)
    watcher.start()
    until(lambda: told.has("Procfile"), "it is told of")
    watcher.stop()


def test_a_save_before_the_start_is_told_of_after_it(tmp_path: Path, told: Told) -> None:
    watcher = Watcher(told, {})
    watcher.watch([tmp_path])
    (tmp_path / "early.py").write_text("saved", encoding="utf-8")
    watcher.start()
    until(lambda: told.has("early.py"), "it is told of")
    watcher.stop()


def test_a_save_after_the_sources_were_read_is_told_of_although_no_folder_was_named_yet(
    tmp_path: Path, told: Told
) -> None:
    (tmp_path / "before.py").write_text("read", encoding="utf-8")
    time.sleep(0.05)  # more than a file's time lags behind
    begun = time.time()
    (tmp_path / "early.py").write_text("saved", encoding="utf-8")
    time.sleep(0.05)
    watcher = Watcher(told, {}, begun=begun)
    watcher.watch([tmp_path])
    watcher.start()
    until(lambda: told.has("early.py"), "it is told of")
    watcher.stop()
    assert not told.has("before.py")


def test_the_folders_can_be_changed_while_it_runs(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    watcher.watch([tmp_path / "one"])
    touch_until_told(told, tmp_path / "one" / "a.py")
    watcher.watch([tmp_path / "two"])
    touch_until_told(told, tmp_path / "two" / "b.py")

    def look() -> bool:  # of two watches neither would be much later than the other
        for name in ("one/old.py", "two/new.py"):
            (tmp_path / name).write_text(str(time.time_ns()), encoding="utf-8")
        return told.has("new.py")

    for _ in range(3):
        told.forget()
        until(look, "new.py is told of")
        assert not told.has("old.py")


@pytest.mark.parametrize("pause", [0.0, 0.015, 0.03, 0.06, 0.1])
def test_a_save_just_before_the_folders_change_is_told_of(
    tmp_path: Path, told: Told, watcher: Watcher, pause: float
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    watcher.watch([tmp_path / "one"])
    touch_until_told(told, tmp_path / "one" / "a.py")
    (tmp_path / "one" / "b.py").write_text("saved", encoding="utf-8")
    time.sleep(pause)  # the moment is what is tested
    watcher.watch([tmp_path / "one", tmp_path / "two"])
    until(lambda: told.has("b.py"), "the save is told of")


def test_a_version_of_a_file_is_told_of_once(tmp_path: Path) -> None:
    times: list[frozenset[Path]] = []
    watcher = Watcher(times.append, {})
    watcher.start()
    watcher.watch([tmp_path])
    (tmp_path / "a.py").write_text("saved", encoding="utf-8")
    until(lambda: times, "the save is told of")
    (tmp_path / "other").mkdir()
    watcher.watch([tmp_path, tmp_path / "other"])
    (tmp_path / "b.py").write_text("saved", encoding="utf-8")
    until(lambda: any(tmp_path / "b.py" in paths for paths in times), "the next one is")
    watcher.stop()
    assert sum(tmp_path / "a.py" in paths for paths in times) == 1


def settled(watcher: Watcher, told: Told, folder: Path) -> None:
    """Return once the watch of a folder stands."""
    watcher.watch([folder])
    touch_until_told(told, folder / "settled.py")


def test_a_folder_that_is_removed_and_put_back_is_watched_again(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    source = tmp_path / "src"
    (source / "deep").mkdir(parents=True)
    settled(watcher, told, source)
    shutil.rmtree(source)
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "fixed.py").write_text("saved", encoding="utf-8")
    until(lambda: told.has("fixed.py"), "the save is told of")
    touch_until_told(told, source / "deep" / "later.py")


def test_a_folder_that_comes_later_is_watched(tmp_path: Path, told: Told, watcher: Watcher) -> None:
    watcher.watch([tmp_path / "src"])
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "first.py").write_text("saved", encoding="utf-8")
    until(lambda: told.has("first.py"), "the save is told of")


def test_an_edit_behind_a_link_is_told(tmp_path: Path, told: Told, watcher: Watcher) -> None:
    (tmp_path / "shared" / "deep").mkdir(parents=True)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "link").symlink_to(tmp_path / "shared")
    settled(watcher, told, tmp_path / "src")
    touch_until_told(told, tmp_path / "shared" / "deep" / "module.py")


def test_what_nobody_saved_is_not_told(tmp_path: Path, told: Told, watcher: Watcher) -> None:
    main = tmp_path / "main.py"
    main.write_text("x", encoding="utf-8")
    settled(watcher, told, tmp_path)
    told.forget()
    main.chmod(0o755)
    (tmp_path / ".#main.py").symlink_to("me@host.1:2")
    (tmp_path / "folder").mkdir()
    for name in ("4913", "made.py"):
        (tmp_path / name).write_text("", encoding="utf-8")
        (tmp_path / name).unlink()
    touch_until_told(told, tmp_path / "last.py")
    # The first was saved until it was told; the second was a file for a moment.
    assert told.names() - {"settled.py", "made.py"} == {"last.py"}
    told.forget()
    main.unlink()
    until(lambda: told.has("main.py"), "its removal is told of")


def test_a_file_that_goes_while_no_watch_stands_is_told(
    tmp_path: Path, told: Told, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = tmp_path / "main.py"
    main.write_text("x", encoding="utf-8")
    settled(watcher, told, tmp_path)
    told.forget()

    def between_two_watches(roots: Sequence[Path]) -> Iterator[Path]:
        main.unlink(missing_ok=True)
        return folders_below(roots)

    monkeypatch.setattr("scripts.guard.watching.watcher.folders_below", between_two_watches)
    (tmp_path / "folder").mkdir()  # which has the tree watched anew
    until(lambda: told.has("main.py"), "its removal is told of")


def test_where_the_system_watches_no_more_files_are_looked_at(
    tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    real = watchfiles.watch

    def exhausted(*paths: Path, **options: object) -> Iterator[set[FileChange]]:
        if not options["force_polling"]:
            raise RuntimeError("inotify")
        return real(*paths, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(watchfiles, "watch", exhausted)
    said: list[str] = []
    watcher = Watcher(told, {}, report=said.append)
    watcher.start()
    watcher.watch([tmp_path])
    touch_until_told(told, tmp_path / "main.py")
    watcher.stop()
    assert len(said) == 1
    assert "fs.inotify.max_user_instances" in said[0]


def test_a_save_that_a_busy_machine_told_too_late_is_told_by_the_next_watch(
    tmp_path: Path, told: Told, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes what is watched ends the watch that saw it, before it could tell."""
    src, other = tmp_path / "src", tmp_path / "other"
    src.mkdir()
    other.mkdir()
    watcher.watch([src])
    touch_until_told(told, src / "module.py")
    monkeypatch.setattr("scripts.guard.watching.watcher.LOOK_BACK_NS", -3_600_000_000_000)
    told.forget()
    (src / "module.py").write_text("saved once more", encoding="utf-8")
    watcher.watch([src, other])
    until(lambda: told.has("module.py"), "it is told of")


STRANGE = os.fsdecode(b"m\xfcller")  # as Latin-1 has it


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_names_that_are_not_utf8_hide_no_save(tmp_path: Path) -> None:
    told, said = Told(), list[str]()
    folder, file = tmp_path / "src", tmp_path / ".env"
    (folder / STRANGE).mkdir(parents=True)
    watcher = Watcher(told, {file: signature(file)}, report=said.append)
    watcher.start()
    watcher.watch([folder])
    try:
        for path in (folder / "before.py", folder / STRANGE / "in it.py", file):
            touch_until_told(told, path)
        for number in range(3):  # watchfiles gives up at each
            for place in (folder, tmp_path):
                (place / f"{STRANGE}{number}.py").write_text("saved")
            touch_until_told(told, folder / f"{STRANGE}{number}.py")
            told.forget()
            touch_until_told(told, folder / f"after {number}.py")
            told.forget()
            touch_until_told(told, file)
    finally:
        watcher.stop()
    assert said == []


@pytest.mark.skipif(sys.platform == "darwin", reason="names are UTF-8 there")
def test_a_project_whose_own_path_is_not_utf8_is_watched(tmp_path: Path, told: Told) -> None:
    folder, file = tmp_path / STRANGE, tmp_path / STRANGE / ".env"
    folder.mkdir()
    watcher = Watcher(told, {file: signature(file)})
    watcher.start()
    watcher.watch([folder])
    try:
        touch_until_told(told, folder / "main.py")
        touch_until_told(told, file)
    finally:
        watcher.stop()
