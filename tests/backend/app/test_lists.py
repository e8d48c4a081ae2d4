"""Which part of a long list is shown, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from app.lists import page_of
from domain.previews import EntryListing
from domain.requests import Entry

DATES = ["2026-01-02", "2026-03-01", "2026-02-01"]


def titles(dates: list[str | None], **listing: Any) -> list[str | None]:  # noqa: ANN401 - JSON
    entries = [
        Entry(url=f"https://example.org/{n}", title=f"Part {n}", date=date)
        for n, date in enumerate(dates, 1)
    ]
    page = page_of(entries, EntryListing(**listing), complete=True)
    return [entry.title for entry in page.items]


@pytest.mark.parametrize(
    ("listing", "shown"),
    [
        ({}, ["Part 1", "Part 2", "Part 3"]),
        ({"newest": True}, ["Part 2", "Part 3", "Part 1"]),
        ({"newest": True, "first": 2, "limit": 1}, ["Part 3"]),
        ({"q": "part 2"}, ["Part 2"]),
        ({"q": "part 4"}, []),
    ],
)
def test_it_is_searched_put_in_order_and_cut(listing: dict[str, object], shown: list[str]) -> None:
    assert titles([*DATES], **listing) == shown


def test_where_not_all_have_dates_it_is_taken_to_begin_with_the_oldest() -> None:
    assert titles([*DATES, None], newest=True) == ["Part 4", "Part 3", "Part 2", "Part 1"]


@pytest.mark.parametrize(
    ("dates", "shown"),
    [
        (["2026-01-01", "2026-01-02", "2026-01-02"], ["Part 3", "Part 2", "Part 1"]),
        (["2026-01-02", "2026-01-02", "2026-01-01"], ["Part 1", "Part 2", "Part 3"]),
        (["2026-01-01"] * 3, ["Part 3", "Part 2", "Part 1"]),
        ([], []),
    ],
)
def test_of_those_of_one_day_the_order_of_the_list_tells_which_is_newer(
    dates: list[str | None], shown: list[str]
) -> None:
    assert titles(dates, newest=True) == shown
