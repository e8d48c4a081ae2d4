"""Which lines count as errors and warnings, in the words of real programs."""

import time

import pytest

from scripts.guard.logs import levels


@pytest.mark.parametrize(
    "line",
    [
        "ERROR:    Application startup failed. Exiting.",
        'INFO:     127.0.0.1:5 - "GET / HTTP/1.1" 500 Internal Server Error',
        "Traceback (most recent call last):",
        "ValueError: not enough values",
        "sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) no such table",
        "error: unknown option",
        "[error] nginx could not bind",
        "npm error code ENOENT",
        'time=12 level=error msg="no route"',
        '{"level":"fatal","msg":"gone"}',
        "panic: runtime error: index out of range",
    ],
)
def test_an_error_is_one(line: str) -> None:
    assert levels.level(line) == "error"


@pytest.mark.parametrize(
    "line",
    [
        "WARNING:  Invalid HTTP request",
        "[warn] slow",
        "x.py:3: DeprecationWarning: old",
        "npm warn",
    ],
)
def test_a_warning_is_one(line: str) -> None:
    assert levels.level(line) == "warning"


@pytest.mark.parametrize(
    "line",
    [
        "INFO: all is well",
        "Found 0 errors",
        "GET /errors 200",
        "warnings are off",
        "",
        "an error page",
    ],
)
def test_an_ordinary_line_is_none(line: str) -> None:
    assert levels.level(line) is None


def test_only_the_beginning_of_a_line_is_looked_at() -> None:
    assert levels.level(" " * 994 + " ERROR") == "error"
    assert levels.level(" " * 995 + " ERROR") is None


def test_at_least_takes_what_is_graver_too() -> None:
    assert levels.at_least("warning", "ERROR: no")
    assert not levels.at_least("error", "WARNING: no")


@pytest.mark.parametrize("line", ["A" * 1_000_000, "E" * 500 + "rror" * 100_000, "A1" * 400_000])
def test_no_line_is_slow_to_judge(line: str) -> None:
    began = time.process_time()
    levels.level(line)
    assert time.process_time() - began < 1
