"""A plan is its seed's, and a long one is made short."""

from __future__ import annotations

from scripts.histories.plan import ACTIONS, FAULTS, FIRST_ADDS, Plan, Step, draw
from scripts.histories.shrink import shrink


def test_a_seed_gives_one_plan_and_another_seed_another() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_all_kinds_of_calls_and_faults_are_drawn_within_their_bounds() -> None:
    steps = [step for seed in range(60) for step in draw(seed, backends=3)]
    assert {step.what for step in steps} == {*ACTIONS, *FAULTS}
    assert {step.backend for step in steps} == {0, 1, 2}
    assert all(step.lasts <= FAULTS.get(step.what, 0.0) for step in steps)
    for plan in map(draw, range(10)):
        assert [step.at for step in plan] == sorted(step.at for step in plan)
        assert [step.what for step in plan[:FIRST_ADDS]] == ["add"] * FIRST_ADDS


def test_only_the_faults_that_can_be_done_are_drawn() -> None:
    drawn = {step.what for seed in range(20) for step in draw(seed, ["kill backend"])}
    assert drawn - set(ACTIONS) == {"kill backend"}


PLAN: Plan = tuple(Step(float(number), "add", 0) for number in range(20))


def test_what_two_steps_cause_is_made_a_plan_of_these_two() -> None:
    needed = {PLAN[3], PLAN[17]}
    short = shrink(PLAN, lambda plan: needed <= set(plan), tries=200)
    assert set(short) == needed


def test_no_more_is_tried_than_may_be() -> None:
    tried: list[Plan] = []

    def fails(plan: Plan) -> bool:
        tried.append(plan)
        return PLAN[0] in plan

    short = shrink(PLAN, fails, tries=3)
    assert len(tried) == 3
    assert PLAN[0] in short
