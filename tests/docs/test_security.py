"""Each promise of docs/security.md is held by single tests that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/security.md").read_text(encoding="utf-8")
TABLE = TEXT.partition("## How it is tested")[2]
ROWS = re.findall(r"^\| (?!promise|---)(.+?) \| (`tests/.+|`webapp/.+) \|$", TABLE, re.MULTILINE)
PROMISES = re.findall(r"^### (.+)$", TEXT, re.MULTILINE)

TITLE = r"^(?:test\(|\]\)\(|test\.each\(.*\)\()'(.+?)', "
"""Of a test in TypeScript, alone or of a table."""


def named(row: tuple[str, str]) -> list[str]:
    return re.findall(r"`([^`]+)`", row[1])


def found_in(path: Path) -> Iterator[str]:
    if path.suffix == ".ts":
        yield from re.findall(TITLE, path.read_text(encoding="utf-8"), re.MULTILINE)
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_the_tests_of_a_promise_exist(row: tuple[str, str]) -> None:
    assert named(row)
    for name in named(row):
        file, _, test = name.partition("::")
        assert (ROOT / file).is_file(), name
        assert test in found_in(ROOT / file), name


def test_every_row_of_the_table_names_tests() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and "`" in line]
    assert len(rows) == len(ROWS)


@pytest.mark.parametrize("promise", PROMISES)
def test_a_row_begins_with_every_promise(promise: str) -> None:
    assert any(row[0].startswith(promise.removesuffix(" either")) for row in ROWS)


def test_a_file_whose_work_is_named_exists() -> None:
    for name in re.findall(r"`((?:scripts|webapp|docs)/[\w./-]+\.\w+)`", TEXT):
        assert (ROOT / name).is_file(), name


def test_what_attacks_the_log_the_files_and_the_api_stands_in_it() -> None:
    told = {name.partition("::")[0] for row in ROWS for name in named(row)}
    assert {
        *("tests/guard/diagnosis/test_slow_inputs.py", "tests/fuzz/test_fuzz.py"),
        *("tests/stack/test_crowds.py", "tests/stack/test_impersonation.py"),
        *("tests/browser/test_foreign_pages.py", "tests/backend/web/test_hostile_requests.py"),
    } <= told
