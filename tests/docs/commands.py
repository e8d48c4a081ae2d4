"""Every command that the documentation or a message tells to type, and where it stands."""

import re
from collections.abc import Iterator
from pathlib import Path

from scripts.docs.render import documents

ROOT = Path(__file__).resolve().parents[2]
TARGETS = "|".join(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
HISTORY = (
    "CHANGELOG.md",
    "benchmarks.md",
    "faults.md",
    "docs-run",
    "decisions",
    "troubleshooting-rows.md",
)
"""What was once typed, with what came of it."""

SETTINGS = r"(?:[A-Z_]+=\S+ )*"
PROGRAMS = (
    r"(?:\. )?\.venv/bin/\S+|sudo|brew|cd|chmod|cp|curl|df|docker|echo|export|git|honcho|kill|ls"
    r"|lsof|mkdir|mv|npm|openssl|procguard|ps|sysctl|tar|ulimit|uvicorn|wsl|fg|pip|uv|python[\d.]*"
)
QUOTED = re.compile(rf"`({SETTINGS}(?:make(?: (?:{TARGETS}))?|{PROGRAMS}|free)(?: [^`\n]*)?)`")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
TYPED = re.compile(r"^\$ (.+?)(?: +# .*)?$", re.MULTILINE)
ADVICE = re.compile(
    rf"(?:^|[:;] |, )({SETTINGS}(?:\(cd |make (?:{TARGETS})\b|(?:{PROGRAMS}) ).*?)(?= +#|`|;|$)"
)

END = re.compile(r"(?<=\w)\.$")
"""Of the sentence at whose end a command stands."""


def all_commands() -> dict[str, set[str]]:
    """Command -> the documents in which it stands, or whose messages say it."""
    found: dict[str, set[str]] = {}
    for path in documents(ROOT):
        if not any(part in HISTORY for part in path.parts):
            for command in commands(path.read_text(encoding="utf-8")):
                found.setdefault(command, set()).add(path.name)
    return found


def commands(text: str) -> Iterator[str]:
    """Every command of a Markdown text: its console blocks, its quoted words, its tables' fixes."""
    for block in BLOCK.findall(text):
        yield from TYPED.findall(block)
    for line in FENCE.sub("", text).splitlines():
        yield from QUOTED.findall(line)
        if line.startswith("| "):
            yield from fixes(line)


def fixes(row: str) -> Iterator[str]:
    """The commands that a row of a table of messages advises, without quotes."""
    cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)]
    for cell in cells[2:]:
        yield from (
            END.sub("", match.strip()) for match in ADVICE.findall(re.sub(r"`[^`]*`", "`", cell))
        )
