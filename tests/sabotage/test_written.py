"""The table of docs/testing.md is of the pairs as they are now, and each line of it is red."""

from __future__ import annotations

from pathlib import Path

from scripts.sabotage.pairs import Pair, pairs
from scripts.sabotage.table import HEAD, Row, not_run, stale

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/testing.md").read_text(encoding="utf-8")


def test_every_line_is_of_a_pair_that_has_not_changed_since() -> None:
    found = stale(DOCUMENT, pairs())
    assert found == [], 'make sabotage w=1 p="..." for these, or take out the lines'


def test_every_line_is_red() -> None:
    table = DOCUMENT.partition(HEAD)[2].partition("<!-- end -->")[0].strip()
    assert len(table.splitlines()) == len(pairs()) - len(not_run(DOCUMENT, pairs()))
    assert [line for line in table.splitlines() if " | yes | " not in line] == []


def test_a_line_of_a_pair_that_was_another_is_found() -> None:
    pair = Pair("a: promise", "a.py", "1", "2", "tests/test_a.py")
    line = str(Row(pair, red=True, seconds=1))
    document = f"{HEAD}\n{line}\n<!-- end -->\n"
    assert (stale(document, [pair]), not_run(document, [pair])) == ([], [])
    for other in (pair._replace(search="3"), pair._replace(replace="3"), pair._replace(file="b")):
        assert (stale(document, [other]), not_run(document, [other])) == ([line], [other])
    assert stale(document, [pair._replace(seconds=9)]) == []
    assert stale(document, []) == [line]
