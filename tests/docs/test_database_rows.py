"""Each row on the database in docs/troubleshooting.md: what it quotes is said, and a test has made
it happen and mended it.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ERRORS = "tests/backend/store/test_database_errors.py"
MADE = "test_it_is_told_by_ready_and_by_every_request_and_left_alone_until_it_is_mended"
READ_ONLY = (
    "test_one_that_becomes_read_only_is_told_with_every_file_and_used_again_once_it_is_mended"
)
ROWS = {
    "is locked by another program": (ERRORS, MADE),
    "is read-only": (ERRORS, READ_ONLY),
    "is damaged": (ERRORS, MADE),
    "was written by a newer version": (ERRORS, MADE),
    "cannot grow: the disk is full": (
        "tests/backend/app/test_lifecycle.py",
        "test_a_disk_that_is_full_at_the_start",
    ),
    "refuses the password": (
        "tests/containers/test_production.py",
        "test_another_password_on_an_old_volume_is_unhealthy_and_told",
    ),
    "cannot be written: FOLDER belongs to user 0": (
        "tests/backend/files/test_folders.py",
        "test_somebody_elses_folder_is_told_with_user_and_command",
    ),
    "cannot be opened": (
        "tests/backend/app/test_lifecycle.py",
        "test_a_data_folder_that_cannot_be_made_yet",
    ),
    "has lost tables": (ERRORS, MADE),
    "was deleted or replaced": (
        "tests/backend/store/test_database.py",
        "test_every_link_that_was_acknowledged_is_there_after_a_restart",
    ),
    "leads to a pooler in transaction mode": (
        "tests/backend/engine/test_postgres_faults.py",
        "test_a_pooler_that_shares_sessions_is_noticed_and_said",
    ),
}


def quoted() -> list[str]:
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    section = text.partition("\n## The backend says that its database")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)


def test_every_row_is_made_to_happen() -> None:
    assert quoted() == list(ROWS)


@pytest.mark.parametrize(("file", "test"), sorted(set(ROWS.values())))
def test_the_test_of_a_row_is_there(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("words", ROWS)
def test_what_a_row_quotes_is_what_the_backend_says(words: str) -> None:
    code = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "webapp/backend").rglob("*.py")
    )
    pieces = re.split(r" FOLDER |^was |^cannot be (?=opened)| 0$", words)
    for piece in pieces:
        assert not piece or piece in code, piece
