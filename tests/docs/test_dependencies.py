"""Decision 4 gives the reason of every runtime dependency, and of nothing that is not one."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]


def test_every_dependency_has_its_reason() -> None:
    projects = (ROOT / "pyproject.toml", ROOT / "scripts/guard/pyproject.toml")
    lines = [
        line
        for file in projects
        for line in tomllib.loads(file.read_text(encoding="utf-8"))["project"]["dependencies"]
    ]
    text = (ROOT / "docs/decisions/0004-dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z][\w, -]*?)(?: \(with \w+\))? \| ", text, re.MULTILINE)
    reasons = {name for row in rows for name in row.split(", ")} - {"package"}
    assert reasons == {Requirement(line).name for line in lines} - {"procguard"}
