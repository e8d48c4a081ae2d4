"""A full disk, a folder that cannot be written: the stack runs on, with one warning."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from scripts.guard.rundir.directory import elsewhere
from tests.conftest import SmallDisk
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, toy, until

PAIR = (toy("web"), toy("api"))


@pytest.fixture(autouse=True)
def _no_substitute_stays(tmp_path: Path) -> Iterator[None]:
    yield
    shutil.rmtree(elsewhere(tmp_path / ".guard"), ignore_errors=True)


@pytest.fixture
def disk(small_disk: SmallDisk) -> Iterator[Path]:
    """A disk of 256 KiB; asked for before the guard, which so has left when it goes."""
    disk = small_disk("256k")
    yield disk
    shutil.rmtree(elsewhere(disk / ".guard"), ignore_errors=True)


def fill(disk: Path) -> None:
    with suppress(OSError), (disk / "full").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    with suppress(OSError), (disk / "fuller").open("wb", buffering=0) as file:
        while True:
            file.write(b"x")


def warnings_of(run: GuardRun) -> list[str]:
    return [line for line in run.output().splitlines() if "cannot be" in line]


def assert_it_works(run: GuardRun) -> None:
    """A death is dealt with, explained, and the user's commands work."""
    old = run.await_state("web", "READY")["pid"]
    os.kill(old, signal.SIGKILL)
    fresh = run.await_new_pid("web", old)
    until(lambda: ask(run.ports["guard"], "/api/crashes").json()["crashes"], "the crash is told")
    assert "by SIGKILL" in run.run("why").stdout
    assert run.run("restart", "web").returncode == 0
    run.await_new_pid("web", fresh)
    assert ask(run.ports["web"]).status == 200
    assert len(warnings_of(run)) == 1, run.output()


@pytest.mark.fault(row="F17")
def test_a_disk_that_fills_up_while_the_stack_runs(disk: Path, guarded: Guarded) -> None:
    run = guarded(*PAIR, GUARD_DIR=str(disk / ".guard"), GUARD_RELAUNCH="process")
    run.await_state("web", "READY")
    fill(disk)
    for _ in range(20):
        ask(run.ports["web"], f"/say?{'x' * 4000}")
    run.await_output("the log goes on here")
    assert_it_works(run)


@pytest.mark.fault(row="F17")
def test_a_disk_that_is_full_at_the_start(disk: Path, guarded: Guarded) -> None:
    fill(disk)
    run = guarded(*PAIR, GUARD_DIR=str(disk / ".guard"), GUARD_RELAUNCH="process")
    run.await_state("web", "READY")
    assert_it_works(run)
    second = run.run("up")
    assert second.returncode == 1
    assert f"already: pid {run.pid}" in second.stderr


@pytest.mark.fault(row="F17")
def test_a_disk_that_may_only_be_read(disk: Path, guarded: Guarded) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    run = guarded(*PAIR, GUARD_DIR=str(disk / ".guard"), GUARD_RELAUNCH="process")
    run.await_state("web", "READY")
    assert "(Read-only file system)" in "".join(warnings_of(run))
    assert_it_works(run)


@pytest.mark.fault(row="F17")
def test_a_folder_of_somebody_else(guarded: Guarded) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    run = guarded(*PAIR, started=False, GUARD_RELAUNCH="process")
    run.directory.mkdir()
    os.chown(run.directory, 65534, 65534)
    run.start()
    run.await_output(f"fix: sudo rm -r {run.directory}")  # nothing of theirs is to become ours
    assert_it_works(run)
    assert list(run.directory.iterdir()) == []


@pytest.mark.fault(row="F17")
def test_a_file_in_place_of_the_folder(guarded: Guarded) -> None:
    run = guarded(*PAIR, started=False, GUARD_RELAUNCH="process")
    run.directory.write_text("")
    run.start()
    assert_it_works(run)


def test_a_lock_that_cannot_be_opened_is_one_error(guarded: Guarded) -> None:
    run = guarded(*PAIR, started=False)
    (run.directory / "lock").mkdir(parents=True)
    assert run.start().await_end() == 1
    assert f"{run.directory}/lock cannot be opened (Is a directory)" in run.output()
    assert "fix: rm -r" in run.output()


@pytest.mark.parametrize("name", ["token", "lease.json", "crashes", "logs"])
def test_what_stands_in_the_place_of_a_file_of_the_guard(guarded: Guarded, name: str) -> None:
    run = guarded(*PAIR, started=False, GUARD_RELAUNCH="process")
    run.directory.mkdir()
    if name in {"crashes", "logs"}:
        (run.directory / name).write_text("")
    else:
        (run.directory / name / "inside").mkdir(parents=True)
    run.start()
    run.await_state("web", "READY")
    assert "Traceback" not in run.output()
