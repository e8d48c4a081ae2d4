"""Long runs of histories are done in parts: what was written is read again, and added to."""

from __future__ import annotations

from collections import Counter

import pytest

from scripts.histories.tally import Tally

ONE = Tally(1_200, 0, 3600.0, Counter({"calls": 40_000, "one-way network": 7}))


def test_what_was_written_is_read_again() -> None:
    assert Tally.read(ONE.table()) == ONE


def test_parts_add_up() -> None:
    both = ONE + Tally(10, 1, 60.0, Counter({"calls": 1, "kill runners": 2}))
    assert both.table().splitlines()[0] == "1,210 histories, 1 with a violation, 3,660 s."
    assert both.counts == {"calls": 40_001, "one-way network": 7, "kill runners": 2}


def test_something_else_is_not_taken_for_one() -> None:
    with pytest.raises(ValueError, match="no tally"):
        Tally.read("Not run yet.")
