"""The runs of the faults' tests as the table that is printed."""

import re

from scripts.faults.runs import Run
from scripts.faults.table import document, render

RUNS = [
    Run("F10", "tests/a.py::kills", passed=True, seen={"ms": 40.2}),
    Run(
        "F1",
        "tests/a.py::kills[web]",
        passed=True,
        seen={
            "attempts": 1000,
            "answers": 998,
            "demanded": 50,
            "refused": 0,
            "failed": 0,
            "ms": 10,
        },
    ),
    Run(
        "F1",
        "tests/a.py::kills[api]",
        passed=False,
        why="assert 3 == 0",
        seen={"attempts": 500, "answers": 495, "demanded": 50, "refused": 3, "failed": 2, "ms": 30},
    ),
    Run("F2", "tests/a.py::skipped", passed=False),
    Run("", "pytest", passed=False, why="exit code 3"),
]


def test_rows_are_added_up() -> None:
    head, *rows = render(RUNS).splitlines()
    assert head.startswith("| row | runs | passed | attempted | answered | demanded | refused |")
    assert head.endswith(" | lost otherwise | median ms |")
    assert rows == [
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| F1 | 2 | 1 | 1,500 | 1,493 | 100 | 3 | 2 | 20 |",
        "| F2 | 1 | 0 | - | - | - | - | - | - |",
        "| F10 | 1 | 1 | - | - | - | - | - | 40 |",
    ]


def test_the_document_says_what_failed_and_how_often() -> None:
    text = document(RUNS, "- a machine", times=2, jobs=3)

    assert (
        "The last run: every scenario 2 times, 3 files of tests at a time. 3 of 5 runs failed:\n"
        in text
    )
    failed = "- -: `pytest`\n- F1: `tests/a.py::kills[api]`\n- F2: `tests/a.py::skipped`\n"
    assert failed in text
    assert re.search(r"^\| F2 \| 1 \| 0 (\| - ){6}\| \d{4}-\d\d-\d\d \|$", text, re.MULTILINE)
    assert "\n\nIn the table, F1 failed in 1 of 2 runs and F2 in 1 of 1.\n\n" in text
    steady = document(RUNS[:1], "- a machine", 1, 1)
    assert "All 1 runs passed." in steady
    assert "In the table" not in steady


def test_rows_that_were_not_run_stand_as_they_were() -> None:
    former = document(RUNS, "- a machine", 2, 3).replace("| F1 | 2 | 1 |", "| F1 | 20 | 20 |")
    text = document(RUNS[:1], "- another", 1, 1, former)

    assert [line.split(" | ")[:2] for line in text.splitlines() if line.startswith("| F")] == [
        ["| F1", "20"],
        ["| F2", "1"],
        ["| F10", "1"],
    ]
    assert "\n\nIn the table, F2 failed in 1 of 1 runs.\n\n" in text
    assert "The last run, of F10: every scenario 1 times. All 1 runs passed." in text
