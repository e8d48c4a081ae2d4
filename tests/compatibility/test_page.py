"""The table of docs/compatibility.md: newer rows replace older ones, versions go by number."""

from dataclasses import replace

import pytest

from scripts.compatibility.outcome import Outcome
from scripts.compatibility.page import BEGIN, END, row, updated

FOUND = Outcome("check test", 0, 900, 0, 3, "3.13.5", "v24.1.0", "Debian 13", "2026-01-31")
EMPTY = f"# Compatibility\n\n{BEGIN}{END}\nafter\n"


def rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("| Debian")]


def test_a_row_is_added_and_all_around_it_is_kept() -> None:
    page = updated(EMPTY, [FOUND])
    assert rows(page) == [row(FOUND)]
    assert page.startswith(f"# Compatibility\n\n{BEGIN}| system |")
    assert page.endswith(f"{END}\nafter\n")


def test_a_newer_row_of_the_same_versions_and_targets_replaces_the_older() -> None:
    newer = replace(FOUND, passed=901, begun="2026-02-01")
    assert rows(updated(updated(EMPTY, [FOUND]), [newer])) == [row(newer)]


def test_rows_of_other_versions_and_targets_stay_in_the_order_of_their_numbers() -> None:
    older = replace(FOUND, python="3.9.1")
    unit = replace(FOUND, targets="test-unit")
    page = updated(updated(updated(EMPTY, [unit]), [FOUND]), [older])
    assert rows(page) == [row(older), row(FOUND), row(unit)]


def test_a_page_without_a_table_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no line"):
        updated("# Compatibility\n", [FOUND])
