"""A limit on what nothing else can interrupt."""

import re
import signal
import threading
from contextlib import suppress

import pytest

from scripts.guard.core.time_limit import TimeLimitError, time_limit

ENDLESS = re.compile(r"(a+)+$")
TEXT = "a" * 64 + "b"


def test_a_pattern_that_would_go_on_for_years_is_ended() -> None:
    with pytest.raises(TimeLimitError), time_limit(0.05):
        ENDLESS.match(TEXT)


def test_an_alarm_that_was_lost_comes_again() -> None:
    def lose_one() -> None:
        with suppress(TimeLimitError):  # as a weak reference's callback does
            ENDLESS.match(TEXT)
        ENDLESS.match(TEXT)

    with pytest.raises(TimeLimitError), time_limit(0.05):
        lose_one()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_what_is_done_in_time_is_left_alone_and_so_is_what_comes_after() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(30):
        pass
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_an_error_in_the_block_stays_what_it_is() -> None:
    with pytest.raises(KeyError), time_limit(30):
        raise KeyError
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_another_thread_runs_without_a_limit() -> None:
    seen: list[bool] = []

    def work() -> None:
        with time_limit(0.001):
            seen.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]
