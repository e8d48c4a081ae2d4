"""How soon the page can be used, as the suite `page` of docs/benchmarks.md last measured it."""

import re
from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parents[2] / "docs/benchmarks.md"
SUITE = re.compile(r"<!-- suite: page, (\S+) -->\n(.*?)<!-- end of suite -->", re.DOTALL)
FIELD = re.compile(r"the page has a field to type in after (\d+) \(")


def page_measured() -> str:
    """The day on which it was measured."""
    return _suite()[0]


def page_speed() -> str:
    """A table of what users notice of it; raises `KeyError` where something was not measured."""
    _, text = _suite()
    rows = _rows(text)
    field = FIELD.search(text)
    if field is None:
        raise KeyError("a field to type in, over a slow network")
    scores = "performance, accessibility, best practices, search engines"
    told = (
        ("Lighthouse 12, its simulated phone", scores, ", ".join(rows["on a phone"][:4])),
        ("Lighthouse 12, its desk", "the same", ", ".join(rows["on a desk"][:4])),
        (
            "400 ms before each answer, 50 kB/s, nothing cached",
            "until a link can be typed",
            f"{int(field[1]) / 1000:.1f} s",
        ),
        (
            "20 downloads running, 10 waiting",
            "the slowest key, until its paint",
            _with_unit(rows["the page, 20 downloads running"][0], "ms"),
        ),
        ("JavaScript before the page is connected", "gzip", f"{rows['the page'][-1]} kB"),
    )
    head = ("| | | `make bench part=page` found |", "|---|---|---|")
    return "\n".join([*head, *(f"| {' | '.join(each)} |" for each in told)])


def _suite() -> tuple[str, str]:
    found = SUITE.search(BENCHMARKS.read_text(encoding="utf-8"))
    if found is None:
        raise KeyError("page")
    return found[1], found[2]


def _rows(text: str) -> dict[str, list[str]]:
    """The cells of each row, by its first; of two rows of one name the one with more counts."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        if line.startswith("|") and len(cells) > len(found.get(name, ())):
            found[name] = cells
    return found


def _with_unit(measured: str, unit: str) -> str:
    """As "48 ms (32 to 48)", from "48 (32 - 48)"."""
    median, _, spread = measured.partition(" ")
    return f"{median} {unit} {spread.replace(' - ', ' to ')}".strip()
