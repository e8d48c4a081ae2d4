"""Runs tests against a mutant, in a forked process that imports the mutant instead of the module.

The parent has loaded pytest, what tests need of others, and nothing of this project, so that a run
costs the tests and little besides.
"""

from __future__ import annotations

import ast
import contextlib
import enum
import importlib.abc
import importlib.machinery
import importlib.util
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis.strategies  # noqa: F401 - loaded before the fork, as is the next
import psutil  # noqa: F401
import pytest

SLOWER = 5
"""How many times as much of the processor as on the original the tests may take, and ..."""
LEAST_SECONDS = 10.0
"""... in any case so much: then the mutant loops, which is a difference that was seen."""
STANDING = 12
"""How many times as long they may take in all. One that waits for ever takes no processor; one that
is only slow, because the machine is busy with other things, is not to be taken for such."""
MEMORY_BYTES = 4 << 30
POLL_SECONDS = 0.01
PLUGINS = ("pytest_timeout", "_hypothesis_pytestplugin")
# What pytest exits with: all passed; some failed; stopped; its own error; wrong usage; no tests.
PASSED, NO_TESTS = 0, (4, 5)
ENDED_FOR_TIME = (-signal.SIGXCPU, -signal.SIGKILL)


class Outcome(enum.Enum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


class NoTestsError(Exception):
    """The tests of a module cannot be run, or do not pass as it stands."""


class _Loader(importlib.abc.InspectLoader):
    """Gives a module a code that is not its file's."""

    def __init__(self, file: Path, code: CodeType) -> None:
        self._file, self._code = file, code

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 - for tracebacks
        return self._file.read_text(encoding="utf-8")

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self._code


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module, and leaves the rest to those that follow."""

    def __init__(self, name: str, file: Path, code: CodeType) -> None:
        self._name, self._file, self._code = name, file, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        if fullname != self._name:
            return None
        loader = _Loader(self._file, self._code)
        spec = importlib.util.spec_from_loader(fullname, loader, origin=str(self._file))
        if spec is not None:
            spec.has_location = True
        return spec


def seconds_of(tests: Sequence[str], root: Path) -> float:
    """Return the processor time that the tests take on the original, in seconds.

    Raises `NoTestsError` if they fail.
    """
    code, seconds = _run(tests, root, None, limit=None)
    if code != PASSED:
        raise NoTestsError(f"{' '.join(tests)} do not pass as it stands: pytest exits with {code}")
    return seconds


def outcome(
    name: str, file: Path, tree: ast.Module, tests: Sequence[str], root: Path, usual: float
) -> Outcome:
    """Run the tests with a tree in place of the module `name`; `usual`: as `seconds_of` says."""
    finder = _Finder(name, file, compile(tree, str(file), "exec"))
    code, _ = _run(tests, root, finder, limit=max(LEAST_SECONDS, SLOWER * usual))
    if code in ENDED_FOR_TIME:
        return Outcome.TIMED_OUT
    if code in NO_TESTS:
        raise NoTestsError(f"{' '.join(tests)}: pytest exits with {code}")
    return Outcome.SURVIVED if code == PASSED else Outcome.KILLED


def _run(
    tests: Sequence[str], root: Path, finder: _Finder | None, limit: float | None
) -> tuple[int, float]:
    """Return pytest's exit code, and the processor time that it took, in seconds.

    The code is one of `ENDED_FOR_TIME` if that was more than the limit, or if it stood still.
    """
    pid = os.fork()
    if pid == 0:
        _test(tests, root, finder, limit)
    end = None if limit is None else time.monotonic() + STANDING * limit
    while True:
        ended, status, used = os.wait4(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
        if end is not None and time.monotonic() > end:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            end = None
        time.sleep(POLL_SECONDS)


def _test(tests: Sequence[str], root: Path, finder: _Finder | None, limit: float | None) -> None:
    """Be the process that tests: never returns."""
    code = 1
    try:
        os.setsid()
        os.chdir(root)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        if limit is not None:
            seconds = math.ceil(limit)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        if finder is not None:
            sys.meta_path.insert(0, finder)
        # Whatever else is installed for tests takes longer to load than most of these tests.
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        plugins = [word for plugin in PLUGINS for word in ("-p", plugin)]
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *plugins, *tests]))
    finally:
        os._exit(code)
