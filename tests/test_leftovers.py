"""A process that a test leaves fails the run, though it has become a daemon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import leftovers
from tests.leftovers import left, marked, new_mark, using

ROOT = Path(__file__).resolve().parents[1]
# In a session of its own, its parent gone, as daemons are.
DAEMON = "(setsid sleep 1000 </dev/null >/dev/null 2>&1 & echo $!)"
CONFTEST = "from tests.conftest import no_process_stays_behind\n"
TEST = f"""
import subprocess
def test_that_leaves_a_daemon():
    subprocess.run(["sh", "-c", {DAEMON!r}], check=True)
"""


def end(name: str) -> None:
    for process in marked(name):
        process.kill()


def test_a_daemon_that_a_test_left_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(
        CONFTEST + "from tests import leftovers\nleftovers.PATIENCE = 0.2\n"
    )
    (tmp_path / "test_one.py").write_text(TEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    mark = new_mark()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), mark: "yes"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", str(tmp_path)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert "left running: ['" in ended.stdout
        assert "sleep 1000" in ended.stdout
        assert "1 passed" in ended.stdout
    finally:
        end(mark)


def test_who_works_in_a_folder_or_has_a_file_of_it_open_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    hidden = {"PATH": os.environ["PATH"]}  # without any mark
    command = ["sh", "-c", "exec sleep 1000"]
    inside = subprocess.Popen(command, cwd=tmp_path, env=hidden)
    with (tmp_path / "file").open() as file:
        reading = subprocess.Popen(command, cwd="/", env=hidden, stdin=file)
    try:
        assert {process.pid for process in using(tmp_path)} == {inside.pid, reading.pid}
    finally:
        for process in (inside, reading):
            process.kill()
            process.wait()
    assert using(tmp_path) == []


def test_what_ends_in_time_is_not_left(monkeypatch: pytest.MonkeyPatch) -> None:
    mark = new_mark()
    with subprocess.Popen(["sleep", "1000"], env={**os.environ, mark: "yes"}) as process:
        monkeypatch.setattr(leftovers, "PATIENCE", 0.1)
        assert left(mark) == [f"{process.pid} sleep 1000"]
        os.kill(process.pid, signal.SIGKILL)
    assert left(mark) == []
