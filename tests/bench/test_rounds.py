"""Rounds without a figure stay where they are, and what is not complete is not taken for it."""

from __future__ import annotations

import pytest

from scripts.bench.competitors import BARE, guard
from scripts.bench.probe import NoAnswerError
from scripts.bench.rounds import complete, each, taken


def test_a_round_without_a_figure_keeps_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    turns: list[str] = []

    def measure(one: object) -> int:
        turns.append(getattr(one, "name", ""))
        if len(turns) == 3:
            raise NoAnswerError("nothing came")
        return len(turns)

    own = guard("process")
    assert each("figure", 3, [BARE, own], measure) == {BARE.name: [1, 4, 5], own.name: [2, None, 6]}
    # Each round begins with another.
    assert turns == [BARE.name, own.name, own.name, BARE.name, BARE.name, own.name]
    assert "figure: guard (process): nothing came" in capsys.readouterr().err


def test_another_error_is_not_hidden() -> None:
    def broken(_: object) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        each("figure", 1, [BARE], broken)


@pytest.mark.parametrize(
    ("figures", "known", "whole"),
    [([1, 2], [1, 2], [1, 2]), ([1, None], [1], None), ([], [], None), ([None], [], None)],
)
def test_only_figures_of_every_round_are_complete(
    figures: list[int | None], known: list[int], whole: list[int] | None
) -> None:
    assert taken(figures) == known
    assert complete(figures) == whole
