"""What the documentation promises: sentences, by the name that a pair refers to them with."""

from __future__ import annotations

import re
from pathlib import Path

FAULT = re.compile(r"^\| (F\d+) \| (.+) \|$", re.MULTILINE)
HEADING = re.compile(r"^### (.+)$", re.MULTILINE)
BULLET = re.compile(r"^- (.+?)$", re.MULTILINE)
SETTING = re.compile(r"^(?:# )?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
BOLD_ROW = re.compile(r"^\| \*\*(.+?)\*\* \|", re.MULTILINE)
BOLD_START = re.compile(r"^\*\*(.+?)\*\*", re.MULTILINE)
TESTED_ROW = re.compile(r"^\| (?!promise |---)(.+?) \| [^|]+::[^|]+ \|$", re.MULTILINE)
FEATURE = re.compile(r"^- \*\*\[(.+?)\]", re.MULTILINE)


def promises(root: Path) -> list[str]:
    """Return the promises of README, architecture, security, containers, features and settings.

    Each is the document's name and the promise: the row of a table, the heading, the sentence, what
    a paragraph begins with in bold, or the setting, which promises that it acts.
    """
    architecture, security = root / "docs/architecture.md", root / "docs/security.md"
    documents = (
        ("README", _section(root / "README.md", "## What you get"), FEATURE),
        ("architecture", _section(architecture, "## What must survive"), FAULT),
        ("architecture", architecture.read_text(encoding="utf-8"), BOLD_START),
        ("security", _section(security, "## What is promised"), HEADING),
        ("security", _section(security, "## How it is tested"), TESTED_ROW),
        ("containers", _section(root / "docs/containers.md", "### What is promised"), BULLET),
        ("features", (root / "docs/features.md").read_text(encoding="utf-8"), BOLD_ROW),
        ("setting", (root / ".env.example").read_text(encoding="utf-8"), SETTING),
    )
    found = (
        f"{name}: {match[1]}"
        for name, text, pattern in documents
        for match in pattern.finditer(text)
    )
    return list(dict.fromkeys(found))


def _section(path: Path, heading: str) -> str:
    """Return what stands below a heading, up to the next of its rank; raises `ValueError`."""
    text = path.read_text(encoding="utf-8")
    begin = text.index(f"\n{heading}") + 1
    rank = heading.partition(" ")[0]
    after = re.search(rf"^#{{1,{len(rank)}}} ", text[begin + len(rank) :], re.MULTILINE)
    return text[begin:] if after is None else text[begin : begin + len(rank) + after.start()]
