"""A program that writes a watched file restarts nothing over and over; a person is heeded."""

from pathlib import Path

from scripts.guard.watching.churn import IN_VAIN, WriteStormFilter

OFTEN, WITHIN_SECONDS, REST_SECONDS = 5, 5.0, 3.0
LOG, SOURCE = Path("/src/server.out"), Path("/src/main.py")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_file_that_is_written_over_and_over_is_passed_over_and_the_others_are_not() -> None:
    clock = Clock()
    writes = WriteStormFilter(clock)
    for number in range(1, OFTEN + 3):
        counts, begun = writes.note([LOG])
        assert counts == (frozenset([LOG]) if number < OFTEN else frozenset())
        assert begun == (frozenset([LOG]) if number == OFTEN else frozenset())
        clock.now += 0.1
    assert writes.note([LOG, SOURCE])[0] == {SOURCE}


def test_what_is_never_written_twice_is_not_kept() -> None:
    clock = Clock()
    writes = WriteStormFilter(clock)
    for number in range(1000):
        assert writes.note([Path(f"/src/{number}.py")])[1] == frozenset()
        clock.now += 0.1
    assert len(writes._lately) <= WITHIN_SECONDS / 0.1 + 2  # noqa: SLF001 - what it holds in memory


def test_saves_in_vain_are_five_within_a_minute_and_rest_for_six_seconds() -> None:
    for pause, is_noisy in ((15.0, True), (15.01, False)):
        clock = Clock()
        saves = WriteStormFilter(clock, rate=IN_VAIN)
        for _ in range(5):
            saves.note([SOURCE])
            clock.now += pause
        assert saves.is_noisy is is_noisy
    clock = Clock()
    saves = WriteStormFilter(clock, rate=IN_VAIN)
    for _ in range(5):
        saves.note([SOURCE])
    clock.now += 5.9
    assert saves.quiet() == frozenset()
    clock.now += 0.2
    assert saves.quiet() == {SOURCE}


def test_it_counts_once_when_it_has_come_to_rest() -> None:
    clock = Clock()
    writes = WriteStormFilter(clock)
    for _ in range(OFTEN):
        writes.note([LOG])
    clock.now += REST_SECONDS / 2
    writes.note([LOG])
    clock.now += REST_SECONDS / 2
    assert writes.quiet() == frozenset()
    assert [writes.is_noisy] == [True]
    clock.now += REST_SECONDS / 2
    assert writes.quiet() == {LOG}
    assert [writes.is_noisy] == [False]
    assert writes.note([LOG])[0] == {LOG}


def test_one_who_saves_every_other_second_is_a_person() -> None:
    clock = Clock()
    writes = WriteStormFilter(clock)
    for _ in range(20):
        assert writes.note([SOURCE]) == (frozenset([SOURCE]), frozenset())
        clock.now += 2


def test_a_storm_is_so_many_saves_within_so_many_seconds() -> None:
    for pause, is_storm in (
        (WITHIN_SECONDS / (OFTEN - 1), True),
        (WITHIN_SECONDS / (OFTEN - 1) + 0.01, False),
    ):
        clock = Clock()
        writes = WriteStormFilter(clock)
        for _ in range(OFTEN - 1):
            assert writes.note([LOG])[1] == frozenset()
            clock.now += pause
        assert bool(writes.note([LOG])[1]) is is_storm


def test_what_is_written_in_vain_every_other_second_is_a_program_s_until_it_rests() -> None:
    clock = Clock()
    writes = WriteStormFilter(clock, rate=IN_VAIN)
    counted = []
    for _ in range(20):
        counted.append(bool(writes.note([LOG])[0]))
        assert writes.quiet() == frozenset()
        clock.now += 2
    assert counted == [True] * 4 + [False] * 16
    clock.now += 6
    assert writes.quiet() == {LOG}


def test_the_last_moment_of_the_time_counts_too() -> None:
    clock = Clock()
    writes = WriteStormFilter(clock)
    for _ in range(OFTEN - 1):
        writes.note([LOG])
    clock.now += WITHIN_SECONDS
    assert writes.note([LOG])[1] == {LOG}
