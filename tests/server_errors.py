"""No test may make a server of ours answer with its own error, whatever else the test is about.

Whoever starts a server says where its log is; `tests/conftest.py` reads on after each test. A test
that has a server fail on purpose says for which path: `@pytest.mark.own_error("/path")`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

# As uvicorn and Python's own servers log a request, with or without colours; and what the guard
# says of an error of its own, and Python of a task that was dropped.
_REQUEST = re.compile(r'"[A-Z]+ (\S+) HTTP/\d\.\d"(?: |\x1b\[[\d;]*m)*500\b')
_OWN = ("internal error (the guard keeps running)", "Task was destroyed but it is pending")
_OF_THE_DRIVER = re.compile(rf"^.*{re.escape(_OWN[1])}.*\n.*/playwright/.*$", re.MULTILINE)
SHOWN = 3
_read: dict[Path, int] = {}
"""How far each log has been read, in bytes."""


def watch(log: Path) -> None:
    """Read this log from now on, whether it is there yet or not."""
    _read.setdefault(log, 0)


def found_now(captured: str, allowed: Collection[str] = ()) -> str:
    """What the logs, and a test's own output, tell since the last time; empty if all is well."""
    found = [f"{line} (in what the test printed)" for line in errors_in(captured, allowed)]
    for log in list(_read):
        found += [f"{line} (in {log})" for line in errors_in(_news_of(log), allowed)]
    return "\n".join(["a server answered with its own error:", *found[:SHOWN]]) if found else ""


def errors_in(log: str, allowed: Collection[str] = ()) -> list[str]:
    """The lines that tell of one, except answers to requests for these paths."""
    # The browser's driver drops tasks in the process of the test, when a page is closed.
    lines = _OF_THE_DRIVER.sub("", log).splitlines()
    return [line for line in lines if _is_error(line, allowed)]


def _news_of(log: Path) -> str:
    """Whole lines only: the rest of another is still to come."""
    try:
        size = log.stat().st_size
        if size == _read[log]:
            return ""
        if size < _read[log]:  # it was begun anew
            _read[log] = 0
        with log.open("rb") as file:
            file.seek(_read[log])
            whole = file.read().rpartition(b"\n")[0]
    except OSError:
        if not log.parent.exists():  # it went with its folder
            del _read[log]
        return ""
    _read[log] += len(whole) + bool(whole)
    return whole.decode(errors="replace")


def _is_error(line: str, allowed: Collection[str]) -> bool:
    if asked := _REQUEST.search(line):
        return asked[1].partition("?")[0] not in allowed
    return any(words in line for words in _OWN)
