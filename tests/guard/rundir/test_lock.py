"""One guard per folder; what an earlier one left behind is recognised, and nothing else is."""

import errno
import json
import os
import shlex
import subprocess
import threading
from functools import partial
from pathlib import Path

import pytest

from scripts.guard.core.errors import GuardError
from scripts.guard.rundir.directory import elsewhere, prepare
from scripts.guard.rundir.lock import Lock, owner, port
from scripts.guard.rundir.token import write_token
from tests.stack.harness import until


def test_the_folder_and_the_token_are_for_their_owner_alone(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / ".guard"
    prepare(directory)
    token = write_token(directory / "token")
    assert (directory.stat().st_mode & 0o777, (directory / "token").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )
    assert (directory / "token").read_text() == token
    assert len(token) >= 32
    assert write_token(directory / "token") != token


def test_what_is_to_be_typed_names_the_folder_whatever_it_is_called(tmp_path: Path) -> None:
    directory = tmp_path / "my shop" / "its guard"
    (directory / "lock").mkdir(parents=True)
    with pytest.raises(GuardError) as refused:
        Lock(directory).acquire(9400)
    assert shlex.split(refused.value.fix, comments=True) == ["rm", "-r", str(directory / "lock")]
    if os.geteuid() == 0:
        os.chown(directory, 65534, -1)
        complaint = prepare(directory)[1] or ""
        typed = complaint.partition("fix: ")[2]
        assert shlex.split(typed) == ["sudo", "rm", "-r", str(directory)]


def test_a_folder_that_cannot_be_made_is_said_and_another_is_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    directory, complaint = prepare(tmp_path / "file" / ".guard")
    assert complaint is not None
    assert f"{tmp_path}/file/.guard cannot be used (Not a directory)" in complaint
    assert "GUARD_DIR=" in complaint
    assert directory.stat().st_mode & 0o777 == 0o700
    directory.rmdir()


def test_a_substitute_that_somebody_else_prepared_is_not_used(tmp_path: Path) -> None:
    (tmp_path / ".guard").write_text("")
    first, _ = prepare(tmp_path / ".guard")
    assert prepare(tmp_path / ".guard")[0] == first
    first.chmod(0o777)
    other, _ = prepare(tmp_path / ".guard")
    first.rmdir()
    first.symlink_to(tmp_path)
    another, _ = prepare(tmp_path / ".guard")
    first.unlink()
    assert len({first, other, another}) == 3
    other.rmdir()
    another.rmdir()


def test_the_substitute_of_another_disk_in_the_same_place_or_number_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk may have the number of an earlier one, and a folder the inode of a deleted one."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.symlink_to(one)
    assert elsewhere(one / ".guard") == elsewhere(other / ".guard")
    other.unlink()
    other.mkdir()
    numbers = one.stat()
    monkeypatch.setattr(Path, "stat", lambda _self, **_: numbers)
    assert elsewhere(one / ".guard") != elsewhere(other / ".guard")


def test_a_second_lock_is_refused_and_names_the_first(tmp_path: Path) -> None:
    first, second = Lock(tmp_path), Lock(tmp_path)
    first.acquire(9400)
    assert owner(tmp_path) == os.getpid()
    with pytest.raises(GuardError, match=f"already: pid {os.getpid()}, since 20"):
        second.acquire(9400)
    first.release()
    assert owner(tmp_path) is None
    second.acquire(9400)
    second.release()


def test_the_lock_of_a_dead_guard_is_free(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "since": "long ago"}))
    lock = Lock(tmp_path)
    lock.acquire(9400)
    lock.release()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x"}', "\0\0"])
def test_a_corrupt_lock_file_does_not_matter(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock").write_text(text)
    lock = Lock(tmp_path)
    lock.acquire(9400)
    assert owner(tmp_path) == os.getpid()
    lock.release()


def test_who_reads_the_lock_while_it_is_written_sees_all_of_it(tmp_path: Path) -> None:
    """A saved GUARD_PORT is noted while commands look for the guard: none is to miss it."""
    (tmp_path / "lock").write_text("what was there before was longer " * 9)
    lock = Lock(tmp_path)
    lock.acquire(9400)
    found: list[int | None] = []
    reader = threading.Thread(target=lambda: found.extend(port(tmp_path) for _ in range(2000)))
    reader.start()
    while reader.is_alive():
        lock.note(9400)
        lock.note(9401)
    reader.join()
    lock.release()
    assert len(found) == 2000
    assert set(found) <= {9400, 9401}


def test_a_lock_that_cannot_be_written_names_nobody_who_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "lock").write_text(json.dumps({"pid": 1, "since": "long ago", "port": 9400}))
    lock = Lock(tmp_path)
    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", no_room)
        lock.acquire(9401)
    assert (owner(tmp_path), port(tmp_path)) == (0, None)
    lock.release()


def test_a_lock_held_elsewhere_is_seen(tmp_path: Path) -> None:
    with subprocess.Popen(["flock", "--no-fork", str(tmp_path / "lock"), "sleep", "60"]) as other:
        until((tmp_path / "lock").exists, "the lock is taken")
        until(partial(_is_refused, tmp_path), "the lock is refused")
        other.terminate()


def _is_refused(directory: Path) -> bool:
    lock = Lock(directory)
    try:
        lock.acquire(9400)
    except GuardError:
        return True
    lock.release()
    return False
