"""What the runs with an engine measured becomes a table, an engine a column."""

from pathlib import Path

import pytest

from scripts.containers import measured
from scripts.containers.measured import Measured

REPORT = """\
{"engine": "podman 4.3.1", "what": "takeover", "figure": "1.2 s"}
{"engine": "docker 26.1", "what": "takeover", "figure": "1.0 s"}
{"engine": "docker 26.1", "what": "size", "figure": "300 MB"}
{"engine": "docker 26.1", "what": "takeover", "figure": "1.1 s"}
"""


def test_a_row_for_each_thing_and_a_column_for_each_engine() -> None:
    table = Measured.of(REPORT, "2026-11-27", "- a machine").table()
    assert table.splitlines()[:4] == [
        "|  | docker 26.1 | podman 4.3.1 |",
        "| --- | --- | --- |",
        "| takeover | 1.1 s | 1.2 s |",
        "| size | 300 MB | - |",
    ]
    assert "podman 4.3.1, on 2026-11-27:" in table


def test_figures_of_an_engine_that_was_not_there_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured, "MEASURED", tmp_path / "measured.json")
    Measured.load().with_runs_of(Measured.of(REPORT, "2026-11-27", "")).save()
    newer = '{"engine": "docker 27", "what": "takeover", "figure": "0.9 s"}'
    Measured.load().with_runs_of(Measured.of(newer, "2026-12-01", "")).save()
    runs = Measured.load().runs
    assert runs["podman"].figures == {"takeover": "1.2 s"}
    assert (runs["docker"].engine, runs["docker"].figures) == ("docker 27", {"takeover": "0.9 s"})


def test_a_run_of_a_part_leaves_the_other_figures_of_that_engine() -> None:
    before = Measured.of(REPORT, "2026-11-27", "")
    part = '{"engine": "docker 26.1", "what": "size", "figure": "200 MB"}'
    after = before.with_runs_of(Measured.of(part, "2026-12-01", "- another load")).runs
    assert after["docker"].figures == {"takeover": "1.1 s", "size": "200 MB"}
    assert after["docker"].day == "2026-12-01"
