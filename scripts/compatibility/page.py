"""The table of docs/compatibility.md: a row for each system, Python, Node and list of targets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scripts.compatibility.outcome import Outcome

BEGIN, END = (
    "<!-- written by `make test-pythons w=1` and `make test-nodes w=1` -->\n",
    "<!-- end -->",
)
_HEAD = (
    "| system | Python | Node | make | passed | failed | skipped | day |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
_TABLE = re.compile(f"{re.escape(BEGIN)}(.*?){re.escape(END)}", re.DOTALL)
_KEY_CELLS = 4


def row(found: Outcome) -> str:
    """One line of the table."""
    counts = f"{found.passed} | {found.failed} | {found.skipped}"
    return (
        f"| {found.system} | {found.python} | {found.node} | `{found.targets}` | {counts} "
        f"| {found.begun} |"
    )


def updated(page: str, found: Iterable[Outcome]) -> str:
    """`page` with the rows of `found`, in place of older ones of the same versions and targets.

    Raises `ValueError` where the page has no table.
    """
    table = _TABLE.search(page)
    if table is None:
        raise ValueError(f"no line {BEGIN.strip()}")
    old = (line for line in table[1].splitlines() if line.startswith("| ") and "|---" not in line)
    rows = {_key(line): line for line in old if not line.startswith("| system ")}
    rows |= {_key(line): line for line in map(row, found)}
    lines = "\n".join(rows[key] for key in sorted(rows))
    return f"{page[: table.start()]}{BEGIN}{_HEAD}{lines}\n{END}{page[table.end() :]}"


def _key(line: str) -> tuple[object, ...]:
    """What the row is about; versions by their numbers."""
    cells = line.split(" | ")[:_KEY_CELLS]
    return tuple(
        tuple((int(number or 0), word) for number, word in re.findall(r"(\d+)|(\D+)", cell))
        for cell in cells
    )
