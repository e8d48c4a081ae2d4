"""The table of docs/testing.md is of the modules as they are now."""

from __future__ import annotations

from pathlib import Path

from scripts.mutants.modules import MODULES, counts
from scripts.mutants.report import HEAD, LEAST_KILLED, not_run, stale

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/testing.md").read_text(encoding="utf-8")


def test_every_line_has_as_many_mutants_as_its_module_has_now() -> None:
    found = stale(DOCUMENT, counts(ROOT))
    assert found == [], f"make mutants w=1 m=... for {' '.join(found)}, or take out the lines"


def test_nine_in_ten_are_killed_of_each() -> None:
    lines = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if ".py` |" in line]
    rows = [row for row in lines if len(row) == len(HEAD) and row[1].isdecimal()]
    assert len(rows) == len(MODULES) - len(not_run(DOCUMENT, counts(ROOT)))
    for name, mutants, killed, equivalent, survived, _ in rows:
        assert int(killed) + int(equivalent) + int(survived) == int(mutants), name
        assert int(killed) >= LEAST_KILLED * (int(killed) + int(survived)), name


def test_a_line_of_another_number_or_of_no_module_is_found() -> None:
    row = "| `a.py` | 3 | 3 | 0 | 0 | 3 of 3 |"
    document = f"| {' | '.join(HEAD)} |\n| --- |\n{row}\n| all | 3 | 3 | 0 | 0 | 3 of 3 |\n"
    a, b = Path("a.py"), Path("b.py")
    assert (stale(document, {a: 3}), not_run(document, {a: 3, b: 1})) == ([], [b])
    assert (stale(document, {a: 4}), not_run(document, {a: 4})) == (["`a.py`"], [a])
    assert stale(document, {b: 3}) == ["`a.py`"]
