"""The README's table of proof: four rows and four peers out of docs/benchmarks.md."""

from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "docs/benchmarks.md"
GUARD = "guard"
PEERS = ("honcho", "concurrently", "mprocs", "pm2-runtime")
ROWS = (
    ("new connections refused around one `kill -9`", "starts and recoveries", "refused"),
    ("the killed server answers again after, ms", "starts and recoveries", "web back, ms"),
    ("a hung server is replaced and answers after, s", "when things go wrong", "hung server"),
    ("processes left by `kill -9` of the launcher", "when things go wrong", "left by SIGKILL"),
)
Table = dict[str, dict[str, str]]


def proof() -> str:
    """A row for each of `ROWS`; the best of what docs/benchmarks.md says is not singled out.

    Raises `KeyError` with the section, launcher or column that docs/benchmarks.md lacks.
    """
    text = BENCHMARKS.read_text(encoding="utf-8")
    lines = [f"| | this guard | {' | '.join(PEERS)} |", f"|---{'|---' * (len(PEERS) + 1)}|"]
    for title, section, column in ROWS:
        table = read_table(text, section)
        cells = [_cell(table, name, column) for name in (GUARD, *PEERS)]
        lines.append(f"| {title} | **{cells[0]}** | {' | '.join(cells[1:])} |")
    return "\n".join(lines)


def read_table(text: str, section: str) -> Table:
    """The table under the heading that ends with `section`: launcher -> column -> cell."""
    _, found, rest = text.partition(f"{section}\n")
    if not found:
        raise KeyError(section)
    lines = [line for line in rest.partition("\n#")[0].splitlines() if line.startswith("|")]
    head, _, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def _cell(table: Table, launcher: str, column: str) -> str:
    """The cell without its range; for a launcher measured in several ways, the first of them."""
    name = next((each for each in table if each.split(" (")[0] == launcher), None)
    heading = next((each for each in table.get(name or "", {}) if each.startswith(column)), None)
    if name is None or heading is None:
        raise KeyError(f"{launcher}: {column}")
    return table[name][heading].partition(" (")[0]
