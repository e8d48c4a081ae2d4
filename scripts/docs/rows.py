"""The tables of docs/troubleshooting-rows.md: which test holds each row of the troubleshooting."""

from collections.abc import Iterator

from tests.docs.rows import TABLES, Held, Table


def rows() -> str:
    """A table for each of the page, a row for each of its rows."""
    return "\n\n".join("\n".join(_table(table)) for table in TABLES)


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.title}\n"
    yield "| row | made to happen | message equal | fix typed | healed | by |"
    yield "|---|---|---|---|---|---|"
    for cells in table.rows():
        yield f"| {' | '.join([_name(cells), *_cells(table.held(cells))])} |"


def _name(cells: list[str]) -> str:
    """What a row is known by: its sentence, after its kind where it has one."""
    first, *others = cells
    return first if " " in first else f"{first}: {others[0]}"


def _cells(held: Held) -> list[str]:
    did = [held.made, held.equal, held.typed, held.healed]
    return [*did, "<br>".join(f"`{test}`" for test in held.tests)]
