"""Who is called slower, and who is not."""

import pytest

from scripts.bench import duels
from scripts.bench.competitors import guard
from scripts.bench.duels import Duel


@pytest.mark.parametrize(
    ("own", "theirs", "lost", "slower"),
    [
        ([0.1] * 21, [0.2] * 21, 0, False),
        ([0.2] * 21, [0.1] * 21, 21, True),
        ([0.2] * 14 + [0.1] * 7, [0.15] * 21, 14, False),
        ([0.2] * 15 + [0.1] * 6, [0.15] * 21, 15, True),
        ([0.1] * 21, [0.1] * 21, 0, False),
        ([0.2] * 3, [0.1] * 3, 3, False),
        ([None] * 21, [0.1] * 21, 21, True),
        ([0.2] * 21, [None] * 21, 0, False),
        # The rival fails in the first round: its others must not move up by one.
        ([0.9, 0.2, 0.3], [None, 0.1, 0.4], 1, False),
    ],
    ids=[
        *("faster", "slower", "chance", "no chance", "equal", "too few to tell", "never back"),
        *("rival never back", "rival failed once"),
    ],
)
def test_slower_is_who_loses_more_than_chance_explains(
    own: list[float | None], theirs: list[float | None], lost: int, *, slower: bool
) -> None:
    duel = Duel("competitor", own, theirs)

    assert (duel.lost, duel.is_slower) == (lost, slower)


QUICK: list[float | None] = [0.1] * 21
SLOW: list[float | None] = [0.2] * 21


@pytest.mark.parametrize(
    ("fights", "reached"),
    [
        ([(QUICK, SLOW)], True),
        ([(SLOW, QUICK)], False),
        ([(QUICK, SLOW), (SLOW, QUICK)], False),
        ([], False),
        ([([None] * 21, SLOW)], False),
        ([([*QUICK[1:], None], SLOW)], False),
        ([([None] * 21, [None] * 21)], False),
        ([(QUICK, [None] * 21)], False),
        ([(QUICK[:14], SLOW[:14])], False),
        ([(QUICK, SLOW[:15] + [None] * 6)], True),
        ([(QUICK, SLOW[:14] + [None] * 7)], False),
    ],
    ids=[
        *("won", "lost", "one lost", "no rival", "guard never up", "guard once not back"),
        *("nobody up", "rival never up", "too few rounds", "enough", "not enough"),
    ],
)
def test_only_a_duel_that_was_fought_is_won(
    fights: list[tuple[list[float | None], list[float | None]]], *, reached: bool
) -> None:
    assert duels.target([Duel("rival", *sides) for sides in fights]).reached is reached


def test_the_target_names_the_hardest_rival_and_one_defeat_misses_it() -> None:
    won = Duel("slow", [0.1] * 21, [0.2] * 21)
    lost = Duel("fast", [0.1] * 21, [0.05] * 21)

    assert duels.target([won]).reached
    target = duels.target([won, lost])
    assert not target.reached
    assert target.measured == "100 ms (fast: 50 ms), slower in 21 of 21"


def test_the_table_tells_each_rival() -> None:
    table = duels.table(guard("process"), [Duel("slow", [0.1] * 21, [0.2] * 21)])

    assert table.rows[1:] == [
        ["guard (process)", "100 (100 - 100)", "-", "-"],
        ["slow", "200 (200 - 200)", "0 of 21", "no"],
    ]
    assert duels.table(guard("process"), []).rows[1:] == []
    unfought = duels.table(guard("process"), [Duel("gone", [0.1] * 21, [None] * 21)])
    assert unfought.rows[-1] == ["gone", "never", "0 of 0", "not measured"]
