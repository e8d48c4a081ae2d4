"""Each target of `make fuzz` for a moment; and a target that does not hold is noticed."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import strategies as st
from schemathesis.engine.run import PhaseName

from scripts.fuzz import phases
from scripts.fuzz.__main__ import NAMES, TARGETS, main, table
from scripts.fuzz.engine import Hold, Outcome, Target, fuzz

ROOT = Path(__file__).resolve().parents[2]
INPUTS = 100
SECONDS = 60.0  # at most; the inputs are drawn long before
SECURITY = (ROOT / "docs/security.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_target_holds(target: Target, tmp_path: Path) -> None:
    outcome = fuzz(target, tmp_path, SECONDS, most=INPUTS)
    assert outcome.findings == []
    assert outcome.inputs > INPUTS // 2


def holding(hold: Hold) -> Callable[[Path], object]:
    @contextmanager
    def opened(_: Path) -> Iterator[Hold]:
        yield hold

    return opened


def test_what_does_not_hold_is_found_and_made_short(tmp_path: Path) -> None:
    def hold(text: str) -> None:
        assert "x" not in text

    outcome = fuzz(Target("planted", st.text(), holding(hold)), tmp_path, 60.0)  # type: ignore[arg-type]
    assert len(outcome.findings) == 1
    assert "with 'x'" in outcome.findings[0]


def test_it_ends_when_its_time_is_over(tmp_path: Path) -> None:
    drawn: list[int] = []
    outcome = fuzz(Target("endless", st.integers(), holding(drawn.append)), tmp_path, 0.2)  # type: ignore[arg-type]
    assert outcome.findings == []
    assert outcome.inputs == len(drawn) > 0


def test_what_goes_wrong_around_the_inputs_is_found_too(tmp_path: Path) -> None:
    @contextmanager
    def opened(_: Path) -> Iterator[Hold]:
        yield lambda _: None
        raise AssertionError("it did not run on")

    outcome = fuzz(Target("server", st.integers(), opened), tmp_path, 60.0, most=5)
    assert outcome.inputs == 5
    assert "it did not run on" in outcome.findings[0]


def test_no_phase_that_schemathesis_has_is_left_out() -> None:
    before = {"probing", "schema_analysis", "auth_bootstrap"}  # they send no requests of their own
    assert {*phases.PHASES} == {each.value for each in PhaseName} - before


WELL = {name: {"status": "success"} for name in phases.PHASES}


@pytest.mark.parametrize(
    ("failed", "ended", "found"),
    [
        (0, WELL, 0),
        (2, WELL, 1),
        (0, WELL | {"stateful": {"status": "skip"}}, 1),
        (0, {}, len(phases.PHASES)),
    ],
)
def test_a_phase_that_fails_or_does_not_run_is_a_finding(
    failed: int, ended: dict[str, dict[str, str]], found: int
) -> None:
    cases = {"generated": 9, "with_failures": failed, "errored": 0}
    outcome = phases.outcome({"test_cases": cases, "phases": ended}, "GET /x", 1.0)
    assert (outcome.inputs, len(outcome.findings)) == (9, found)


def test_a_name_that_no_target_has_is_refused_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["no such target"])
    assert TARGETS[0].name in capsys.readouterr().err


def test_the_figures_in_the_documentation_are_of_all_targets_and_nothing_is_open() -> None:
    written = SECURITY.partition("<!-- written by `make fuzz w=1` -->")[2].partition("<!-- end")[0]
    rows = dict(re.findall(r"^\| (.+?) \| .* \| (\d+) \|$", written, re.MULTILINE))
    assert list(rows) == list(NAMES)
    assert set(rows.values()) == {"0"}
    assert table([Outcome("a", 1234, 5.6, [])]).endswith("| a | 1,234 | 6 | 0 |")
