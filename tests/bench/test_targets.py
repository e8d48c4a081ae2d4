"""A target is reached by a measurement that is good enough, and by nothing else."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scripts.bench import __main__ as bench
from scripts.bench import burdens, crowds, page, recoveries, suites
from scripts.bench.browser import Redraws
from scripts.bench.competitors import BARE, Competitor
from scripts.bench.crowds import Crowd, Torrent, Weight
from scripts.bench.loads import Enqueued, Listening
from scripts.bench.measures import Flood, Idle, Left, Recovery
from scripts.bench.recoveries import BOTH, SERVERS, Starts
from scripts.bench.report import NOT_MEASURED, Target, median, ratio, whole_median
from scripts.bench.suites import GUARDS, PROCESS, STACK
from scripts.bench.visits import Visits

SEEN = Visits(attempts=150, answers=149, cut_off=1)
DEATH = Recovery(0.1, SEEN, neighbour_kept=True)
FORKED = replace(DEATH, seconds=0.04)
ENQUEUED = Enqueued(100, 0.2, 0.1, [0.001] * 100, [0.002] * 100)


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        (Target.at_most("a", 1.5, 1.5), True),
        (Target.at_most("a", 1.51, 1.5), False),
        (Target.at_most("a", None, 1.5), False),
        (Target.at_least("a", 1.5, 1.5), True),
        (Target.at_least("a", 1.49, 1.5), False),
        (Target.at_least("a", None, 1.5), False),
        (Target.below("a", 1.4, 1.5), True),
        (Target.below("a", 1.5, 1.5), False),
        (Target.below("a", None, 1.5), False),
        (Target.zero("a", 0, 100, 100), True),
        (Target.zero("a", 1, 100, 100), False),
        (Target.zero("a", 0, 99, 100), False),
        (Target.zero("a", None, 100, 100), False),
        (Target.missing("a", "there is none"), False),
    ],
)
def test_a_target_needs_a_figure_that_is_good_enough(target: Target, *, reached: bool) -> None:
    assert target.reached is reached


def test_a_target_is_written_with_its_unit_and_its_denominator() -> None:
    assert Target.zero("a", 0, 4321, 400).measured == "0 of 4,321"
    assert Target.at_most("a", 18.61, 36, ".1f", " MiB").measured == "18.6 MiB"
    assert Target.at_most("a", None, 36).measured == NOT_MEASURED
    assert Target.below("a", 0.1, 0.2, ".2f", " %").wanted == "below 0.2 %"


def test_medians_and_ratios_of_what_is_missing_are_missing() -> None:
    assert median([None, 2.0]) == 2
    assert whole_median([1.0, None]) is None
    assert whole_median([]) is None
    assert whole_median([1.0, 3.0]) == 2
    assert ratio(1, None) is ratio(None, 1) is ratio(1, 0) is None
    assert ratio(3, 2) == 1.5


def starts(**changed: dict[str, Any]) -> Starts:
    """Figures as they are when all is well, but for what is given."""
    names = [BARE.name, BOTH.name, *(one.name for one in GUARDS)]
    figures: dict[str, dict[str, Any]] = {
        "cold": {name: [0.1, 0.1] for name in names},
        "back": {victim: {name: [DEATH] * 2 for name in names} for victim in SERVERS}
        | {"api": {name: [DEATH] * 2 for name in names} | {PROCESS.name: [FORKED] * 2}},
        "knocked": {victim: {name: [DEATH] * 2 for name in names} for victim in SERVERS},
    }
    for kind, change in changed.items():
        for name, found in change.items():
            for part in [figures[kind]] if kind == "cold" else figures[kind].values():
                part[name] = found
    return Starts(GUARDS, figures["cold"], figures["back"], figures["knocked"])


LOST = replace(DEATH, visits=Visits(attempts=200, answers=199, failures=["reset"]))
REFUSED = replace(DEATH, visits=Visits(attempts=200, answers=199, refused=1))
DEAF = replace(DEATH, visits=Visits(attempts=200, failures=["timed out"] * 200))
SILENT = replace(DEATH, visits=Visits())
NEVER_BACK = replace(DEATH, seconds=None)


@pytest.mark.parametrize(
    ("deaths", "reached"),
    [
        ([DEATH, DEATH], True),
        ([DEATH, REFUSED], False),
        ([DEATH, LOST], False),
        ([DEATH, DEAF], False),
        ([DEATH, SILENT], False),
        ([DEATH, NEVER_BACK], False),
        ([DEATH, None], False),
        ([DEATH], False),
        ([], False),
    ],
    ids=["fine", "refused", "reset", "deaf", "silent", "never", "missing", "short", "none"],
)
def test_nothing_is_lost_only_where_enough_was_answered_and_all_came_back(
    deaths: list[Recovery | None], *, reached: bool
) -> None:
    target = recoveries.nothing_lost(starts(knocked={STACK.name: deaths}), GUARDS)
    assert target.reached is reached
    assert f"0 of at least {100 * 2 * 2 * 2}" == target.wanted


@pytest.mark.parametrize("missing", [PROCESS, STACK, BARE, BOTH], ids=lambda one: one.name)
@pytest.mark.parametrize("figures", [[], [None, None], [DEATH, None], [DEATH, NEVER_BACK]])
def test_a_recovery_that_was_not_measured_each_time_has_no_ratio(
    missing: Competitor, figures: list[Recovery | None]
) -> None:
    found = starts(back={missing.name: figures}, knocked={missing.name: figures})
    assert all(target.reached for target in suites.recovery_targets(starts()))
    assert not all(target.reached for target in suites.recovery_targets(found))


def test_a_cold_start_that_failed_once_has_no_ratio() -> None:
    assert starts().cold_ratio(STACK) == 1
    for missing in (BARE, STACK):
        for figures in ([], [None], [0.1, None]):
            assert starts(cold={missing.name: figures}).cold_ratio(STACK) is None


def test_the_table_of_recoveries_bears_what_is_missing() -> None:
    full = recoveries.table("Heading", "Text.", starts())
    assert full.rows[2][-3:] == ["0 of 600", "4", "yes"]
    nothing: list[None] = []
    names = {one.name: nothing for one in (*GUARDS, BARE, BOTH)}
    empty = recoveries.table("Heading", "Text.", starts(cold=names, back=names, knocked=names))
    assert empty.rows[2][1:] == ["-", "-", "-", "-", "-", "-", "-", "-", "-"]


FLOOD = Flood(0.25, 0, 0, 0.1)


SLOWER = [replace(FLOOD, seconds=0.6)]


@pytest.mark.parametrize(
    ("own", "halves", "theirs", "reached"),
    [
        ([FLOOD], [FLOOD], SLOWER, [True, True, True, True]),
        ([FLOOD, None], [FLOOD], SLOWER, [False, True, False, False]),
        ([], [FLOOD], [FLOOD], [False, True, False, False]),
        ([FLOOD], [FLOOD, None], SLOWER, [True, False, False, True]),
        ([FLOOD], [], SLOWER, [True, False, False, True]),
        ([FLOOD], SLOWER, SLOWER, [True, False, True, True]),
        ([replace(FLOOD, lost=1)], [FLOOD], SLOWER, [True, True, False, True]),
        ([FLOOD], [replace(FLOOD, torn=1)], SLOWER, [True, True, False, True]),
        ([replace(FLOOD, seconds=0.9)], [FLOOD], [FLOOD], [False, True, True, False]),
        ([FLOOD], [FLOOD], [replace(FLOOD, torn=1)], [True, True, True, False]),
        ([FLOOD], [FLOOD], [], [True, True, True, False]),
    ],
)
def test_the_log_is_judged_by_floods_that_came_out(
    own: list[Flood | None],
    halves: list[Flood | None],
    theirs: list[Flood | None],
    reached: list[bool],
) -> None:
    targets = suites.log_targets({PROCESS.name: own, "other": theirs}, halves)
    assert [target.reached for target in targets] == reached


@pytest.mark.parametrize(
    ("own", "reached"),
    [
        (Idle(18, 0.1), [True, True]),
        (Idle(37, 0.1), [False, True]),
        (Idle(18, 0.2), [True, False]),
        (None, [False, False]),
    ],
)
def test_what_the_guard_costs_is_judged_by_a_guard_that_ran(
    own: Idle | None, reached: list[bool]
) -> None:
    assert [target.reached for target in suites.cost_targets(own)] == reached


@pytest.mark.parametrize(
    ("own", "reached"),
    [
        ([Left(0, 3)] * 4, True),
        ([Left(0, 3)] * 3 + [Left(1, 3)], False),
        ([Left(0, 9)] * 3 + [Left(0, 2)], False),
        ([Left(0, 9)] * 3 + [None], False),
        ([], False),
    ],
)
def test_nothing_is_left_only_of_what_was_there(own: Sequence[Left | None], reached: bool) -> None:  # noqa: FBT001 - a case
    assert suites.nothing_left(own).reached is reached


QUICK, SLOW = ENQUEUED, replace(ENQUEUED, seconds=1)
UNSEEN = replace(ENQUEUED, probes=[0.001] * 19)


@pytest.mark.parametrize(
    ("own", "many", "other", "reached"),
    [
        ([QUICK], [QUICK], [QUICK], [True, True, True]),
        ([SLOW], [QUICK], [QUICK], [False, True, True]),
        ([QUICK], [SLOW], [QUICK], [True, False, True]),
        ([QUICK], [UNSEEN], [QUICK], [True, True, False]),
        ([UNSEEN], [QUICK], [QUICK], [True, True, False]),
        ([replace(QUICK, probes=[0.051] * 99)], [QUICK], [QUICK], [True, True, False]),
        ([], [], [], [False, False, False]),
    ],
)
def test_links_are_judged_by_answers(
    own: list[Enqueued], many: list[Enqueued], other: list[Enqueued], reached: list[bool]
) -> None:
    targets = burdens.links_targets(own, many, other)
    assert [target.reached for target in targets] == reached


@pytest.mark.parametrize(
    ("updates", "reached"),
    [([0, 3.9, 4], True), ([0, 3.9, 4.1], False), ([0, 3.9, 0], False), ([0, 0, 0], False)],
)
def test_who_was_told_nothing_was_not_told_seldom_enough(
    updates: list[float], *, reached: bool
) -> None:
    found = [
        Listening(listeners, 1.0, 1.0, told, listeners)
        for listeners, told in zip((0, 1, 500), updates, strict=True)
    ]
    assert burdens.updates_target(found).reached is reached


@pytest.mark.parametrize(
    ("keys", "seen", "reached"),
    [
        ([0.1], Redraws(10, 200, 0), [True, True]),
        ([0.3], Redraws(10, 200, 0), [False, True]),
        ([], Redraws(10, 200, 0), [False, True]),
        ([0.1], Redraws(10, 200, 1), [True, False]),
        ([0.1], Redraws(0, 0, 0), [True, False]),
    ],
)
def test_the_page_is_judged_by_keys_and_rows_that_were_seen(
    keys: list[float], seen: Redraws, reached: list[bool]
) -> None:
    targets = page.targets_in_use(keys, seen)
    assert [target.reached for target in targets] == reached


REACHED, MISSED = Target("a", "1", "1", reached=True), Target("b", "1", "2", reached=False)


@pytest.mark.parametrize(
    ("targets", "passes"), [([REACHED], True), ([REACHED, MISSED], False), ([], False)]
)
def test_a_run_passes_by_targets_that_were_reached(targets: list[Target], *, passes: bool) -> None:
    assert bench.passed(targets) is passes


def test_a_suite_that_fails_or_says_nothing_is_missed_and_the_rest_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fails(_rounds: int, _competitors: Sequence[Competitor]) -> Any:  # noqa: ANN401
        raise FileNotFoundError("there is no npm")

    wanted: dict[str, bench.Suite] = {
        "page": fails,
        "empty": lambda _rounds, _competitors: ([], []),
        "fine": lambda _rounds, _competitors: ([], [REACHED]),
    }
    targets = [t for name, suite in wanted.items() for t in bench.measure(name, suite, 1, [])[1]]
    assert [(target.what, target.reached) for target in targets] == [
        ("the suite page", False),
        ("the suite empty", False),
        ("a", True),
    ]
    assert targets[0].measured == f"{NOT_MEASURED}: there is no npm"
    assert "there is no npm" in capsys.readouterr().err


def test_without_a_browser_the_page_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.setup.system.browser", lambda: None)
    _, targets = bench.measure("page", page.page, 1, [])
    assert [target.reached for target in targets] == [False]
    assert "no Chromium is installed" in targets[0].measured


def test_without_node_every_target_of_the_supervisors_is_missed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nexit 127\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("scripts.bench.probe.DEADLINE_SECONDS", 0.3)
    monkeypatch.setattr("scripts.bench.duels.ROUNDS", 1)
    wanted = {"supervisors": suites.supervisors, "cost": suites.cost}
    targets = [t for name, suite in wanted.items() for t in bench.measure(name, suite, 1, [])[1]]
    assert len(targets) == 5
    assert not any(target.reached for target in targets)


def weight(megabytes: float, descriptors: int = 60) -> Weight:
    return Weight(megabytes, descriptors, 1.0)


BACK: list[float | None] = [0.1] * crowds.CRASHES
CROWD = Crowd(weight(20), 0.4, [0.2], BACK, weight(22), [0.2])
TORRENT = Torrent(weight(20), weight(21), 30.0, 13_000_000)


@pytest.mark.parametrize(
    ("cold", "idle", "crowd", "torrent", "missed"),
    [
        (1.4, 0.1, CROWD, TORRENT, []),
        (1.6, 0.1, CROWD, TORRENT, [0]),
        (1.4, 0.3, CROWD, TORRENT, [1]),
        (1.4, 0.1, replace(CROWD, back=[*BACK[1:], None]), TORRENT, [2]),
        (1.4, 0.1, replace(CROWD, back=BACK[1:]), TORRENT, [2]),
        (1.4, 0.1, replace(CROWD, after=weight(22, 61)), TORRENT, [3]),
        (1.4, 0.1, replace(CROWD, after=weight(29)), TORRENT, [4]),
        (1.4, 0.1, CROWD, replace(TORRENT, after=weight(29)), [5]),
        (None, None, None, None, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_a_crowd_is_judged_by_all_of_its_crashes(
    cold: float | None,
    idle: float | None,
    crowd: Crowd | None,
    torrent: Torrent | None,
    missed: list[int],
) -> None:
    targets = crowds.targets(cold, idle, crowd, torrent)
    assert [at for at, target in enumerate(targets) if not target.reached] == missed
