"""The empty lines before a program clears the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.guard.logs.cleared_screen import FEWEST, ClearedScreen

VITE = b"\n" * 48, b"\x1b[1;1H", b"\x1b[0J"


def shown(*chunks: bytes) -> bytes:
    screen = ClearedScreen()
    return b"".join(screen.feed(chunk) for chunk in chunks) + screen.release()


@pytest.mark.parametrize(
    "chunks",
    [
        (b"before\n", *VITE, b"after\n"),
        (b"before\n", b"".join(VITE), b"after\n"),
        (b"before\n" + b"".join(VITE) + b"after\n",),
        (b"before\n", VITE[0] + b"\x1b", b"[1;1", b"H\x1b[0J", b"after\n"),
        (b"before\n", b"\n" * 20, b"\n" * 20 + b"\x1b[2J", b"after\n"),
        (b"before\r\n" + b"\r\n" * 30 + b"\x1bcafter\n",),
    ],
)
def test_they_are_left_out_however_they_come(chunks: tuple[bytes, ...]) -> None:
    left = shown(*chunks)
    assert left.count(b"\n") <= 3
    assert left.startswith(b"before")
    assert left.endswith(b"after\n")


def test_a_few_are_left_alone_and_so_are_many_that_nothing_is_cleared_after() -> None:
    few = b"a\n" + b"\n" * (FEWEST - 1) + b"\x1b[2Jb\n"
    assert shown(few) == few
    many = b"a\n" + b"\n" * 30 + b"b\n"
    assert shown(many) == many
    coloured = b"a\n" + b"\n" * 30 + b"\x1b[31mb\n"
    assert shown(coloured) == coloured


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\n" * 9, b"\x1b[31m", b"\x1b"])))
def test_where_nothing_is_cleared_nothing_is_lost(chunks: list[bytes]) -> None:
    assert shown(*chunks) == b"".join(chunks)


def test_from_four_on_they_are_left_out() -> None:
    assert shown(b"a\n" + b"\n" * 4 + b"\x1b[2Jb\n") == b"a\n\x1b[2Jb\n"
    assert shown(b"a\n" + b"\n" * 3 + b"\x1b[2Jb\n") == b"a\n" + b"\n" * 3 + b"\x1b[2Jb\n"


def test_both_kinds_of_line_end_may_be_read_at_once() -> None:
    both = b"a\n" + b"\n" * 9 + b"\x1b[2Jb\n" + b"\r\n" * 9 + b"\x1b[2Jc\n"
    assert shown(both) == b"a\n\x1b[2Jb\n\x1b[2Jc\n"
