"""How many columns a text takes."""

import pytest

from scripts.guard.logs.display_width import display_width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("█" * 40, 40),
        ("━╸", 2),
        ("進捗", 4),
        ("é", 1),
        ("e\u0301", 1),
        ("🚀", 2),
    ],
)
def test_wide_ones_take_two_columns_and_blocks_one(text: str, columns: int) -> None:
    assert display_width(text) == columns
