from pathlib import Path

from scripts.setup.stamps import is_current, record


def test_nothing_is_current_before_anything_was_installed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("honcho==2.0.0")
    assert not is_current(tmp_path / "stamps/lock", lock)


def test_what_was_recorded_is_current_until_the_lock_says_something_else(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "lock", tmp_path / "stamps/lock"
    lock.write_text("honcho==2.0.0")
    record(stamp, lock.read_bytes())
    assert is_current(stamp, lock)
    lock.write_text("honcho==2.0.1")
    assert not is_current(stamp, lock)


def test_a_lock_that_was_only_touched_is_still_current(tmp_path: Path) -> None:
    lock, stamp = tmp_path / "lock", tmp_path / "stamps/lock"
    lock.write_text("honcho==2.0.0")
    record(stamp, lock.read_bytes())
    lock.touch()
    assert is_current(stamp, lock)


def test_recording_leaves_nothing_but_the_stamp(tmp_path: Path) -> None:
    record(tmp_path / "stamps/lock", b"honcho==2.0.0")
    assert [path.name for path in (tmp_path / "stamps").iterdir()] == ["lock"]
