"""An answer with 500 in the log of a server fails the test that was running; nothing else does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.server_errors import errors_in

ROOT = Path(__file__).resolve().parents[1]
LINE = '"GET /broken HTTP/1.1" 500 -'
CONFTEST = "from tests.conftest import pytest_runtest_makereport\n"
TESTS = f"""
import pytest
from tests import server_errors

LINE = {LINE!r}

def test_log(tmp_path):
    server_errors.watch(tmp_path / "log")
    (tmp_path / "log").write_text(LINE + "\\n")

def test_that_comes_later(tmp_path):
    pass

def test_output():
    print(LINE)

@pytest.mark.own_error("/broken")
def test_on_purpose():
    print(LINE)

@pytest.mark.own_error("/other")
def test_on_another_purpose():
    print(LINE)
"""


@pytest.mark.parametrize(
    "line",
    [
        'INFO:     127.0.0.1:5 - "GET /api/downloads HTTP/1.1" 500 Internal Server Error',
        '12:00:00 api | INFO:  127.0.0.1:5 - "GET /x HTTP/1.1" \x1b[91m500 Internal\x1b[0m',
        '127.0.0.1 - - [27/Nov/2026] "GET / HTTP/1.1" 500 -',
        "12:00:00 guard | internal error (the guard keeps running): oops",
        "Task was destroyed but it is pending!",
    ],
)
def test_it_is_found(line: str) -> None:
    assert errors_in(f"before\n{line}\nafter") == [line]


def test_a_task_that_the_driver_of_the_browser_drops_is_not_ours() -> None:
    dropped = "ERROR    asyncio:base_events.py:1771 Task was destroyed but it is pending!"
    of_the_driver = (
        "task: <Task pending coro=<Page._on_route() at /x/playwright/_impl/page.py:348>>"
    )
    ours = "task: <Task pending coro=<Log.run() at /x/scripts/guard/logs/pump.py:3>>"
    assert errors_in(f"{dropped}\n{of_the_driver}\n") == []
    assert errors_in(f"{dropped}\n{ours}\n{dropped}\n{of_the_driver}\n") == [dropped]


@pytest.mark.parametrize(
    "line",
    [
        '"GET /api/downloads?limit=500 HTTP/1.1" 200 OK',
        '"GET /api/downloads HTTP/1.1" 503 Service Unavailable',
        "took 500 ms",
    ],
)
def test_nothing_else_is(line: str) -> None:
    assert errors_in(line) == []


def test_one_on_purpose_is_allowed_for_its_path_alone() -> None:
    meant, other = '"GET /broken HTTP/1.1" 500 -', '"GET /broken/too HTTP/1.1" 500 -'
    assert errors_in(f"{meant}\n{other}", {"/broken"}) == [other]


@pytest.mark.starts
def test_it_fails_the_test_that_was_running(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    failed = {
        line.split("::")[1].split()[0]
        for line in done.stdout.splitlines()
        if "ERROR" in line and "::" in line
    }
    assert failed == {"test_log", "test_output", "test_on_another_purpose"}, done.stdout
