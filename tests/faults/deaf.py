"""A plugin of pytest that makes whoever visits a port deaf: no visit ever comes to an answer.

``-p tests.faults.deaf --deaf=refused|reset|timeout`` says in which way.
"""

from __future__ import annotations

import pytest

from scripts.bench import visits
from tests.stack import harness

WAYS = {"refused": ConnectionRefusedError, "reset": ConnectionResetError, "timeout": TimeoutError}
PATIENCE = 5.0  # seconds that answers are waited for which cannot come


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deaf", choices=WAYS, required=True)


def pytest_configure(config: pytest.Config) -> None:
    error = WAYS[config.getoption("--deaf")]

    def knock(port: int, path: str, timeout: float) -> tuple[int, bool]:  # noqa: ARG001
        raise error("deaf on purpose")

    visits.knock = knock
    harness.ANSWERED_SECONDS = PATIENCE / 5  # none comes: that is time lost
    # The tests' own waits for what visitors see; those for states keep their deadline.
    harness.until.__defaults__ = (PATIENCE,)
    # A server that hangs is noticed by those who wait for it: here nobody does.
    harness.GuardRun.await_new_pid.__defaults__ = (4 * PATIENCE,)
