"""The runs of the faults' tests as the table that is printed."""

from scripts.faults.runs import Run
from scripts.faults.table import document, render

RUNS = [
    Run("F10", "tests/a.py::kills", passed=True, seen={"ms": 40.2}),
    Run(
        "F1",
        "tests/a.py::kills[web]",
        passed=True,
        seen={"attempts": 1000, "answers": 998, "refused": 0, "failed": 0, "ms": 10},
    ),
    Run(
        "F1",
        "tests/a.py::kills[api]",
        passed=False,
        why="assert 3 == 0",
        seen={"attempts": 500, "answers": 495, "refused": 3, "failed": 2, "ms": 30},
    ),
    Run("F2", "tests/a.py::skipped", passed=False),
    Run("", "pytest", passed=False, why="exit code 3"),
]


def test_rows_are_added_up() -> None:
    assert render(RUNS).splitlines() == [
        "| row | runs | passed | attempted | answered | refused | lost otherwise | median ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        "| F1 | 2 | 1 | 1,500 | 1,493 | 3 | 2 | 20 |",
        "| F2 | 1 | 0 | - | - | - | - | - |",
        "| F10 | 1 | 1 | - | - | - | - | 40 |",
    ]


def test_the_document_says_what_failed_and_how_often() -> None:
    text = document(RUNS, "- a machine", times=2, jobs=3)

    assert "Every scenario 2 times, 3 files of tests at a time. 3 of 5 runs failed:\n" in text
    failed = "- -: `pytest`\n- F1: `tests/a.py::kills[api]`\n- F2: `tests/a.py::skipped`\n"
    assert failed in text
    assert render(RUNS) in text
    assert "All 1 runs passed." in document(RUNS[:1], "- a machine", 1, 1)
