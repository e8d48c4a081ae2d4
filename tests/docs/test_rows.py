"""No row of docs/troubleshooting.md is without its test, and no kind of failure without its row."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from scripts.docs.databases import troubles
from scripts.docs.downloads import cell, download_failures
from scripts.docs.starts import REFUSALS
from scripts.docs.troubles import EXAMPLES
from tests.backend.runner import test_failure_rows as failures
from tests.docs.rows import (
    DATABASE,
    OTHER_DOWNLOADS,
    OTHER_STARTS,
    PARTLY_CRASHES,
    TABLES,
    YES,
    Held,
    Table,
)
from tests.stack import test_doctor_rows as doctor
from tests.stack import test_refused_starts as refused
from tests.stack import test_troubleshooting_limits as limits
from tests.stack import test_troubleshooting_rows as crashes

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "webapp/backend"
CRASHES, DOCTOR, STARTS, DATABASES, DOWNLOADS = TABLES
NO_DOWNLOAD = {
    "profile": "of a subscription",
    "look-slow": "of a subscription",
    "filter-slow": "of a subscription",
    "sponsorblock": "a note beside a finished file",
    "changed": "a note beside a finished file",
    "converted": "a note beside a finished file",
    "incomplete": "a note beside a finished file",
    "incomplete-pieces": "a note beside a finished file",
    "incomplete-unproven": "a note beside a finished file",
    "missing-subtitles": "a note beside a finished file",
    "missing-subtitles-sent": "a note beside a finished file",
    "live-late": "a note beside a finished file",
    "live-gap": "a note beside a finished file",
    "live-short": "a note beside a finished file",
}
"""Kinds of the backend that no download fails of; nor does one of an import or a receiver."""
OF_OTHERS = ("receiver-", "import-")


def first_cells(table: Table) -> list[str]:
    return [cells[0].strip("`*") for cells in table.rows()]


HELD = [(cells[0], table.held(cells)) for table in TABLES for cells in table.rows()]


def test_every_crash_and_every_refusal_is_made_to_happen() -> None:
    examples = {(each.kind, each.sentence) for each in (example.cause() for example in EXAMPLES)}
    made = {(row.kind, row.says) for row in crashes.ROWS}
    made |= {(row.kind, row.says) for row in limits.ROWS}
    for kind, says in made:
        assert len([one for one in examples if one[0] == kind and one[1].startswith(says)]) == 1
    assert len(made) == len(examples) == len(first_cells(CRASHES))
    assert len(first_cells(DOCTOR)) == len(doctor.ROWS)
    assert set(REFUSALS) == {*refused.MADE, *OTHER_STARTS}
    assert [cells[0] for cells in STARTS.rows()] == [cell(each.says) for each in REFUSALS]
    assert set(DATABASE) == set(troubles())
    assert [cells[0] for cells in DATABASES.rows()] == [cell(t.detail) for t in troubles().values()]


def test_every_download_is_made_to_fail() -> None:
    rows = {*first_cells(DOWNLOADS)}
    assert rows == {*failures.BY_THE_SOURCE, *OTHER_DOWNLOADS} == set(download_failures())
    typed = {kind for kind in failures.BY_THE_SOURCE if DOWNLOADS.held([kind]).typed == YES}
    assert typed == set(failures.ADVICE)


@pytest.mark.parametrize(("row", "held"), HELD, ids=[row for row, _ in HELD])
def test_a_row_has_its_tests_or_a_reason(row: str, held: Held) -> None:
    for test in held.tests:
        file, _, name = test.partition("::")
        assert name in functions_of(file), f"{row}: {test}"
    for done in (held.made, held.equal, held.typed, held.healed):
        assert done == YES or done.startswith(("no: ", "in part: "))


def test_what_is_done_in_part_is_of_rows_that_there_are() -> None:
    assert set(PARTLY_CRASHES) <= set(first_cells(CRASHES))


@cache
def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def kinds() -> Iterator[str]:
    """Every kind that the backend gives a download's failure, wherever it does."""
    for path in BACKEND.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("DownloadError"), args=[ast.Constant(str(kind)), *_]):
                    yield kind
                case ast.Assign([ast.Name("KIND")], ast.Constant(str(kind))):
                    yield kind


def test_no_kind_of_the_backend_is_missing_on_the_page() -> None:
    found = {kind for kind in kinds() if not kind.startswith(OF_OTHERS)}
    assert found - set(NO_DOWNLOAD) <= set(first_cells(DOWNLOADS))
    assert set(NO_DOWNLOAD) <= found
