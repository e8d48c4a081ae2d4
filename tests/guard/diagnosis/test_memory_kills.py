"""A kill for want of memory is put down to the process that the kernel killed, and to no other."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.guard.config.service import Service
from scripts.guard.diagnosis.diagnose import explain
from scripts.guard.diagnosis.evidence import Evidence
from scripts.guard.diagnosis.memory_kills import (
    WINDOW_SECONDS,
    Groups,
    KernelLog,
    MemoryKills,
    memory_kills,
)

OURS, OTHER = 4711, 815
RECORD = "4,1,2,-;{what}: Killed process {pid} (python) total-vm:9kB, UID:0 oom_score_adj:0\n"


@dataclass
class Machine:
    """A kernel that tells of its kills in files, and a clock that is moved by hand."""

    root: Path
    now: float = 1000.0

    def clock(self) -> float:
        return self.now

    def move(self, pid: int | str, group: str) -> None:
        """Have a process run in a group."""
        folder = self.root / "proc" / str(pid)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "exe").unlink(missing_ok=True)
        (folder / "exe").symlink_to("/usr/bin/python3")
        (folder / "cgroup").write_text(f"1:name=systemd:/\n0::{group}\n")
        self.count(group, 0)

    def end(self, pid: int) -> None:
        (self.root / "proc" / str(pid) / "exe").unlink()
        (self.root / "proc" / str(pid) / "cgroup").write_text("0::/\n")

    def count(self, group: str, kills: int) -> None:
        folder = self.root / "cgroup" / group.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "memory.events.local").write_text(f"low 0\noom {kills}\noom_kill {kills}\n")

    def log(self, pid: int, what: str = "Out of memory") -> None:
        with (self.root / "kmsg").open("a") as stream:
            stream.write(RECORD.format(what=what, pid=pid))

    def kills(self, *, log: bool = False) -> MemoryKills:
        groups = Groups(self.root / "proc", self.root / "cgroup")
        found = KernelLog(self.root / "kmsg") if log else None
        return MemoryKills(found, groups, self.clock)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.move("self", "/session")
    machine.log(OURS)  # of an earlier process with our pid
    return machine


def test_a_kill_that_the_kernels_log_puts_down_to_the_process_is_its_death(
    machine: Machine,
) -> None:
    kills = machine.kills(log=True)
    by_whom = "Out of memory (oom_kill_allocating_task)"
    for what in ("Out of memory", "Memory cgroup out of memory", by_whom):
        assert not kills.has_killed(OURS, itself=True)
        machine.log(OURS, what)
        assert kills.has_killed(OURS, itself=True)


def test_a_kill_of_another_process_is_not(machine: Machine) -> None:
    kills = machine.kills(log=True)
    machine.log(OTHER)
    machine.count("/session", 1)
    assert not kills.has_killed(OURS, itself=True)


def test_what_the_log_said_long_ago_was_of_another_process_with_that_pid(
    machine: Machine,
) -> None:
    kills = machine.kills(log=True)
    machine.log(OURS)
    kills.look([])
    machine.now += WINDOW_SECONDS + 1
    assert not kills.has_killed(OURS, itself=True)


@pytest.mark.parametrize("itself", [True, False], ids=["itself", "through a shell"])
def test_without_the_log_a_kill_in_its_group_just_before_is_its_death(
    machine: Machine,
    itself: bool,  # noqa: FBT001
) -> None:
    kills = machine.kills()
    machine.count("/session", 1)
    assert kills.has_killed(OURS, itself=itself)
    assert not kills.has_killed(OTHER, itself=itself)  # one kill is one death


def test_an_earlier_kill_in_its_group_was_not(machine: Machine) -> None:
    """For as long as you like, every plain `kill -9` was called one for memory."""
    kills = machine.kills()
    machine.count("/session", 1)
    kills.look([OURS])
    machine.now += WINDOW_SECONDS + 1
    assert not kills.has_killed(OURS, itself=True)
    machine.count("/session", 2)
    assert kills.has_killed(OURS, itself=True)


def test_a_kill_in_another_group_was_not(machine: Machine) -> None:
    kills = machine.kills()
    machine.move(OTHER, "/elsewhere")
    machine.count("/elsewhere", 1)
    assert not kills.has_killed(OURS, itself=True)


def test_a_service_that_moved_to_a_group_of_its_own_is_judged_by_that(machine: Machine) -> None:
    machine.move(OURS, "/session/limited")
    machine.move(OTHER, "/session")
    kills = machine.kills()
    kills.look([OURS, OTHER])
    machine.count("/session/limited", 1)
    machine.end(OURS)
    kills.look([OURS, OTHER])
    assert not kills.has_killed(OTHER, itself=True)
    assert kills.has_killed(OURS, itself=True)


class Counting(Groups):
    """Knows how often it was asked."""

    asked = 0

    def file(self, pid: int | str) -> Path | None:
        self.asked += 1
        return super().file(pid)


def test_who_runs_on_is_looked_at_ever_less_often_and_a_move_is_seen(
    machine: Machine, tmp_path: Path
) -> None:
    machine.move(OURS, "/session")
    groups = Counting(tmp_path / "proc", tmp_path / "cgroup")
    kills = MemoryKills(None, groups, machine.clock)
    for _ in range(5):
        kills.look([OURS])
    machine.move(OURS, "/session/limited")
    for _ in range(1000):
        kills.look([OURS])
    assert groups.asked < 15
    machine.count("/session/limited", 1)
    assert kills.has_killed(OURS, itself=True)


def test_version_1_counts_in_another_file(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "proc/self/cgroup").write_text("9:name=systemd:/\n4:memory:/box\n0::/\n")
    (tmp_path / "cgroup/memory").mkdir()
    file = tmp_path / "cgroup/memory/memory.oom_control"  # a container sees its own at the root
    file.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n")
    kills = machine.kills()
    file.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 4\n")
    assert kills.has_killed(OURS, itself=True)


@pytest.mark.parametrize("text", ["", "nonsense\n", "0::/gone\n"])
def test_where_nothing_is_told_nothing_is_put_down_to_memory(
    machine: Machine, tmp_path: Path, text: str
) -> None:
    (tmp_path / "proc/self/cgroup").write_text(text)
    assert not machine.kills().has_killed(OURS, itself=True)


# --- The real kernel ------------------------------------------------------------------------------

GREEDY = "import sys; print(flush=True); sys.stdin.read(1); x = b'x' * (200 << 20); input()"
WAITING = "import sys; print(flush=True); sys.stdin.read(1)"
SERVICE = Service("api", "x")


def started(code: str, group: Path | None = None) -> subprocess.Popen[bytes]:
    """A process that has begun, and does what it is to do when it is sent a letter."""
    enter = f"echo $$ > {group}/cgroup.procs; " if group else ""
    command = ["sh", "-c", f'{enter}exec {sys.executable} -c "$1"', "sh", code]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.fault(row="F16")
@pytest.mark.parametrize("log", [True, False], ids=["told by the log", "told by the group"])
def test_the_kernels_own_kill_is_put_down_to_whom_it_killed_and_to_nobody_else(
    small_memory: Path,
    tmp_path: Path,
    log: bool,  # noqa: FBT001
) -> None:
    kills = memory_kills() if log else MemoryKills(None, Groups())
    evidence = Evidence(tmp_path, kills)
    with started(GREEDY, small_memory) as greedy, started(WAITING) as neighbour:
        kills.look([greedy.pid, neighbour.pid])
        greedy.communicate(b"x")
        neighbour.kill()
        neighbour.wait()
    ends = {process: explain_end(evidence, process) for process in (neighbour, greedy)}
    assert ends == {neighbour: "killed", greedy: "out-of-memory"}
    with started(WAITING) as later:
        later.kill()
    assert explain_end(evidence, later) == "killed"


def explain_end(evidence: Evidence, process: subprocess.Popen[bytes]) -> str:
    assert process.returncode == -signal.SIGKILL
    context = evidence.gather(process.pid, process.returncode)
    return explain(SERVICE, process.returncode, [], context).kind
