"""What a reader of the merged log is given, by the number that it says it has reached."""

from datetime import UTC, datetime

import pytest

from scripts.guard.logs.ring_buffer import IDLE_BYTES, RingBuffer

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


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


def test_who_is_too_slow_is_told_how_many_lines_are_lost(feed: RingBuffer) -> None:
    feed.take("web", b"x" * IDLE_BYTES + b"\n", NOON)
    blocks, lost = feed.after(feed.first + 2)
    assert (len(blocks), lost) == (1, 1)
