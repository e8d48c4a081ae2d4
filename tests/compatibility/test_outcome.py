"""What is read from the output of pytest, Vitest and the script around them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.compatibility.outcome import SCRIPT, outcome

PRINTED = """\
 \x1b[32m✓\x1b[39m src/i18n/format.test.ts (5 tests) 12ms
 Test Files  2 passed (2)
      Tests  30 passed | 1 skipped (31)
=========== short test summary info ============
FAILED tests/x.py::test_that 3 passed in the name
==== 1 failed, 20 passed, 2 skipped, 1 error in 5.10s (0:01:02) ====
10 passed in 0.50s
compatibility: begun: 2026-01-31
compatibility: python: Python 3.13.0
compatibility: node: v20.19.0
compatibility: system: Debian GNU/Linux 13 (trixie)
"""


def test_counts_of_all_runs_are_added_up() -> None:
    found = outcome("check test", 2, PRINTED)
    assert (found.passed, found.failed, found.skipped) == (60, 2, 3)
    assert not found.is_well


def test_versions_are_those_that_were_told() -> None:
    found = outcome("test", 0, PRINTED)
    assert (found.python, found.node, found.begun) == ("3.13.0", "v20.19.0", "2026-01-31")
    assert found.system == "Debian GNU/Linux 13 (trixie)"


@pytest.mark.parametrize(
    ("status", "printed", "well"),
    [(0, "1 passed in 1s", True), (1, "1 passed in 1s", False), (0, "nothing was run", False)],
)
def test_it_is_well_where_something_ran_and_nothing_failed(
    status: int,
    printed: str,
    well: bool,  # noqa: FBT001
) -> None:
    assert outcome("test", status, printed).is_well is well


def test_the_script_tells_what_is_read_and_ends_as_make_did(tmp_path: Path) -> None:
    """With a real make, in a folder that is like a clone."""
    (tmp_path / "Makefile").write_text("test:\n\t@echo '2 passed in 0.1s on $(python)'; exit 3\n")
    script = SCRIPT.replace("{targets}", "test").replace("{python}", "python=3.13")
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    found = outcome("test", done.returncode, done.stdout)
    assert (found.status, found.passed) == (2, 2)  # make's own status for a recipe that failed
    assert found.begun.startswith("20")
    assert "on 3.13" in done.stdout


def test_where_there_is_no_node_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("test: ; @echo 1 passed in 0.1s\n")
    for name in ("sh", "make", "date", "tail", "echo"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    (tmp_path / "python").symlink_to(sys.executable)
    script = SCRIPT.replace("{targets}", "test").replace("{python}", "")
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    found = outcome("test", 0, done.stdout)
    assert (found.node, found.python[:2], done.stderr) == ("-", "3.", "")
