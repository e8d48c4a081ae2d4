"""A plugin of pytest: writes down which tests there are, and what became of each.

``-p scripts.faults.record --record FILE`` appends to FILE a JSON object a line, a `Line` of
`scripts.faults.runs`: with ``--collect-only`` for each test, else for each phase of each test that
is run. What a run that was killed did not come to is not there, which is how it is noticed.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MARK = "fault(row): a row of the fault table in docs/architecture.md, for `make faults`"
ROW = "fault"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the name of the file."""
    parser.addoption("--record", type=Path, help="file that outcomes of faults are appended to")


def pytest_configure(config: pytest.Config) -> None:
    """Write in one process only: the one that hears of every test."""
    config.addinivalue_line("markers", MARK)
    if (file := config.getoption("--record")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Record(Path(file)))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Note the row with the test, so that every report tells it, whatever becomes of the test."""
    for mark in item.iter_markers(ROW):
        item.user_properties.append((ROW, mark.kwargs["row"]))


class Record:
    """Appends to the file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Write down what there is."""
        if session.config.getoption("collectonly"):
            for item in session.items:
                self._append(item.nodeid, "collected", dict(item.user_properties))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write down what became of a test's set-up, of itself, or of its clearing up."""
        why = "" if report.passed else _why(report)
        seen = dict(report.user_properties)
        self._append(report.nodeid, report.when, seen, outcome=report.outcome, why=why)

    def _append(
        self,
        test: str,
        phase: str | None,
        seen: dict[str, object],
        *,
        outcome: str = "passed",
        why: str = "",
    ) -> None:
        row = seen.pop(ROW, "")
        line = {"test": test, "phase": phase, "row": row, "seen": seen, "why": why}
        ended = {"passed": outcome == "passed", "skipped": outcome == "skipped"}
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({**line, **ended}) + "\n")


def _why(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):  # of a skipped test: file, line, reason
        return str(report.longrepr[2])
    return report.longreprtext
