from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.ids import new_id, now
from domain.names import key_of, media_type, playable, readable, segment, with_key
from domain.naming import DEFAULT, place


def file_name(title: str) -> str:
    """What a file is called unless somebody chooses otherwise."""
    return place(DEFAULT, "", {"title": title, "key": "b5hf5d"}) + ".mp4"


@given(st.text())
@example("../../etc/passwd")
@example("CON")
@example("nul.txt")
@example("\u202egnp.exe")
@example("a" * 1000)
@example("🎬" * 200)
@example("a" + "🎬" * 200)  # of which the last that fits would be cut in two
@example(" . ")
@example("a\x00b\nc")
def test_any_title_gives_a_name_that_every_file_system_takes(title: str) -> None:
    name = file_name(title)

    assert name.endswith("[b5hf5d].mp4")
    assert len(name.encode()) < 220
    assert not set(name) & set('/\\:*?"<>|')
    assert name.isprintable()
    assert not name.startswith((".", " "))
    assert name.split(" [")[0].lower().partition(".")[0] not in {"con", "nul", "aux", "com1"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A fine day", "A fine day [b5hf5d].mp4"),
        ("Zoë: «ça va?»", "Zoë_ «ça va_» [b5hf5d].mp4"),
        ("日本語", "日本語 [b5hf5d].mp4"),
        ("", "download [b5hf5d].mp4"),
        ("AC/DC", "AC_DC [b5hf5d].mp4"),
        ("a" + "🎬" * 200, f"a{'🎬' * 44} [b5hf5d].mp4"),
        ("b" * 181, f"{'b' * 180} [b5hf5d].mp4"),
    ],
)
def test_what_can_be_kept_of_a_title_is_kept(title: str, expected: str) -> None:
    assert file_name(title) == expected


@pytest.mark.parametrize("suffix", ["html", "svg", "js", "xhtml", "exe", ""])
def test_nothing_that_a_browser_would_run_has_a_type_of_its_own(suffix: str) -> None:
    assert media_type(f"x.{suffix}") == "application/octet-stream"
    assert not playable(f"x.{suffix}")


def test_ids_are_unique_and_sort_by_the_time_of_their_making() -> None:
    ids = [new_id() for _ in range(2000)]

    assert len(set(ids)) == 2000
    assert [i[:10] for i in ids] == sorted(i[:10] for i in ids)


def test_timestamps_sort_as_texts() -> None:
    assert now(after=-1) < now() < now(after=0.5) < now(after=60)


@pytest.mark.parametrize(
    ("name", "plays"),
    [("a.mp4", True), ("a.b.MP3", True), ("a.mkv", False), ("mp4", True), ("a", False)],
)
def test_what_browsers_play_is_told_by_the_ending(name: str, *, plays: bool) -> None:
    assert playable(name) is plays


def test_a_key_is_the_end_of_an_id() -> None:
    assert key_of("01m84cwny6g09044e2b7b5hf5d") == "b5hf5d"
    assert with_key("Rain", "01m84cwny6g09044e2b7b5hf5d") == "Rain [b5hf5d]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", "a b"),
        ("a\tb", "ab"),
        (" a  b ", "a b"),
        (".. a .", "a"),
        ("nul", "_nul"),
        ("", ""),
        ("e\u0301", "\u00e9"),
    ],
)
def test_of_a_text_a_name_keeps_what_can_be_seen(text: str, expected: str) -> None:
    assert segment(text) == expected


def test_a_name_is_cut_where_it_is_told() -> None:
    assert segment("abc", most=2) == "ab"
    assert segment("a b", most=2) == "a"
    assert readable(" a\u202e  b ") == "a b"
