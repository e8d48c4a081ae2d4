"""Who is called slower, and who is not."""

import pytest

from scripts.bench import duels
from scripts.bench.duels import NEVER, Duel
from scripts.bench.peers import guard


@pytest.mark.parametrize(
    ("own", "theirs", "lost", "slower"),
    [
        ([0.1] * 21, [0.2] * 21, 0, False),
        ([0.2] * 21, [0.1] * 21, 21, True),
        ([0.2] * 14 + [0.1] * 7, [0.15] * 21, 14, False),
        ([0.2] * 15 + [0.1] * 6, [0.15] * 21, 15, True),
        ([0.1] * 21, [0.1] * 21, 0, False),
        ([0.2] * 3, [0.1] * 3, 3, False),
        ([NEVER] * 21, [0.1] * 21, 21, True),
    ],
    ids=["faster", "slower", "chance", "no chance", "equal", "too few to tell", "never back"],
)
def test_slower_is_who_loses_more_than_chance_explains(
    own: list[float], theirs: list[float], lost: int, *, slower: bool
) -> None:
    duel = Duel("peer", own, theirs)

    assert (duel.lost, duel.is_slower) == (lost, slower)


def test_the_target_names_the_hardest_rival_and_one_defeat_misses_it() -> None:
    won = Duel("slow", [0.1] * 21, [0.2] * 21)
    lost = Duel("fast", [0.1] * 21, [0.05] * 21)

    assert duels.target([won]).reached
    target = duels.target([won, lost])
    assert not target.reached
    assert target.measured == "100 ms (fast: 50), slower in 21 of 21"


def test_the_table_tells_each_rival() -> None:
    table = duels.table(guard("process"), [Duel("slow", [0.1] * 21, [0.2] * 21)])

    assert table.rows[1:] == [
        ["guard (process)", "100 (100 - 100)", "-", "-"],
        ["slow", "200 (200 - 200)", "0 of 21", "no"],
    ]
