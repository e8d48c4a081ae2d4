"""`make faults` says no to every row that it has not seen survive: that is tested on tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.faults.__main__ import main

ROWS = "| F1 | a fault | survived |\n| F2 | another | survived |\n"
HEAD = "import os, pytest\n"
FIRST = """
@pytest.mark.fault(row="F1")
def test_first(request):
    request.node.user_properties += [("attempts", 70), ("answers", 60), ("demanded", 50)]
    request.node.user_properties += [("refused", 0)]
"""
SECOND = """
@pytest.mark.fault(row="F2")
def test_second({arguments}):
    {body}
"""
WITHOUT_POSTGRES = """
@pytest.fixture(scope="module")
def postgres():
    pytest.skip("PostgreSQL is not installed")
"""

LEFT_RUNNING = """
@pytest.fixture(scope="session", autouse=True)
def left():
    yield
    assert not "left running"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for tests of two rows, in which pytest starts quickly."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/architecture.md").write_text(ROWS)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -p xdist")
    return tmp_path


def second(body: str = "pass", arguments: str = "") -> str:
    return SECOND.format(body=body, arguments=arguments)


def write(project: Path, *parts: str) -> None:
    (project / "test_faults.py").write_text(HEAD + "".join(parts))


def test_rows_that_survive_each_time_pass(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(project, FIRST, second())
    assert main(["-n", "2", "-w"], project) == 0
    assert "| F1 | 2 | 2 | 140 | 120 | 100 | 0 | - | - |" in capfd.readouterr().out
    assert "All 4 runs passed." in (project / "docs/faults.md").read_text()


LOST = {
    "failed": ([FIRST, second("assert False")], "assert False"),
    "skipped": ([FIRST, second("pytest.skip('only root')")], "only root"),
    "skipped by a fixture": (
        [WITHOUT_POSTGRES, FIRST, second(arguments="postgres")],
        "PostgreSQL is not installed",
    ),
    "not come to": ([FIRST, second("os._exit(7)")], "pytest exited with code 7"),
    "without a test": ([FIRST], "no test is marked with F2"),
    "not collected": ([FIRST, second(), "import no_such_module"], "no_such_module"),
    "skipped as a file": (
        [FIRST, second(), "pytest.skip('no Chromium', allow_module_level=True)"],
        "no tests collected",
    ),
    "no fixture": ([FIRST, second(arguments="nothing")], "fixture 'nothing' not found"),
    "a failure while clearing up": (
        [
            LEFT_RUNNING,
            FIRST,
            second(),
        ],
        "left running",
    ),
    "pytest itself": (
        [
            FIRST,
            second("request.session.shouldstop = 'the machine goes down'", arguments="request"),
            '@pytest.mark.fault(row="F2")\ndef test_third(): pass\n',
        ],
        "the machine goes down",
    ),
}


@pytest.mark.parametrize("case", LOST)
def test_a_row_that_was_not_seen_to_survive_fails_and_says_why(
    project: Path, capfd: pytest.CaptureFixture[str], case: str
) -> None:
    parts, why = LOST[case]
    write(project, *parts)
    assert main(["-n", "1"], project) == 1
    assert why in capfd.readouterr().err


def test_files_side_by_side_lose_no_row_either(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write(project, WITHOUT_POSTGRES, FIRST, second(arguments="postgres"))
    assert main(["-n", "1", "-j", "2"], project) == 1
    captured = capfd.readouterr()
    assert "| F1 | 1 | 1 |" in captured.out
    assert "PostgreSQL is not installed" in captured.err


def test_one_row_of_many_can_be_asked_for(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(project, FIRST, second("assert False"))
    assert main(["-n", "1", "F1"], project) == 0
    assert main(["-n", "1", "F2"], project) == 1
    assert main(["-n", "1", "F1", "F9"], project) == 1
    assert "no test is marked with F9" in capfd.readouterr().err
