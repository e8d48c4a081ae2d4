"""The document keeps what was not measured, and says how old each section is."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts.bench import __main__ as bench
from scripts.bench.competitors import BARE, Competitor
from scripts.bench.document import Section, document, section
from scripts.bench.report import Findings, Table, Target
from scripts.docs.proof import read_table

REACHED, MISSED = Target("a", "1", "1", reached=True), Target("b", "1", "2", reached=False)
OTHER = Competitor("other", BARE.prepare, "1.2.3")
TABLE = Table("A heading", "A text.", [["", "refused"], ["guard (process)", "0"], ["other", "all"]])


def found(*targets: Target) -> Section:
    return section("7 rounds, on:\n\n- a machine", [TABLE], targets, [OTHER, BARE])


def test_a_section_says_when_on_what_beside_whom_and_what_was_reached() -> None:
    one = found(REACHED, MISSED)
    assert re.match(r"Measured on \d{4}-\d\d-\d\d, 7 rounds, on:\n\n- a machine\n", one.text)
    assert one.day in one.text
    assert "- other 1.2.3" in one.text
    assert BARE.name not in one.text  # no table names it
    assert one.judged == (1, 2)


def test_a_suite_that_is_measured_again_leaves_the_others_as_they_were() -> None:
    old = Section("2025-01-31", "Old.\n\n| log | 1 | 1 | **no** |\n")
    first = document({"app": found(REACHED), "log": old}, ["app", "log", "page"])
    again = document({"app": found(MISSED)}, ["app", "log", "page"], former=first)
    assert "Old.\n" in again
    assert re.findall(r"^\| `(\w+)` +\| ([\d-]+) +\| (\d of \d)", again, re.MULTILINE) == [
        ("app", found().day, "0 of 1"),
        ("log", "2025-01-31", "0 of 1"),
    ]
    assert document({}, ["app", "log", "page"], former=again) == again


def test_the_proof_finds_its_table_among_the_sections() -> None:
    text = document({"app": found(REACHED), "log": found(MISSED)}, ["app", "log"])
    assert read_table(text, "A heading") == {
        "guard (process)": {"refused": "0"},
        "other": {"refused": "all"},
    }


def test_what_was_measured_is_written_before_the_next_suite_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "benchmarks.md"
    monkeypatch.setattr(bench, "DOCUMENT", page)
    monkeypatch.setattr(bench, "others", lambda _installed: [])
    monkeypatch.setattr("scripts.bench.installed.Installed.install", lambda _self: None)
    monkeypatch.setattr("sys.argv", ["bench", "-w", "log", "cost"])
    seen: list[bool] = []

    def cost(_rounds: int, _competitors: Sequence[Competitor]) -> Findings:
        seen.append(page.exists())
        return [], [MISSED]

    monkeypatch.setattr(
        bench,
        "SUITES",
        {
            "log": lambda _rounds, _competitors: ([TABLE], [REACHED]),
            "cost": cost,
        },
    )
    assert bench.main() == 1
    assert seen == [True]
    assert "suite=cost" in page.read_text()
