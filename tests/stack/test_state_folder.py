"""The guard's files are outside the project, and an earlier version's are found."""

import os
import textwrap
from pathlib import Path

import pytest

from tests.conftest import FreePort, Observe
from tests.stack.conftest import Guarded, guards
from tests.stack.harness import GuardRun, toy, until

WATCHER = """
    import os, sys, time
    from pathlib import Path
    def look():
        return {
            str(path): path.stat().st_mtime_ns
            for path in Path(".").rglob("*") if path.name not in {"output.log", "look"}
        }
    seen = look()
    print("watching", flush=True)
    while not Path("look").exists():
        now = look()
        if now != seen:
            print("regenerated", sorted(now.items() ^ seen.items()), flush=True)
            seen = now
        time.sleep(0.05)
    print("done", flush=True)
    time.sleep(1000)
"""


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def outside(run: GuardRun, state: Path) -> GuardRun:
    """Have it keep its files where it does by default."""
    del run.environment["GUARD_DIR"]
    for worker in ("SITE_PORT", "API_PORT"):
        run.environment.pop(worker, None)
    run.environment["XDG_STATE_HOME"] = str(state)
    return run


@pytest.mark.fault(row="F33")
def test_who_watches_the_whole_project_sees_nothing_of_ours(
    guarded: Guarded, tmp_path: Path, state: Path, observe: Observe
) -> None:
    (tmp_path / "watch.py").write_text(textwrap.dedent(WATCHER))
    chatter = "api: i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done"
    run = outside(guarded("site: exec python watch.py", chatter, started=False), state).start()
    run.await_state("site", "READY")
    run.await_output("site  | watching")
    run.run("status")
    pid = run.service("api")["pid"]
    os.killpg(pid, 9)  # a crash report is written, and a new lease
    run.await_new_pid("api", pid)
    until(lambda: "line 20" in run.output().rpartition("api is ready")[2], "the log goes on")
    (tmp_path / "look").touch()
    run.await_output("| done")
    assert "regenerated" not in run.output()
    assert not (tmp_path / ".guard").exists()
    (directory,) = (state / "procguard").iterdir()
    assert (directory / "project").read_text() == f"{tmp_path}\n{tmp_path}/Procfile\n"
    assert "line 1" in (directory / "logs" / "api.log").read_text()
    assert f"logs and state: {directory}" in run.run("status").stdout
    assert str(directory) in run.run("doctor").stdout
    observe()


def test_a_guard_of_an_earlier_version_is_found_by_every_command(
    guarded: Guarded, tmp_path: Path, state: Path
) -> None:
    run = guarded(toy("web"), GUARD_DIR=str(tmp_path / ".guard"))
    run.await_state("web", "READY")
    outside(run, state)
    assert run.run("status").returncode == 0
    second = run.run("up")
    assert second.returncode == 1
    assert f"a guard runs in this folder already: pid {run.pid}" in second.stderr
    assert run.run("stop").returncode == 0
    assert run.await_end() == 0
    # And what it leaves is taken over by the next.
    run.start().await_output("the guard's files are no longer in the project")
    run.await_state("web", "READY")
    assert not (tmp_path / ".guard").exists()
    assert run.run("why").returncode == 0


def test_a_project_runs_whatever_bytes_its_path_is_of(
    tmp_path: Path, state: Path, free_port: FreePort
) -> None:
    folder = tmp_path / os.fsdecode(b"m\xfcller")
    folder.mkdir()
    with guards(folder, free_port) as start:
        run = outside(start(toy("web"), started=False), state).start()
        run.await_state("web", "READY")
        assert run.run("status").returncode == 0
        assert "All is well." in run.run("doctor").stdout
