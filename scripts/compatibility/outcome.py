"""What came of a suite, read from what pytest, Vitest and the script around them printed."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

# "== 2 failed, 31 passed, 4 skipped in 5.10s ==", "31 passed in 5.10s", "Tests  31 passed (31)".
_CLOSING = re.compile(r"^=*[ ]?((?:\d+ [a-z]+, )*\d+ [a-z]+) in [\d.]+s\b|^ +Tests +(.+) \(\d+\)$")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?)\b")
_TOLD = re.compile(r"^compatibility: (\w+): (.*)$", re.MULTILINE)

_VERSIONS = {"python", "node", "system", "begun"}

SCRIPT = """\
set -u
tell() { printf 'compatibility: %s: %s\\n' "$1" "$(shift; "$@" 2>&1 | tail -n 1)"; }
tell begun date -u +%F
make {targets} {python}
status=$?
PATH="$PWD/.venv/bin:$PATH"
tell python python --version
command -v node >/dev/null && tell node node --version
. /etc/os-release 2>/dev/null && tell system echo "$PRETTY_NAME"
exit $status
"""
"""Runs in the folder of a clone. What it tells is read by `outcome`."""


@dataclass(frozen=True)
class Outcome:
    """What came of one suite; counts are of tests."""

    targets: str
    status: int
    """The exit status of make: 0 if all is well."""
    passed: int
    failed: int
    skipped: int
    python: str = "-"
    node: str = "-"
    system: str = "-"
    begun: str = "-"
    """The day, as 2026-01-31."""

    @property
    def is_well(self) -> bool:
        """Whether it says that the project works there: something was tested, and all passed."""
        return self.status == 0 and self.failed == 0 and self.passed > 0


def outcome(targets: str, status: int, printed: str) -> Outcome:
    """Add up the closing lines of all test runs in `printed`."""
    plain = _COLOUR.sub("", printed)
    counts: Counter[str] = Counter()
    for closing in filter(None, map(_CLOSING.match, plain.splitlines())):
        for number, what in _COUNT.findall(closing[0]):
            counts[what] += int(number)
    told = {name: text.removeprefix("Python ") for name, text in _TOLD.findall(plain)}
    return Outcome(
        targets,
        status,
        passed=counts["passed"],
        failed=counts["failed"] + counts["error"] + counts["errors"],
        skipped=counts["skipped"],
        **{name: told[name] for name in _VERSIONS & told.keys()},
    )
