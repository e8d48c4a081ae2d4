"""Saved files are told of; caches, products and editors' own files are not."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.guard.config.signature import signature
from scripts.guard.watching.watcher import COARSE_NS, Watcher, is_source, saved_since
from tests.stack.harness import until


class Told:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._paths: set[str] = set()

    def __call__(self, paths: frozenset[Path]) -> None:
        with self._lock:
            self._paths.update(path.name for path in paths)

    def has(self, name: str) -> bool:
        with self._lock:
            return name in self._paths


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
    assert set(saved_since(moment, [source])) == {source / "new.py"}
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


def test_the_folders_can_be_changed_while_it_runs(
    tmp_path: Path, told: Told, watcher: Watcher
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    watcher.watch([tmp_path / "one"])
    touch_until_told(told, tmp_path / "one" / "a.py")
    watcher.watch([tmp_path / "two"])
    touch_until_told(told, tmp_path / "two" / "b.py")


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


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("main.py", True),
        ("deep/er/style.css", True),
        ("__pycache__/main.pyc", False),
        ("node_modules/react/index.js", False),
        ("main.py~", False),
        (".main.py.swp", False),
        ("data/app.db", False),
        ("data/models.py", True),
        ("server.log", False),
        ("app.sqlite3-wal", False),
    ],
)
def test_what_matters_is_source(path: str, matters: bool) -> None:  # noqa: FBT001
    # A folder above the watched one may have any name, `data` too.
    folder = Path("/data/node_modules/project/src")
    assert is_source(folder / path, [folder]) is matters
    assert not is_source(Path("/elsewhere/main.py"), [folder])
