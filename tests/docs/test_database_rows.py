"""What each row on the database in docs/troubleshooting.md quotes is said by the backend."""

import re
from pathlib import Path

import pytest

from tests.docs.rows import DATABASE

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("words", DATABASE)
def test_what_a_row_quotes_is_what_the_backend_says(words: str) -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "webapp/backend").rglob("*.py")
    )
    pieces = re.split(r" FOLDER |^was |^cannot be (?=opened)| 0$", words)
    for piece in pieces:
        assert not piece or piece in code, piece
