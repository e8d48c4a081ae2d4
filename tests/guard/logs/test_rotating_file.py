"""A process' log on disk: bounded, whole lines only, and never a reason to stop."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.guard.logs import rotating_file
from scripts.guard.logs.rotating_file import POLL_SECONDS, RETRY_SECONDS, RotatingFile


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lines(*numbers: int) -> bytes:
    return b"".join(b"line %04d\n" % number for number in numbers)


def test_the_newest_lines_are_kept_in_three_files_of_bounded_size(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "api.log", size=100)
    for number in range(100):
        assert file.write(lines(number)) is None
    file.close()

    names = ["api.log.2", "api.log.1", "api.log"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    assert b"".join((tmp_path / name).read_bytes() for name in names) == lines(*range(70, 100))


def test_a_new_guard_adds_to_the_old_file(tmp_path: Path) -> None:
    for number in range(2):
        file = RotatingFile(tmp_path / "api.log")
        file.write(lines(number))
        file.close()

    assert (tmp_path / "api.log").read_bytes() == lines(0, 1)


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    file = RotatingFile(tmp_path / "logs" / "api.log")
    file.write(lines(0))
    file.close()

    assert (tmp_path / "logs").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "logs" / "api.log").stat().st_mode & 0o777 == 0o600


@contextmanager
def small_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No log that is written meanwhile may be longer than 205 bytes: the rest is not taken.

    A limit of the system (RLIMIT_FSIZE) would be one of the whole process, and of what pytest
    writes too.
    """
    write = os.write

    def limited(descriptor: int, data: bytes) -> int:
        room = 205 - os.fstat(descriptor).st_size
        if room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, bytes(data)[:room])

    with monkeypatch.context() as patched:
        patched.setattr(rotating_file, "os", SimpleNamespace(**vars(os) | {"write": limited}))
        yield


def test_a_full_disk_leaves_no_torn_line_and_is_tried_again_after_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    file = RotatingFile(tmp_path / "api.log", clock=clock)
    with small_disk(monkeypatch):
        first = file.write(lines(*range(20)))
        error = file.write(lines(20, 21))
        next_one = file.write(lines(22))
    assert first is None
    assert error is not None
    assert error.errno == errno.ENOSPC
    assert next_one is None  # not tried, not complained of
    assert (tmp_path / "api.log").read_bytes() == lines(*range(20))

    (tmp_path / "api.log").write_bytes(lines(0))  # room is made
    clock.now += RETRY_SECONDS
    assert file.write(lines(23)) is None
    file.close()
    assert (tmp_path / "api.log").read_bytes() == lines(0, 23)


@pytest.mark.parametrize("gone", ["file deleted", "folder deleted", "file moved"])
def test_a_file_that_was_taken_away_is_soon_begun_anew(tmp_path: Path, gone: str) -> None:
    clock = Clock()
    path = tmp_path / "logs/api.log"
    file = RotatingFile(path, clock=clock)
    file.write(lines(0))
    if gone == "file moved":
        path.rename(tmp_path / "kept.log")
    else:
        path.unlink()
    if gone == "folder deleted":
        path.parent.rmdir()
    clock.now += POLL_SECONDS
    assert file.write(lines(1)) is None
    assert file.write(lines(2)) is None
    file.close()
    assert path.read_bytes() == lines(1, 2)


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("precious")
    (tmp_path / "api.log").symlink_to(tmp_path / "elsewhere")

    assert RotatingFile(tmp_path / "api.log").write(lines(0)) is not None
    assert (tmp_path / "elsewhere").read_text() == "precious"
