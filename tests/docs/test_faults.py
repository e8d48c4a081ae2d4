"""Every row of the fault table is a test, and every test that is marked has its row."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.starts
def test_the_table_and_the_tests_name_the_same_faults() -> None:
    table = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| (F\d+) \|", table, re.MULTILINE))
    marked = {
        row
        for path in (ROOT / "tests").rglob("test_*.py")
        for row in re.findall(r'fault\(row="(F\d+)"\)', path.read_text(encoding="utf-8"))
    }
    assert len(rows) >= 40
    assert rows == marked
