"""The table of features: what we say of ourselves is held by a test, and each "no" has a reason."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/features.md").read_text(encoding="utf-8")
OTHERS = ("MeTube", "TubeArchivist", "Pinchflat", "cobalt", "yt-dlp-web-ui")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
REASON = re.compile(r"no: .{5,}\.")


class Row(NamedTuple):
    feature: str
    here: str
    others: tuple[str, ...]
    held_by: list[tuple[str, str]]


def rows() -> list[Row]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [
        Row(feature.strip("*"), here, tuple(others), TEST.findall(tests))
        for feature, here, *others, tests in cells
        if feature != "feature"
    ]


ROWS = rows()


@cache
def functions_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_table_names_all_of_them_and_the_page_says_when() -> None:
    heads = [line for line in PAGE.splitlines() if line.startswith("| feature |")]
    assert heads == [f"| feature | here | {' | '.join(OTHERS)} | held by |"] * 4
    assert re.search(r"Looked at on \d+ \w+ 20\d\d", PAGE)
    assert len({row.feature for row in ROWS}) == len(ROWS) >= 40


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.feature[:40])
def test_a_row_is_held_by_a_test_or_has_a_reason(row: Row) -> None:
    words = [re.split(r"[:,]", cell)[0] for cell in (row.here, *row.others)]
    assert set(words) <= {"yes", "no", "\u2013"}
    assert len(row.others) == len(OTHERS)
    if words[0] == "yes":
        assert row.held_by, "no test is named"
        for file, name in row.held_by:
            assert (ROOT / file).is_file(), file
            assert not name or name in functions_of(ROOT / file), name
    else:
        assert words[0] == "no"
        assert not row.held_by
        assert REASON.fullmatch(row.here), "one of the others does that: why not this one?"
