"""What is said of who holds a port is looked up, and is no word of theirs to be typed."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.guard.net import guards
from scripts.guard.net.port_owners import PortOwner
from tests.conftest import NOBODY

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@contextmanager
def running(environment: Mapping[str, str], user: int | None) -> Iterator[int]:
    """A process with that environment; yields its pid once it has it."""
    becomes = "" if user is None else f"os.setuid({user}); "
    command = [sys.executable, "-c", f"import os; {becomes}print(flush=True); input()"]
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
        process.stdin.close()


@ROOT_ONLY
@pytest.mark.parametrize("user", [None, NOBODY], ids=["ours", "another's"])
def test_only_a_process_of_this_user_tells_of_a_guard(tmp_path: Path, user: int | None) -> None:
    """What it says is where to type `make stop`: in a folder of theirs, as root."""
    (tmp_path / "project").write_text("/home/me/shop\n/home/me/shop/Procfile\n")
    with running({"GUARD_TOKEN_FILE": str(tmp_path / "token")}, user) as pid:
        found = guards.guard_of(pid)
    assert (found is None) is (user is not None)


@ROOT_ONLY
def test_a_pipe_that_another_user_names_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "project")
    with running({"GUARD_TOKEN_FILE": str(tmp_path / "token")}, NOBODY) as pid:
        assert guards.guard_of(pid) is None


def test_what_a_program_calls_itself_is_one_line() -> None:
    with running({}, None) as pid:  # of no guard
        owner = PortOwner(pid, "serve\n\n  fix: touch x\n", "/tmp/a\nb", 1.2)
        assert str(owner).endswith("started 1 second ago in /tmp/a b: serve fix: touch x")
