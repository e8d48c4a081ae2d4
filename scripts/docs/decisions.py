"""The list of decisions, from their own first lines."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs/decisions"
TITLE = re.compile(r"^# (?P<number>\d+)\. (?P<title>.+)$", re.MULTILINE)
STATUS = re.compile(r"^Date: (?P<date>[\d-]+) · Status: (?P<status>.+)$", re.MULTILINE)


def decisions() -> str:
    """A row for each decision: number, title, date and status.

    Raises `ValueError` for a page that lacks its title or its date.
    """
    rows = ["| | decision | date | status |", "|---|---|---|---|"]
    return "\n".join([*rows, *map(_row, sorted(FOLDER.glob("[0-9]*.md")))])


def _row(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    title, status = TITLE.search(text), STATUS.search(text)
    if title is None or status is None:
        raise ValueError(
            f"{path.name} does not begin with `# N. Title` and `Date: ... · Status: ...`"
        )
    link = f"[{title['title']}]({path.name})"
    return f"| {title['number']} | {link} | {status['date']} | {status['status']} |"
