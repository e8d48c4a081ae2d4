"""What is put in the place of a guard's file does not hold up who reads it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.guard.cli import client
from scripts.guard.core import state_file
from scripts.guard.diagnosis.crash_reports import CrashReports
from scripts.guard.net import guards
from scripts.guard.rundir import lock, orphans

READERS: dict[str, Callable[[Path], object]] = {
    "project": guards.read,
    "lock": lock.owner,
    "lease.json": orphans.remove_orphans,
    "1.json": lambda folder: CrashReports(folder).read(),
    "token": lambda folder: client.token(folder / "token"),
}


def test_a_file_is_read_as_far_as_it_may_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    assert state_file.read(tmp_path / "file") == b"0123456789"
    monkeypatch.setattr(state_file, "MOST_BYTES", 4)
    assert state_file.read(tmp_path / "file") == b"0123"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert state_file.read(pipe) == b""
    writer = os.open(pipe, os.O_RDWR)
    with pytest.raises(OSError, match="says nothing"):
        state_file.read(pipe)
    os.close(writer)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", READERS)
def test_no_reader_waits_for_one_in_place_of_its_file(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert not READERS[name](tmp_path)
