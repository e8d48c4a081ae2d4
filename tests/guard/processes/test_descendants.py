"""Who descends from a service is known on every system, by /proc here and by psutil elsewhere."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.guard.core.run_tag import RunTag
from scripts.guard.net import port_owners
from scripts.guard.processes import descendants
from tests.stack.harness import ROOT, is_gone, until

TAG = RunTag("a-run", "web")
OTHER = RunTag("a-run", "api")
GUARD_WITH_A_HELPER = """
import os, subprocess
from scripts.guard.core.run_tag import RunTag
from scripts.guard.processes import descendants

with subprocess.Popen(["sleep", "1000"]) as helper:
    descendants.kill_left(os.getsid(0), RunTag("a-run", "web"))
    descendants.kill_adopted("of-nobody")
    print(helper.poll())
    helper.kill()
"""


@pytest.fixture(params=["linux", "elsewhere"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The system that the code believes to run on."""
    for module in (descendants, port_owners):
        monkeypatch.setattr(module, "_LINUX", request.param == "linux")
    return str(request.param)


@pytest.fixture
def subreaper() -> Iterator[None]:
    """Let what loses its parent fall to this process while the test runs."""
    import ctypes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(descendants, "_LINUX", sys.platform.startswith("linux"))
        descendants.become_subreaper()
    yield
    ctypes.CDLL(None).prctl(36, 0, 0, 0, 0)


def service(tmp_path: Path, tag: RunTag) -> tuple[subprocess.Popen[bytes], int, int]:
    """Start a leader with a child in its session and a daemon; return it and their pids."""
    files = [tmp_path / f"{tag.service}-{name}" for name in ("child", "daemon")]
    (tmp_path / "daemon.sh").write_text("echo $$ >$1.new; mv $1.new $1; exec sleep 1000\n")
    script = (
        f"sh {tmp_path}/daemon.sh {files[0]} & "
        f"(setsid sh {tmp_path}/daemon.sh {files[1]} &); exec sleep 1000"
    )
    leader = subprocess.Popen(
        ["sh", "-c", script], start_new_session=True, env={**os.environ, **tag.as_environment()}
    )
    for file in files:
        until(file.exists, f"{file} is written")
    child, daemon = (int(file.read_text()) for file in files)
    return leader, child, daemon


def end(leader: subprocess.Popen[bytes]) -> None:
    """End a leader, and leave it unreaped, as the guard finds it."""
    leader.kill()
    os.waitid(os.P_PID, leader.pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.usefixtures("subreaper")
def test_what_a_dead_leader_left_is_found_and_removed_and_nothing_else(
    tmp_path: Path, system: str
) -> None:
    web, child, daemon = service(tmp_path, TAG)
    api, *others = service(tmp_path, OTHER)
    assert {web.pid, child, daemon} <= set(descendants.members(web.pid, TAG)), system
    end(web)
    left = {one.pid: one.command for one in descendants.leftovers(web.pid, TAG)}
    assert left == {child: "sleep 1000", daemon: "sleep 1000"}
    until(lambda: descendants.kill_left(web.pid, TAG), "all of web is gone")
    assert is_gone(child)
    assert is_gone(daemon)
    assert not any(map(is_gone, others))
    web.wait()
    end(api)
    until(lambda: descendants.kill_left(api.pid, OTHER), "all of api is gone")
    assert all(map(is_gone, others))
    api.wait()
    descendants.reap_orphans(frozenset())


def test_who_listens_where_is_known(system: str) -> None:
    assert system
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert port in port_owners.ports_of([os.getpid()])
        assert port_owners.pids_at(port) == [os.getpid()]
        assert port_owners.pids_at(port, among=[1]) == []
    assert port_owners.pids_at(port) == []


def test_what_the_guard_runs_for_itself_is_not_taken_for_a_descendant() -> None:
    # In a process of its own: the one that runs the tests has started others besides.
    ended = subprocess.run(
        [sys.executable, "-c", GUARD_WITH_A_HELPER],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "None\n"
