"""Every kind of cause stands in the documentation, and what it quotes is really said."""

import re
from pathlib import Path

from scripts.docs import troubles
from scripts.guard.diagnosis.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
# Those that no rule gives: what the exit itself says, and what the health check says.
OF_THE_EXIT = {"killed", "ended", "exit", "not-started"}


def test_every_kind_of_death_has_its_example() -> None:
    kinds = {rule.kind for rule in RULES} | OF_THE_EXIT
    assert {example.cause().kind for example in troubles.EXAMPLES} == kinds


def test_what_is_quoted_from_before_the_start_is_really_said() -> None:
    section = TEXT.partition("## `make dev` stops before")[2].partition("\n## ")[0]
    quoted = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)
    folders = ("scripts/guard", "scripts/setup", "scripts/desktop")
    files = [file for folder in folders for file in (ROOT / folder).rglob("*") if file.is_file()]
    sources = " ".join(
        file.read_text(encoding="utf-8") for file in files if file.suffix in {".py", ".sh"}
    )
    assert quoted
    assert [text for text in quoted if text not in sources] == []
