"""What rows and suites need is really taken away: `make faults` and `make bench` say no, and why.

Each runs in a mount namespace, in which /dev/null lies over the program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts.setup import system

ROOT = Path(__file__).resolve().parents[2]
LAY_OVER = 'for program in $1; do mount --bind /dev/null "$program" || exit 99; done; shift; "$@"'
SUITE = """
import sys
from scripts.bench import __main__ as bench
_, targets = bench.measure(sys.argv[1], bench.SUITES[sys.argv[1]], 1, [])
print(*(target for target in targets if not target.reached), sep="\\n")
sys.exit(0 if bench.passed(targets) else 1)
"""
NODE, BROWSER, POSTGRES = shutil.which("node"), system.browser(), system.postgres()
ROWS = {
    "F16": (Path(NODE or ""), "node"),
    "F25": (BROWSER, "no Chromium here"),
    "F29": (POSTGRES and POSTGRES / "postgres", "initdb"),
}
"""Of the table of faults: what each needs, and what it says without."""


def without(programs: Sequence[Path | None], *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these words where these programs are not what they were."""
    there = [str(program.resolve()) for program in programs if program and program.is_file()]
    if len(there) < len(programs):
        pytest.skip("not all of them are here anyway")
    namespace = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted for one process alone here")
    return subprocess.run(
        [*namespace, "sh", "-c", LAY_OVER, "sh", " ".join(there), sys.executable, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


def test_the_rows_that_need_them_have_not_survived() -> None:
    programs = [program for program, _ in ROWS.values()]
    ended = without(programs, "-m", "scripts.faults", "-n", "1", *ROWS)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert f"failed: {sorted(ROWS)}" in ended.stderr
    said = re.split(r"^(?=F\d+ )", ended.stderr, flags=re.MULTILINE)
    for row, (_, why) in ROWS.items():
        assert [each for each in said if each.startswith(row) and why in each], ended.stderr


@pytest.mark.parametrize(
    ("program", "why"),
    [(Path(NODE or ""), "node"), (BROWSER, "no Chromium")],
    ids=["node", "browser"],
)
def test_the_suite_of_the_page_has_reached_nothing(program: Path | None, why: str) -> None:
    ended = without([program], "-c", SUITE, "page")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "not measured" in ended.stdout
    assert why in ended.stdout + ended.stderr
