"""`python -m scripts.sbom [-w]`: write dist/sbom.cdx.json, with -w the list of licences too."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

from scripts.docs.written import put
from scripts.sbom.bill import bill
from scripts.sbom.packages import Package, shipped

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs/licences.md"
OUTPUT = ROOT / "dist/sbom.cdx.json"


def table(packages: Iterable[Package]) -> str:
    """Return the list; without versions, which change more often than licences."""
    rows = dict.fromkeys(f"| {each.name} | {each.place} | {each.licence} |" for each in packages)
    return "\n".join(["| package | in | licence |", "|---|---|---|", *rows])


def main(arguments: Sequence[str]) -> int:
    """Write what is asked for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = shipped(ROOT)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(bill(project["name"], project["version"], packages), encoding="utf-8")
    sys.stdout.write(f"{OUTPUT.relative_to(ROOT)}: {len(packages)} packages\n")
    if "-w" in arguments:
        put(DOCUMENT, "make sbom w=1", table(packages))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
