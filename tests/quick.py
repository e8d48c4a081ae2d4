"""Which tests are quick: those whose module, with what it uses of other tests, starts nothing.

A module that imports what starts processes or opens ports (`subprocess`, `socket`, a browser) is
not quick, nor is one that imports such a module of the tests; nor is a test with a fixture of such
a kind, or one that is marked with `starts`, since what it calls does, or with `long`, since it
computes for long. `make test-unit` runs the quick ones, and fails one that starts something all the
same.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
STARTING = frozenset(
    {
        "asyncio.subprocess", "http.client", "http.server", "multiprocessing", "playwright",
        "psycopg", "pty", "socketserver", "subprocess", "urllib.request",
    }
)  # fmt: skip
"""What a module imports that starts processes, opens ports or waits for others."""
TOOLS = frozenset(
    {
        "backup",
        "bench",
        "compatibility",
        "coverage",
        "faults",
        "flakes",
        "fuzz",
        "mutants",
        "newcomer",
        "release",
        "sabotage",
        "sbom",
    }
)
"""Folders with the tests of tools, which run programs themselves."""
FIXTURES = frozenset(
    {"browser", "dist", "free_port", "page", "small_disk", "small_memory", "validated"}
)
"""The last loads for a second what it validates with."""
MARKERS = ("starts", "long")
EVENTS = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "socket.bind", "subprocess.Popen"}
)


class _Look:
    """Whether a quick test is under way; an audit hook cannot be removed again."""

    under_way: str | None = None


def watch() -> None:
    """From now on, fail a quick test that starts a process or binds a port."""
    sys.addaudithook(_audit)


def begin(test: str | None) -> None:
    """Take note of the quick test that runs; None when none does."""
    _Look.under_way = test


def _audit(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in EVENTS and _Look.under_way is not None:
        test, _Look.under_way = _Look.under_way, None
        pytest.fail(f"{test} is taken for quick, and does this: {event}")


def is_quick(item: pytest.Item) -> bool:
    """Whether a test is quick by what its module imports and the fixtures that it asks for."""
    fixtures = frozenset(getattr(item, "fixturenames", ()))
    marked = any(map(item.get_closest_marker, MARKERS))
    if marked or not FIXTURES.isdisjoint(fixtures):
        return False
    return may_be_quick(item.path)


def may_be_quick(path: Path) -> bool:
    """Whether a file of tests may have quick ones: it belongs to no tool, and starts nothing."""
    is_tool = not TOOLS.isdisjoint(path.relative_to(ROOT / "tests").parts)
    return not is_tool and _starts_nothing(path)


def may_hold_quick(path: Path) -> bool:
    """Whether a file may have quick tests, or a folder such a file; of others nothing is known."""
    files = path.rglob("test_*.py") if path.is_dir() else [path]
    tests = [file for file in files if file.name.startswith("test_") and file.suffix == ".py"]
    return not tests or any(map(may_be_quick, tests))


@cache
def _starts_nothing(path: Path) -> bool:
    for name in _imports(path):
        if any(name == each or name.startswith(f"{each}.") for each in STARTING):
            return False
        if name.startswith("tests."):
            file = ROOT / f"{name.replace('.', os.sep)}.py"
            if file.name != "conftest.py" and file.is_file() and not _starts_nothing(file):
                return False
    return True


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
