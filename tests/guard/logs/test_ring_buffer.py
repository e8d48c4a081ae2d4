"""What a reader of the merged log is given, by the number that it says it has reached."""

import time
from datetime import UTC, datetime

import pytest

from scripts.guard.logs.ring_buffer import RingBuffer

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
# As docs/decisions/0020 has them: what is kept while nobody looks, and while somebody does.
IDLE_BYTES, FOLLOWED_BYTES = 524_288, 8_388_608
BLOCK_COST = 256  # bytes, beside the lines of a block


@pytest.fixture
def feed() -> RingBuffer:
    """Two lines, then one."""
    feed = RingBuffer()
    feed.take("web", b"one\ntwo\n", NOON)
    feed.take("api", b"three\n", NOON)
    return feed


def texts(feed: RingBuffer, number: int) -> list[bytes]:
    blocks, _ = feed.after(number)
    return [block.lines for block in blocks]


def test_what_came_after_a_number_is_given(feed: RingBuffer) -> None:
    assert texts(feed, feed.first) == [b"one\ntwo\n", b"three\n"]
    assert texts(feed, feed.first + 2) == [b"three\n"]
    assert texts(feed, feed.next) == []


@pytest.mark.parametrize("beside", [-1, 1])
def test_a_number_of_another_guard_means_the_beginning(feed: RingBuffer, beside: int) -> None:
    number = feed.first - 1 if beside < 0 else feed.next + 1
    assert texts(feed, number) == [b"one\ntwo\n", b"three\n"]
    assert feed.after(number)[1] == 0


def test_no_more_is_given_than_is_asked_for_and_the_rest_the_next_time(feed: RingBuffer) -> None:
    (first,), lost = feed.after(feed.first, most=1)
    assert (first.lines, lost) == (b"one\ntwo\n", 0)
    (second,), lost = feed.after(first.number + first.count, most=1)
    assert (second.lines, lost) == (b"three\n", 0)


def test_a_reader_of_as_much_as_the_first_block_is_given_that_alone(feed: RingBuffer) -> None:
    (first, _), _ = feed.after(feed.first)
    assert len(feed.after(feed.first, most=first.size)[0]) == 1
    assert len(feed.after(feed.first, most=first.size + 1)[0]) == 2


def test_who_is_too_slow_is_told_how_many_lines_are_lost(feed: RingBuffer) -> None:
    feed.take("web", b"x" * IDLE_BYTES + b"\n", NOON)
    blocks, lost = feed.after(feed.first + 2)
    assert (len(blocks), lost) == (1, 1)
    assert feed.after(feed.first)[1] == 3
    assert feed.after(feed.first + 3)[1] == 0


def test_the_numbers_of_a_later_guard_are_later() -> None:
    before = time.time_ns() // 1_000_000
    first = RingBuffer().first
    assert before <= first <= time.time_ns() // 1_000_000


@pytest.mark.parametrize(("followed", "most"), [(False, IDLE_BYTES), (True, FOLLOWED_BYTES)])
def test_as_much_is_kept_as_is_said_and_no_byte_more(*, followed: bool, most: int) -> None:
    feed = RingBuffer()
    if followed:
        feed.follow(lambda: None)
    half = b"x" * (most // 2 - BLOCK_COST - 1) + b"\n"
    for _ in range(2):
        feed.take("web", half, NOON)
    assert len(texts(feed, feed.first)) == 2
    feed.take("web", half, NOON)
    assert feed.after(feed.first) == (feed.after(feed.first + 1)[0], 1)
    assert len(texts(feed, feed.first + 1)) == 2
    feed.take("web", b"x" + half, NOON)  # with the one before it a byte too much
    assert texts(feed, feed.first) == [b"x" + half]


def test_who_follows_is_called_for_each_piece_until_it_stops(feed: RingBuffer) -> None:
    called: list[int] = []
    stop = feed.follow(lambda: called.append(feed.next))
    feed.take("web", b"four\n", NOON)
    feed.take("web", b"five\nsix\n", NOON)
    assert called == [feed.first + 4, feed.first + 6]
    stop()
    feed.take("web", b"seven\n", NOON)
    assert len(called) == 2
