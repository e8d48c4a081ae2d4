"""Whatever a text holds, a terminal only shows it."""

from hypothesis import given
from hypothesis import strategies as st

from scripts.guard.cli.inert import coloured, plain, plain_json

CODES = st.sampled_from(["\x1b[2J", "\x1b]0;t\x07", "\x9b1m", "\x1b[31m", "\x1bP+q\x1b\\", "\x1bc"])
TEXTS = st.lists(st.one_of(CODES, st.text(max_size=5)), max_size=6).map("".join)


@given(TEXTS)
def test_only_printable_text_line_ends_and_tabs_are_left(text: str) -> None:
    shown = plain(text)
    controls = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))} - {"\n", "\t"}
    assert not controls & set(shown)
    assert plain(shown) == shown


@given(TEXTS)
def test_a_line_stays_one_and_leaves_no_colour_open(text: str) -> None:
    shown = coloured(text)
    assert "\n" not in shown
    assert "\x1b" not in shown.replace("\x1b[", "")
    assert not shown.count("\x1b[") or shown.endswith("\x1b[0m") or "\x1b[31m" not in shown


def test_names_and_values_are_made_plain_and_the_rest_is_left() -> None:
    value = {"a\x07": ["\x1b[2Jb", {"c": 1, "d": None, "e": True}]}
    assert plain_json(value) == {"a": ["b", {"c": 1, "d": None, "e": True}]}
