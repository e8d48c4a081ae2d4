"""The size of a service's terminal, of whom several users may be attached to."""

import os
import pty
from collections.abc import Iterator

import pytest

from scripts.guard.attach.window_size import WindowSize


def own() -> tuple[int, int]:
    return 40, 120


@pytest.fixture
def terminal() -> Iterator[int]:
    """A service's terminal of 40 rows and 120 columns."""
    master, slave = pty.openpty()
    window = WindowSize(lambda: master, own)
    first = window.enter()
    window.resize(first, 40, 120)
    yield master
    os.close(master)
    os.close(slave)


def size(terminal: int) -> tuple[int, int]:
    columns, lines = os.get_terminal_size(terminal)
    return lines, columns


def test_it_is_that_of_the_latest_and_then_that_of_who_is_left(terminal: int) -> None:
    window = WindowSize(lambda: terminal, own)
    one = window.enter()
    window.resize(one, 30, 100)
    two = window.enter()
    assert size(terminal) == (30, 100)
    window.resize(two, 50, 200)
    assert size(terminal) == (50, 200)
    window.resize(one, 31, 101)
    assert size(terminal) == (31, 101)
    window.leave(one)
    assert size(terminal) == (50, 200)
    window.leave(two)
    assert size(terminal) == (40, 120)
    assert not window.is_shared


def test_who_has_no_wish_changes_nothing(terminal: int) -> None:
    window = WindowSize(lambda: terminal, own)
    window.leave(window.enter())
    assert size(terminal) == (40, 120)


def test_the_next_process_has_its_terminal_like_it() -> None:
    pairs = [pty.openpty() for _ in range(2)]
    terminals = [master for master, _ in pairs]
    window = WindowSize(lambda: terminals[0], own)
    window.resize(window.enter(), 30, 100)
    terminals.reverse()
    window.follow()
    assert size(terminals[0]) == (30, 100)
    for pair in pairs:
        for descriptor in pair:
            os.close(descriptor)
