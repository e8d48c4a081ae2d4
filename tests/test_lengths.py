"""A file of source has one job: none is longer than `LIMIT` lines, but for those that say why."""

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIMIT = 300
FOLDERS = ("scripts", "tests", "webapp/backend", "webapp/frontend/src")
ENDINGS = {".py", ".ts", ".tsx"}
LONGER = {
    "webapp/frontend/src/api/schema.d.ts": "generated from the backend",
    "webapp/backend/settings.py": "a table: every setting of the backend, with its check",
    "tests/docs/rows.py": "a table: which test holds each row of the documentation",
}


def sources() -> Iterator[str]:
    """Every file of code; tests are lists, which may be long."""
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            is_test = path.name.startswith("test_") or ".test." in path.name
            if path.suffix in ENDINGS and not is_test:
                yield path.relative_to(ROOT).as_posix()


def lines(name: str) -> int:
    return len((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_no_file_is_longer_than_can_be_taken_in_at_once() -> None:
    long = {name: count for name in sources() if (count := lines(name)) > LIMIT}
    assert long.keys() <= LONGER.keys(), long


def test_what_may_be_longer_is() -> None:
    assert [name for name in LONGER if lines(name) <= LIMIT] == []
