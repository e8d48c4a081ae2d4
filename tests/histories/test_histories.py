"""A few histories of the backend as it is, and one of a backend that is broken on purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.histories.__main__ import histories
from scripts.histories.checker import violations
from scripts.histories.plan import Plan, Step
from scripts.histories.planted import PLANTED, plant
from scripts.histories.run import carry_out
from scripts.histories.stand import standing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import FreePort

CANCELLED: Plan = (
    *(Step(0.0, "add", number % 2) for number in range(3)),
    *(Step(1.5, "cancel", number % 2, target=number / 3) for number in range(3)),
)
"""What is running is cancelled through the other backend."""


def test_no_history_of_a_few_has_a_violation(tmp_path: Path, free_port: FreePort) -> None:
    first = 500  # new seeds are for `make histories`: a run of the suite is to be repeatable
    with standing(tmp_path / "stand", free_port) as stand:
        for outcome in histories(stand, range(first, first + 2)):
            assert not outcome.found, (f"seed {outcome.seed}", outcome.found, outcome.plan)
            assert outcome.history
            assert len(outcome.history.calls) > 10
            assert len(outcome.history.faults) == 3
            assert outcome.history.most


def test_a_history_of_a_broken_backend_has_one(tmp_path: Path, free_port: FreePort) -> None:
    code = plant("cancel undone", tmp_path)
    with standing(tmp_path / "stand", free_port, code=code) as stand:
        found = violations(carry_out(stand, CANCELLED))
    assert any(told.startswith("wishes: ") for told in found)


def test_what_each_process_had_at_once_is_known(tmp_path: Path, free_port: FreePort) -> None:
    plan = tuple(Step(0.0, "add", 0) for _ in range(3))
    code = plant("no limit", tmp_path)
    with standing(tmp_path / "stand", free_port, backends=1, code=code) as stand:
        found = violations(carry_out(stand, plan))
    assert [told for told in found if " had 3 at once, where 2 may be" in told]


@pytest.mark.parametrize("name", PLANTED)
def test_each_fault_to_be_planted_fits_the_code(name: str, tmp_path: Path) -> None:
    assert plant(name, tmp_path).is_dir()
