"""What fails in any of several runs is listed, with how often; what cannot be run here is not."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from scripts.flakes.__main__ import main
from scripts.flakes.load import load

TESTS = """
import os, pathlib, pytest
counter = pathlib.Path(__file__).with_name("counter")

def test_steady(): pass

def test_not_here(): pytest.skip("no nginx here")

def test_flaky():
    runs = len(counter.read_text()) if counter.exists() else 0
    counter.write_text("." * (runs + 1))
    assert runs != 1
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_some.py").write_text(TESTS)
    return tmp_path


def test_what_fails_once_of_three_times_is_found(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["-n", "3", "-j", "1", "--load", "1"], project) == 1
    assert capfd.readouterr().out == "1 of 3: test_some.py::test_flaky\n"


def test_when_nothing_fails_it_says_of_how_many(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["-n", "1", "-j", "1", "--load", "0", "test_some.py"], project) == 0
    assert capfd.readouterr().out == "1 runs of 3 tests: nothing failed\n"


@pytest.mark.parametrize("body", ["os._exit(3)", "assert False"])
def test_a_run_that_breaks_off_or_a_test_that_always_fails_is_said(
    project: Path, body: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "test_some.py").write_text(f"import os\ndef test_one(): {body}\n")
    assert main(["-n", "1", "-j", "1", "--load", "0"], project) == 1
    assert "test_one" in capfd.readouterr().out


def test_the_load_keeps_the_processors_busy_and_ends() -> None:
    before = psutil.Process().children()  # another test's may be zombies
    with load(2):
        busy = [child for child in psutil.Process().children() if child not in before]
        assert len(busy) == 2
        while not all(sum(one.cpu_times()[:2]) > 0.05 for one in busy):
            time.sleep(0.01)
    assert not any(one.is_running() for one in busy)
