"""docs/any-procfile.md names every variable that a line of a Procfile can have."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_variable_of_a_line_is_named() -> None:
    page = (ROOT / "docs/any-procfile.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `NAME(_[A-Z_]+)` \|", page, re.MULTILINE))
    read = {
        found
        for file in (ROOT / "scripts/guard/config").glob("*.py")
        for found in re.findall(r"\{(?:prefix|variable\(name\))\}(_[A-Z_]+)\"", file.read_text())
    }
    assert named == read
    assert len(named) >= 6
