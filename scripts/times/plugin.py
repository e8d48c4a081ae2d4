"""A plugin of pytest that measures each file of tests: ``-p scripts.times.plugin``.

What a fixture of a file costs falls on the test that asks for it first and, at its end, on the
last. What a browser or a stack that several files share uses falls on who uses it, where Linux
tells; elsewhere of what a test started counts what has ended and was waited for by then.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator

import pytest

from scripts.times import living
from scripts.times.table import Spent, text, write

PROCESSOR = "processor"
"""The property of a report that tells the seconds which its phase used of a processor."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take whether to keep what was measured."""
    parser.addoption("--keep-times", action="store_true", help="write scripts/times/times.tsv")


def pytest_configure(config: pytest.Config) -> None:
    """Measure where the tests run, and add up in the one process that hears of all."""
    config.pluginmanager.register(_Measure())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Sum(config))


def processor_seconds() -> float:
    """What this process and all that it has started have used, kernel included."""
    return sum(os.times()[:4]) + living.seconds()


class _Measure:
    """Tells in each report what its phase used."""

    def __init__(self) -> None:
        self._before = processor_seconds()

    def pytest_runtest_logstart(self) -> None:
        """Begin; what was used since the test before belongs to none."""
        self._before = processor_seconds()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add it to the report, which goes on to the process that adds up."""
        report = yield
        now = processor_seconds()
        report.user_properties.append((PROCESSOR, now - self._before))
        self._before = now
        return report


class _Sum:
    """What the reports tell, by file."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._spent: dict[str, Spent] = defaultdict(Spent)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add one phase of a test to its file."""
        used = dict(report.user_properties).get(PROCESSOR, 0.0)
        name = report.nodeid.partition("::")[0]
        self._spent[name] += Spent(report.duration, float(str(used)), int(report.when == "setup"))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, and keep it where that is asked for."""
        terminalreporter.section("where the time goes")
        terminalreporter.write_line(text(self._spent))
        if self._config.getoption("--keep-times"):
            write(self._spent, self._config.rootpath)
