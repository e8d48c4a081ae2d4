"""What the tables of docs/testing.md lack: what has been changed since it was run, or never was."""

from collections.abc import Sequence
from pathlib import Path

from scripts.mutants import report
from scripts.mutants.modules import counts
from scripts.sabotage import table
from scripts.sabotage.pairs import pairs

ROOT = Path(__file__).resolve().parents[2]
TESTING = ROOT / "docs/testing.md"


def mutants() -> str:
    """The modules whose mutants have not been run as they are."""
    found = report.not_run(TESTING.read_text(encoding="utf-8"), counts(ROOT))
    return _listed("module", [f"`{file.as_posix()}`" for file in found])


def pairs_() -> str:
    """The pairs whose promise has not been broken as they say."""
    found = table.not_run(TESTING.read_text(encoding="utf-8"), pairs())
    return _listed("pair", [f"{pair.promise}: `{pair.test}`" for pair in found])


def _listed(what: str, names: Sequence[str]) -> str:
    if not names:
        return f"Every {what} has been run as it is now."
    return "\n".join(["Not run as they are now:", "", *(f"- {name}" for name in names)])
