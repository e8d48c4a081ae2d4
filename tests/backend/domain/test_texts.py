from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.failures import classify
from domain.texts import MAX_LENGTH, line, sanitized
from runner.metadata import extract_metadata, media_key, preview

ANY_TEXT = st.text(st.characters(exclude_categories=[]))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("cut emoji \ud83d", "cut emoji \ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("a\0b\nc", "ab c"),
        (" \t ", None),
        ("", None),
        (None, None),
        (7, "7"),
        ("x" * 5000, "x" * MAX_LENGTH),
    ],
)
def test_a_line_is_what_can_be_kept_and_shown(text: object, kept: str | None) -> None:
    assert line(text) == kept


@given(ANY_TEXT)
def test_every_text_of_a_site_can_be_kept(text: str) -> None:
    told = {"title": text, "uploader": text, "extractor_key": "Site", "id": text, "duration": text}
    kept = [
        extract_metadata(told),
        preview({"entries": [told | {"url": "https://e.org/"}]})["entries"],
    ]

    assert "\\u0000" not in json.dumps(kept)
    assert json.dumps(kept, ensure_ascii=False).encode()
    assert classify(Exception(text)).sentence.encode()


@given(ANY_TEXT)
def test_what_is_mended_can_be_written(text: str) -> None:
    told = sanitized({"title": text, "chapters": [{"title": text}], "duration": 3})

    assert told["chapters"][0]["title"] == told["title"]
    assert told["duration"] == 3
    assert b"\0" not in told["title"].encode()


def test_the_key_of_a_medium_is_short_enough_for_an_index_and_still_its_own() -> None:
    one, other = (media_key({"webpage_url": f"https://e.org/{'x' * 5000}{n}"}) for n in "12")

    assert one
    assert other
    assert one != other
    assert len(one) <= MAX_LENGTH


def test_a_line_has_five_hundred_characters_at_most() -> None:
    assert line("x" * 501) == "x" * 500
