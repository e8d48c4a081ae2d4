"""One save counts at once; a burst of them counts once, when it is over."""

from pathlib import Path

import pytest

from scripts.guard.watching.burst import Burst


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def burst(clock: Clock) -> Burst:
    return Burst(clock)


def files(*names: str) -> frozenset[Path]:
    return frozenset(map(Path, names))


def test_a_single_save_counts_at_once_and_so_does_the_next_one_later(
    burst: Burst, clock: Clock
) -> None:
    assert burst.note(files("a")) == files("a")
    assert burst.due is None
    clock.now += 0.5
    assert burst.note(files("a")) == files("a")


def test_what_follows_closely_counts_together_after_half_a_second_of_quiet(
    burst: Burst, clock: Clock
) -> None:
    counted = [burst.note(files("0"))]
    for number in range(1, 400):
        clock.now += 0.025
        counted.append(burst.note(files(str(number))))
    assert [each for each in counted if each] == [files("0")]
    assert burst.due == pytest.approx(0.5)
    clock.now += 0.25
    assert burst.take() == frozenset()
    clock.now += 0.25
    assert burst.take() == files(*map(str, range(1, 400)))
    assert burst.due is None


def test_many_at_once_wait_for_the_rest(burst: Burst, clock: Clock) -> None:
    assert burst.note(files(*"abcdefgh")) == frozenset()
    clock.now += 0.5
    assert burst.take() == files(*"abcdefgh")


def test_a_burst_that_does_not_end_counts_after_half_a_minute(burst: Burst, clock: Clock) -> None:
    burst.note(files("a"))
    taken = []
    for _ in range(100):
        clock.now += 0.4
        burst.note(files("b"))
        taken.append(burst.take())
    assert sum(map(bool, taken)) == 1
    assert burst.due is not None


def test_nothing_saved_is_no_burst(burst: Burst) -> None:
    assert burst.note(frozenset()) == frozenset()
    assert burst.note(files("a")) == files("a")


def test_half_a_minute_is_counted_from_its_second_save(burst: Burst, clock: Clock) -> None:
    burst.note(files("a"))
    for _ in range(74):
        clock.now += 0.4
        burst.note(files("b"))
    assert burst.due == pytest.approx(0.5)  # the second one was at 0.4 s
    clock.now += 0.4
    burst.note(files("b"))
    clock.now += 0.2
    assert burst.due == pytest.approx(0.2)
