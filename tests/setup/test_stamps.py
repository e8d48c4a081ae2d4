from pathlib import Path

import pytest

from scripts.setup.stamps import is_current, record


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("honcho==2.0.0")
    return path


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    folder = tmp_path / "site-packages"
    (folder / "honcho-2.0.0.dist-info").mkdir(parents=True)
    return folder


@pytest.fixture
def stamp(tmp_path: Path) -> Path:
    return tmp_path / "stamps/requirements.txt"


def test_nothing_is_current_before_anything_was_installed(
    stamp: Path, lock: Path, packages: Path
) -> None:
    assert not is_current(stamp, lock, packages)


def test_what_was_installed_is_current(stamp: Path, lock: Path, packages: Path) -> None:
    record(stamp, lock, packages)
    assert is_current(stamp, lock, packages)


def test_a_lock_that_was_only_touched_is_still_current(
    stamp: Path, lock: Path, packages: Path
) -> None:
    record(stamp, lock, packages)
    lock.touch()
    assert is_current(stamp, lock, packages)


def test_a_lock_that_says_something_else_is_not(stamp: Path, lock: Path, packages: Path) -> None:
    record(stamp, lock, packages)
    lock.write_text("honcho==2.0.1")
    assert not is_current(stamp, lock, packages)


def test_a_package_that_was_removed_or_changed_by_hand_is_missed(
    stamp: Path, lock: Path, packages: Path
) -> None:
    record(stamp, lock, packages)
    (packages / "honcho-2.0.0.dist-info").rename(packages / "honcho-1.9.0.dist-info")
    assert not is_current(stamp, lock, packages)


def test_a_package_that_was_added_by_hand_is_nobodys_business(
    stamp: Path, lock: Path, packages: Path
) -> None:
    record(stamp, lock, packages)
    (packages / "ipdb-1.0.dist-info").mkdir()
    assert is_current(stamp, lock, packages)


def test_recording_leaves_nothing_but_the_stamp(stamp: Path, lock: Path, packages: Path) -> None:
    record(stamp, lock, packages)
    assert list(stamp.parent.iterdir()) == [stamp]
