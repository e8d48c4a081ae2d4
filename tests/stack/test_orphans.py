"""Whatever a service starts, and wherever that moves to, it ends with the service."""

import os
import signal
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import is_gone, toy, until

# A daemon: in a session of its own, its parent gone, no terminal.
QUIET = "exec sleep 1000"
STUBBORN = "trap '' TERM HUP; while :; do sleep 1; done"


def with_daemon(name: str, file: Path, what: str = QUIET, setsid: str = "setsid") -> str:
    """Return a toy's line that leaves a daemon behind, whose pid is in `file`."""
    script = file.with_suffix(".sh")
    script.write_text(f"echo $$ >{file}.new && mv {file}.new {file}\n{what}\n")
    line, _, command = toy(name).partition(": ")
    return f"{line}: ({setsid} sh {script} </dev/null >/dev/null 2>&1 &); {command}"


def pid_in(file: Path) -> int:
    until(file.exists, f"{file} is written")
    return int(file.read_text())


@pytest.mark.parametrize("what", [QUIET, STUBBORN], ids=["quiet", "stubborn"])
def test_a_daemon_ends_with_the_service_that_started_it_and_others_do_not(
    guarded: Guarded, tmp_path: Path, what: str
) -> None:
    files = {name: tmp_path / f"{name}.pid" for name in ("web", "api")}
    lines = [with_daemon(name, file, what) for name, file in files.items()]
    run = guarded(*lines, GUARD_RELAUNCH="process")
    old = run.await_state("web", "READY")["pid"]
    run.await_state("api", "READY")
    daemons = {name: pid_in(file) for name, file in files.items()}
    files["web"].unlink()
    os.kill(old, signal.SIGKILL)
    run.await_new_pid("web", old)
    until(lambda: is_gone(daemons["web"]), "the daemon of web is gone")
    assert not is_gone(daemons["api"])
    fresh = pid_in(files["web"])
    assert not is_gone(fresh)
    os.kill(run.pid, signal.SIGTERM)
    run.await_end()
    assert is_gone(fresh)
    assert is_gone(daemons["api"])


def test_a_descendant_that_ends_by_itself_leaves_no_zombie(
    guarded: Guarded, tmp_path: Path
) -> None:
    file = tmp_path / "daemon.pid"
    run = guarded(with_daemon("web", file))
    run.await_state("web", "READY")
    daemon = pid_in(file)
    os.kill(daemon, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{daemon}").exists(), "its exit is collected")
    assert run.service("web")["state"] == "READY"


def test_a_daemon_that_hides_its_mark_ends_with_the_guard(guarded: Guarded, tmp_path: Path) -> None:
    file = tmp_path / "daemon.pid"
    run = guarded(with_daemon("web", file, setsid="env -i /usr/bin/setsid"))
    run.await_state("web", "READY")
    daemon = pid_in(file)
    os.kill(run.pid, signal.SIGINT)
    run.await_end()
    assert is_gone(daemon)


@pytest.mark.fault(row="F11")
def test_what_a_killed_guard_left_is_removed_by_the_next(guarded: Guarded, tmp_path: Path) -> None:
    file = tmp_path / "daemon.pid"
    run = guarded(with_daemon("web", file, STUBBORN), toy("api", "--ignore-term"))
    run.await_state("web", "READY")
    api = run.await_state("api", "READY")["pid"]
    daemon = pid_in(file)
    os.kill(run.pid, signal.SIGKILL)
    run.await_end()
    assert not is_gone(daemon)
    assert not is_gone(api)
    file.unlink()
    run.start()
    run.await_state("web", "READY")
    run.await_state("api", "READY")
    assert "removed web" in run.output()
    assert "removed api" in run.output()
    for pid in (daemon, api):
        until(lambda pid=pid: is_gone(pid), f"{pid} is gone")  # type: ignore[misc]


LEASES = [
    b"",
    b"not json",
    b"\xff\xfe",
    b"[" * 100_000,
    b"{}",
    b'[{"name": "web"}]',
    b'[{"name": "web", "pid": 1e400, "started": 0, "run": "x"}]',
    b'[{"name": "web", "pid": 99999999999999999999, "started": 0, "run": "x"}]',
    b'[{"name": "web", "pid": -1, "started": 0, "run": ""}]',
    b'[{"name": "web", "pid": 1, "started": 0, "run": ""}]',
    b'[{"name": "web", "pid": %d, "started": 1.5, "run": ""}]' % os.getpid(),
]


@pytest.mark.fault(row="F11")
@pytest.mark.parametrize("lease", LEASES, ids=range(len(LEASES)))
def test_a_lease_that_is_not_one_of_ours_harms_nobody(guarded: Guarded, lease: bytes) -> None:
    run = guarded(toy("web"), started=False)
    run.directory.mkdir()
    (run.directory / "lease.json").write_bytes(lease)
    run.start()
    run.await_state("web", "READY")
    assert "removed" not in run.output()
