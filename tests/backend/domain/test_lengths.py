"""A server may write anything where a number of bytes is expected."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.lengths import length
from runner.validators import Validators

ODD = ("²", "٣", "9" * 5000, "-1", "+1", "1_0", " 7", "0x10", "", "1e3")


@given(st.text())
@example("9" * 5000)
@example("²")
def test_whatever_is_told_is_a_number_or_nothing(told: str) -> None:
    found = length(told)
    assert found is None or (0 <= found < 10**18 and int(told) == found)


@pytest.mark.parametrize("told", ODD)
def test_what_is_no_length_is_taken_for_none(told: str) -> None:
    assert Validators.of({"Content-Length": told}).length is None
    assert Validators.of({"Content-Range": f"bytes 0-1/{told}"}).length is None
    assert length(told) is None


def test_a_length_is_a_length() -> None:
    assert length("0") == 0
    assert length("123456789012") == 123456789012
    assert length("9" * 18) == 10**18 - 1
    assert length("1" + "0" * 18) is None
    assert length(None) is None
