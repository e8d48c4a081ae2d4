"""What the runs with an engine measured becomes a table, an engine a column."""

from pathlib import Path

import pytest

from scripts.containers import measured
from scripts.containers.measured import PARTS, Measured

REPORT = """\
{"engine": "podman 4.3.1", "part": "production", "what": "takeover", "figure": "1.2 s"}
{"engine": "docker 26.1", "part": "single", "what": "size", "figure": "300 MB"}
{"engine": "docker 26.1", "part": "production", "what": "takeover", "figure": "1.0 s"}
{"engine": "docker 26.1", "part": "production", "what": "takeover", "figure": "1.1 s"}
"""
LATER = """\
{"engine": "docker 26.1", "part": "production", "what": "takeover (kill -9)", "figure": "0.9 s"}
"""


def test_a_row_for_each_thing_and_a_column_for_each_engine() -> None:
    table = Measured.of(REPORT, "2026-11-27", "- a machine").table()
    assert table.splitlines() == [
        "|  | docker 26.1 | podman 4.3.1 |",
        "| --- | --- | --- |",
        "| takeover | 1.1 s | 1.2 s |",
        "| size | 300 MB | - |",
        *("", "docker 26.1, production, single, on 2026-11-27:", "", "- a machine"),
        *("", "podman 4.3.1, production, on 2026-11-27:", "", "- a machine"),
    ]


def test_a_part_is_taken_the_place_of_as_a_whole_and_others_keep_their_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "MEASURED", tmp_path / "measured.json")
    Measured.load().with_runs_of(Measured.of(REPORT, "2026-11-27", "")).save()
    Measured.load().with_runs_of(Measured.of(LATER, "2026-12-01", "- another load")).save()
    assert {run.key: (run.day, run.figures) for run in Measured.load().runs} == {
        ("docker", "production"): ("2026-12-01", {"takeover (kill -9)": "0.9 s"}),
        ("docker", "single"): ("2026-11-27", {"size": "300 MB"}),
        ("podman", "production"): ("2026-11-27", {"takeover": "1.2 s"}),
    }


def test_what_another_version_of_an_engine_measured_says_so() -> None:
    newer = LATER.replace("26.1", "27")
    both = Measured.of(REPORT, "", "").with_runs_of(Measured.of(newer, "", ""))
    assert both.table().startswith("|  | docker 27, docker 26.1 | podman 4.3.1 |")


def test_every_part_is_a_file_of_tests() -> None:
    assert all(Path(__file__).with_name(f"test_{part}.py").exists() for part in PARTS)
