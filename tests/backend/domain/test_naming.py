"""Names made of fields: what may stand in a template, and what comes of whatever sites tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.naming import DEFAULT, FIELDS, MAX_DEPTH, check_folder, check_template, episode, place

FACTS = {
    "title": "Rain",
    "channel": "Rainy Days",
    "date": "2026-01-31",
    "year": "2026",
    "id": "dQw4",
    "key": "b5hf5d",
}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (DEFAULT, "Rain [b5hf5d]"),
        ("{channel}/{date} {title} [{id}].{ext}", "Rainy Days/2026-01-31 Rain [dQw4]"),
        ("{channel}/Season {year}/{title}.{ext}", "Rainy Days/Season 2026/Rain"),
        ("{title} ({resolution}).{ext}", "Rain"),
        ("{number} - {title}.{ext}", "Rain"),
        ("{playlist}/{title}.{ext}", "Rain"),
        ("  {title}.{ext} ", "Rain"),
    ],
)
def test_a_template_becomes_a_path_without_what_is_not_known(template: str, expected: str) -> None:
    assert place(check_template(template), "", FACTS) == expected
    assert place(check_template(template), "Video/New", FACTS) == f"Video/New/{expected}"


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{titel}.{ext}", r"\{titel\} is not a field"),
        ("%(title)s.{ext}", "needs"),
        ("{title}", "end with"),
        ("{title}.{ext}.{ext}", "end with"),
        ("{title.{ext}", "brace"),
        ("{}{title}.{ext}", "is not a field"),
        ("{channel}.{ext}", "needs"),
        ("{title}/{channel}.{ext}", "needs"),
        ("/{title}.{ext}", "below the media folder"),
        ("C:{title}.{ext}", "below the media folder"),
        ("../{title}.{ext}", "begins with a dot"),
        ("a/../{title}.{ext}", "begins with a dot"),
        (".staging/{title}.{ext}", "begins with a dot"),
        ("a//{title}.{ext}", "is empty"),
        ("a\\{title}.{ext}", "not"),
        ("what?/{title}.{ext}", "holds '\\?'"),
        ("con/{title}.{ext}", "Windows"),
        ("a. /{title}.{ext}", "ends with a dot"),
        ("a\u202e/{title}.{ext}", "invisible"),
        ("x" * 201 + "{title}.{ext}", "longer"),
        ("a/" * (MAX_DEPTH + 1) + "{title}.{ext}", "more than 8"),
    ],
)
def test_a_template_that_cannot_be_is_told_in_one_sentence(template: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        check_template(template)


@pytest.mark.parametrize(
    "folder",
    [
        "..",
        "a/..",
        "/etc",
        "a//b",
        ".hidden",
        "a\\b",
        "nul",
        "C:/x",
        "a:b",
        "a\x00",
        "x" * 201,
        "a.",
    ],
)
def test_a_folder_that_cannot_be_is_told(folder: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        check_folder(folder)


@pytest.mark.parametrize(
    ("folder", "kept"), [("", ""), (" Music/Live/ ", "Music/Live"), ("Cafe\u0301", "Caf\u00e9")]
)
def test_a_folder_is_kept_in_one_form(folder: str, kept: str) -> None:
    assert check_folder(folder) == kept


@given(
    st.dictionaries(st.sampled_from(list(FIELDS)), st.text()),
    st.sampled_from(
        [DEFAULT, "{channel}/{playlist}/{date} {title} [{id}].{ext}", "{site}/{id}.{ext}"]
    ),
)
def test_whatever_sites_tell_the_path_stays_below_and_fits_every_file_system(
    facts: dict[str, str], template: str
) -> None:
    path = place(template, "Video", facts)

    assert path.startswith("Video/")
    for part in path.split("/"):
        assert part
        assert not part.startswith((".", " "))
        assert not set(part) & set('\\:*?"<>|')
        assert part.isprintable()
        assert len(part.encode()) <= 201
        assert part.lower().partition(".")[0] not in {"con", "nul", "aux", "com1"}


def test_what_is_too_long_gives_way_and_the_rest_of_the_name_stays() -> None:
    facts = FACTS | {"title": "é" * 300, "channel": "c" * 300}
    path = place("{date} {title} [{id}].{ext}", "", facts)

    assert path.startswith("2026-01-31 é")
    assert path.endswith(" [dQw4]")
    assert len(path.encode()) <= 200


def test_two_of_a_day_have_two_numbers() -> None:
    first, second = episode("2026-01-31", "a"), episode("2026-01-31", "b")

    assert first is not None
    assert second is not None
    assert first[0] == second[0] == 2026
    assert first[1] // 100 == second[1] // 100 == 131
    assert first != second
    assert episode("", "a") is None
