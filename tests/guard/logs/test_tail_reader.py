"""What is added to a log on disk is read, each line once, whatever becomes of its files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.guard.logs.rotating_file import RotatingFile
from scripts.guard.logs.tail_reader import TailReader


def lines(*numbers: int) -> bytes:
    return b"".join(b"line %04d\n" % number for number in numbers)  # ten bytes each


@pytest.fixture
def file(tmp_path: Path) -> Iterator[RotatingFile]:
    file = RotatingFile(tmp_path / "api.log", size=100)
    yield file
    file.close()


@pytest.fixture
def tail(tmp_path: Path) -> Iterator[TailReader]:
    tail = TailReader(tmp_path / "api.log", start=40)
    yield tail
    tail.close()


def test_the_last_whole_lines_come_first_and_then_what_is_added(
    file: RotatingFile, tail: TailReader
) -> None:
    file.write(lines(*range(10)))
    assert tail.read() == lines(6, 7, 8, 9)
    assert tail.read() == b""
    file.write(lines(10))
    assert tail.read() == lines(10)


def test_where_the_newest_file_is_short_the_one_before_is_read_too(
    file: RotatingFile, tail: TailReader
) -> None:
    file.write(lines(*range(10)))
    file.write(lines(10))
    assert tail.read() == lines(7, 8, 9, 10)


def test_a_log_that_is_not_there_yet_is_read_once_it_is(
    file: RotatingFile, tail: TailReader
) -> None:
    assert tail.read() == b""
    file.write(lines(0))
    assert tail.read() == lines(0)


def test_a_line_comes_once_it_is_whole(tmp_path: Path, tail: TailReader) -> None:
    with (tmp_path / "api.log").open("ab", buffering=0) as file:
        file.write(b"line ")
        assert tail.read() == b""
        file.write(b"0000\nli")
        assert tail.read() == lines(0)
        file.truncate(10)  # as when the disk was full
        file.write(lines(1))
        assert tail.read() == lines(1)


@pytest.mark.parametrize("at_once", [1, 7, 10, 15, 20])
def test_no_line_is_missed_over_rotations(
    file: RotatingFile, tail: TailReader, at_once: int
) -> None:
    file.write(lines(0))
    found = tail.read()
    for number in range(1, 100):
        file.write(lines(number))
        if number % at_once == 0:
            found += tail.read()
    assert found + tail.read() == lines(*range(100))


def test_a_log_that_was_deleted_is_read_anew_and_no_older_one_again(
    tmp_path: Path, file: RotatingFile, tail: TailReader
) -> None:
    file.write(lines(*range(10)))
    file.write(lines(10))
    tail.read()
    (tmp_path / "api.log").unlink()
    assert tail.read() == b""
    RotatingFile(tmp_path / "api.log").write(lines(11))
    assert tail.read() == lines(11)


def test_a_log_that_was_emptied_is_read_on(
    tmp_path: Path, file: RotatingFile, tail: TailReader
) -> None:
    file.write(lines(0, 1))
    tail.read()
    (tmp_path / "api.log").write_bytes(b"")
    assert tail.read() == b""
    file.write(lines(2))
    assert tail.read() == lines(2)
