"""What is kept of each project: found, taken over from an earlier version, tidied."""

import os
import shutil
from pathlib import Path

import pytest

from scripts.guard.net import guards
from scripts.guard.rundir import projects
from scripts.guard.rundir.lock import Lock
from scripts.guard.rundir.projects import RunningGuard, running, take_over, tidy

LONG_AGO = 1_000_000.0


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    return tmp_path / "state"


def folder(folders: Path, root: Path, *, used: float = LONG_AGO) -> Path:
    directory = folders / root.name
    directory.mkdir(parents=True)
    (directory / "lock").touch()
    projects.note(directory, root / "Procfile")
    os.utime(directory / "lock", (used, used))
    return directory


def test_guards_that_run_are_found_with_their_projects(folders: Path, tmp_path: Path) -> None:
    folder(folders, tmp_path / "idle")
    lock = Lock(folder(folders, tmp_path / "shop"))
    lock.acquire(9401)
    (folders / "stray").touch()
    assert list(running(folders)) == [RunningGuard(tmp_path / "shop", os.getpid(), 9401)]
    lock.release()
    assert list(running(folders)) == []
    assert list(running(tmp_path / "none")) == []


NAMES = (b"m\xfcller", b"two\nlines", b"a\rb", b"back\\012slash", b"\\134", "a\u2028b\x85".encode())


@pytest.mark.parametrize("name", NAMES)
def test_a_project_may_be_called_by_any_bytes(folders: Path, tmp_path: Path, name: bytes) -> None:
    root = tmp_path / os.fsdecode(name)
    lock = Lock(folder(folders, root))
    lock.acquire(9401)
    assert [guard.root for guard in running(folders)] == [root]
    lock.release()
    assert guards.read(folders / root.name) == (root, root / "Procfile")


def test_what_earlier_versions_wrote_down_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "project").write_text("/home/me/shop\n/home/me/shop/Procfile\n")
    assert guards.read(tmp_path) == (Path("/home/me/shop"), Path("/home/me/shop/Procfile"))


def test_what_is_gone_for_long_is_removed_and_nothing_else(folders: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    now = LONG_AGO + projects.UNUSED_SECONDS + 1
    gone = folder(folders, tmp_path / "gone")
    there = folder(folders, tmp_path / "there")
    recent = folder(folders, tmp_path / "recent", used=now - 10)
    held = folder(folders, tmp_path / "held")
    lock = Lock(held)
    lock.acquire(9400)
    os.utime(held / "lock", (LONG_AGO, LONG_AGO))
    nobodys = folders / "nobodys"
    nobodys.mkdir()
    tidy(folders, now)
    assert [path.exists() for path in (gone, there, recent, held, nobodys)] == [False] + 4 * [True]
    lock.release()


def test_what_an_earlier_version_kept_in_the_project_is_taken_over(tmp_path: Path) -> None:
    former, directory = tmp_path / ".guard", tmp_path / "state" / "project-1"
    (former / "logs").mkdir(parents=True)
    (former / "lock").touch()
    (former / "logs" / "web.log").write_text("a line\n")
    said = take_over(former, directory)
    assert said is not None
    assert str(directory) in said
    assert not former.exists()
    assert (directory / "logs" / "web.log").read_text() == "a line\n"


def test_only_what_is_a_guards_and_free_is_taken_over(tmp_path: Path) -> None:
    former, directory = tmp_path / ".guard", tmp_path / "state" / "project-1"
    assert take_over(former, directory) is None
    former.mkdir()
    assert take_over(former, directory) is None  # somebody else's: it has no lock
    lock = Lock(former)
    lock.acquire(9400)
    assert take_over(former, directory) is None
    lock.release()
    directory.mkdir(parents=True)
    assert take_over(former, directory) is None
    shutil.rmtree(directory)
    assert take_over(former, directory) is not None
