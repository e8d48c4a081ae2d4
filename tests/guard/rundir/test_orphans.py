"""What an earlier guard left is removed; a bystander is not touched, whatever it shares with it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from scripts.guard.core.run_tag import RunTag
from scripts.guard.net.bind import hold
from scripts.guard.rundir.orphans import RecordedProcess, record_processes, remove_orphans
from tests.conftest import FreePort
from tests.stack.harness import until

ROOT = Path(__file__).resolve().parents[3]
SLEEP = ["sleep", "1000"]
RUN = "0123456789abcdef"


class Bystanders:
    """Starts processes that are not of this project, and ends them."""

    def __init__(self) -> None:
        self._started: list[subprocess.Popen[bytes]] = []

    def start(
        self, *, leads: bool = True, tag: RunTag | None = None, command: list[str] = SLEEP
    ) -> psutil.Process:
        environment = {**os.environ, **(tag.as_environment() if tag else {})}
        popen = subprocess.Popen(
            command, env=environment, start_new_session=leads, stdout=subprocess.DEVNULL
        )
        self._started.append(popen)
        return psutil.Process(popen.pid)

    def end(self) -> None:
        for popen in self._started:
            popen.kill()
            popen.wait()


@pytest.fixture
def bystanders() -> Iterator[Bystanders]:
    some = Bystanders()
    yield some
    some.end()


def entry(pid: int, started: float, run: str = RUN) -> RecordedProcess:
    return RecordedProcess("web", pid, started, run)


def removed(directory: Path, *entries: RecordedProcess) -> list[str]:
    """Record the entries as an earlier guard does, and start as the next one."""
    record_processes(directory, entries)
    names = [each.name for each in remove_orphans(directory)]
    assert not (directory / "lease.json").exists()
    return names


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_leader_that_was_recorded_is_removed_with_its_session(
    tmp_path: Path, bystanders: Bystanders
) -> None:
    leader = bystanders.start(command=["sh", "-c", "sleep 1000 & wait"])
    until(leader.children, "it has a child")
    (child,) = leader.children()
    assert removed(tmp_path, entry(leader.pid, leader.create_time())) == ["web"]
    assert not lives(leader)
    assert not lives(child)


LARGE_SERVER = """
import socket, sys, time
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
memory = b"x" * (200 << 20)  # which the kernel takes a while to take back
open(sys.argv[2], "w").close()
time.sleep(1000)
"""


def test_the_port_of_an_orphan_that_takes_its_time_to_die_is_free_afterwards(
    tmp_path: Path, bystanders: Bystanders, free_port: FreePort
) -> None:
    port, ready = free_port(), tmp_path / "ready"
    command = [sys.executable, "-c", LARGE_SERVER, str(port), str(ready)]
    orphan = bystanders.start(command=command)
    until(ready.exists, "it listens, and is large")
    assert removed(tmp_path, entry(orphan.pid, orphan.create_time())) == ["web"]
    hold(port).close()


@pytest.mark.parametrize("seconds", [-3600.0, -3.0, 3.0, 3600.0])
def test_a_pid_that_has_become_another_process_is_left_alone(
    tmp_path: Path, bystanders: Bystanders, seconds: float
) -> None:
    stranger = bystanders.start()
    assert removed(tmp_path, entry(stranger.pid, stranger.create_time() + seconds)) == []
    assert lives(stranger)


def test_a_clock_that_differs_a_little_is_no_other_process(
    tmp_path: Path, bystanders: Bystanders
) -> None:
    orphan = bystanders.start()
    assert removed(tmp_path, entry(orphan.pid, orphan.create_time() + 1)) == ["web"]
    assert not lives(orphan)


def test_who_leads_a_session_of_its_own_is_left_alone(
    tmp_path: Path, bystanders: Bystanders
) -> None:
    orphan, stranger = bystanders.start(), bystanders.start()
    assert removed(tmp_path, entry(orphan.pid, orphan.create_time())) == ["web"]
    assert not lives(orphan)
    assert lives(stranger)


def test_who_is_in_a_session_without_its_leader_is_left_alone_unless_it_is_marked(
    tmp_path: Path, bystanders: Bystanders
) -> None:
    """The number of a session may have been another's before: only the mark tells."""
    script = ["sh", "-c", "sleep 1000 & exec true"]
    tag = RunTag(RUN, "web")
    leaders = [bystanders.start(command=script), bystanders.start(command=script, tag=tag)]
    entries = [entry(leader.pid, leader.create_time()) for leader in leaders]
    for leader in leaders:
        leader.wait()
    stranger, orphan = (
        next(p for p in psutil.process_iter() if session(p) == leader.pid and lives(p))
        for leader in leaders
    )
    try:
        assert removed(tmp_path, *entries) == ["web"]
        assert lives(stranger)
        assert not lives(orphan)
    finally:
        for process in (stranger, orphan):
            with suppress(psutil.NoSuchProcess):
                process.kill()


def session(process: psutil.Process) -> int:
    try:
        return os.getsid(process.pid)
    except OSError:
        return 0


@pytest.mark.parametrize("tag", [RunTag("another", "web"), RunTag(RUN, "api")])
def test_the_mark_of_another_run_or_service_does_not_count(
    tmp_path: Path, bystanders: Bystanders, tag: RunTag
) -> None:
    marked, gone = bystanders.start(tag=tag), bystanders.start(command=["true"])
    started = gone.create_time()
    gone.wait()
    assert removed(tmp_path, entry(gone.pid, started)) == []
    assert lives(marked)


# As the guard is when it is started from a terminal: the leader of a session, or in one of many.
GUARD_OF_A_SESSION = """
import os, subprocess, sys, psutil
from pathlib import Path
from scripts.guard.rundir.orphans import RecordedProcess, record_processes, remove_orphans
beside = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
own = psutil.Process(os.getsid(0))
entry = RecordedProcess("web", own.pid, own.create_time(), "{run}")
record_processes(Path(sys.argv[1]), [entry])
removed = remove_orphans(Path(sys.argv[1]))
print("removed", removed, "beside lives" if beside.poll() is None else "beside is gone")
beside.kill()
beside.wait()
"""


def test_a_record_that_names_the_guards_own_session_removes_nobody(tmp_path: Path) -> None:
    script = GUARD_OF_A_SESSION.format(run=RUN)
    ended = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **RunTag(RUN, "web").as_environment()},
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, "removed [] beside lives\n"), ended.stderr


@pytest.mark.parametrize("text", [b"", b"[", b"{}", b"[1]", b'[{"pid": 5}]', b"\xff", b"[" * 9999])
def test_a_record_that_is_none_removes_nobody(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "lease.json").write_bytes(text)
    assert remove_orphans(tmp_path) == []


@pytest.mark.parametrize("pid", [-1, 0, 1, 2**31, 10**30])
def test_a_number_that_is_no_service_of_ours_removes_nobody(tmp_path: Path, pid: int) -> None:
    assert removed(tmp_path, entry(pid, started=0)) == []
