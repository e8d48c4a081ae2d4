"""The packages of the guard as a picture and as a table, from the contracts that imports keep."""

import ast
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path

GUARD = Path(__file__).resolve().parents[1] / "guard"


def picture() -> str:
    """The layers as a Mermaid diagram: whatever a package imports stands below it."""
    lines = ["```mermaid", "flowchart TB"]
    for number, layer in enumerate(_layers()):
        lines.append(f'    subgraph layer{number}[" "]')
        lines.append("        direction LR")
        lines += [f'        {name.strip("_")}_["{name}"]' for name in layer]
        lines.append("    end")
    lines += [f"    layer{number} --> layer{number + 1}" for number in range(len(_layers()) - 1)]
    return "\n".join([*lines, "```"])


def table() -> str:
    """A row for each package, from the top layer down, with the first line of what it says."""
    rows = ["| package | what it does |", "|---|---|"]
    rows += [f"| `{name}` | {_first_line(name)} |" for layer in _layers() for name in layer]
    return "\n".join(rows)


def contracts() -> str:
    """A row for each contract: what is kept, and why."""
    rows = ["| contract | why |", "|---|---|"]
    for contract in _contracts():
        rule, _, why = contract["name"].partition(": ")
        rows.append(f"| {rule} | {why} |")
    return "\n".join(rows)


def _layers() -> list[list[str]]:
    text = next(contract["layers"] for contract in _contracts() if "layers" in contract)
    return [[name.strip() for name in line.split("|")] for line in text.strip().splitlines()]


def _contracts() -> Iterator[dict[str, str]]:
    parser = ConfigParser()
    parser.read(GUARD / ".importlinter", encoding="utf-8")
    for section in parser.sections():
        if section.startswith("importlinter:contract:"):
            yield dict(parser[section])


def _first_line(name: str) -> str:
    file = GUARD / f"{name}.py" if (GUARD / f"{name}.py").exists() else GUARD / name / "__init__.py"
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return said.partition("\n")[0]
