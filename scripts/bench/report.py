"""Figures -> tables, for the terminal and for docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import psutil

NONE = "-"


@dataclass(frozen=True)
class Table:
    """A heading, what it says, and rows of cells, the first row being the names of the columns."""

    heading: str
    text: str
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        first, *rest = [
            "| "
            + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            + " |"
            for row in self.rows
        ]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([f"## {self.heading}", "", self.text, "", first, rule, *rest, ""])


@dataclass(frozen=True)
class Target:
    """What was to be reached, and what was."""

    what: str
    wanted: str
    measured: str
    reached: bool

    @classmethod
    def at_most(cls, what: str, value: float | None, most: float) -> Target:
        """Make a target for a ratio."""
        measured = NONE if value is None else f"{value:.2f}"
        return cls(what, f"at most {most:.2f}", measured, value is not None and value <= most)

    @classmethod
    def at_least(cls, what: str, value: float, least: float) -> Target:
        """Make a target for a ratio that is the better the larger it is."""
        return cls(what, f"at least {least:.2f}", f"{value:.2f}", value >= least)

    @classmethod
    def below(cls, what: str, value: float, limit: float) -> Target:
        """Make a target for a figure that has its unit in its name."""
        return cls(what, f"below {limit:.0f}", f"{value:.1f}", value < limit)

    @staticmethod
    def table(targets: Iterable[Target]) -> Table:
        """Return the table of all targets."""
        rows = [["", "to reach", "measured", ""]]
        rows += [[t.what, t.wanted, t.measured, "yes" if t.reached else "**no**"] for t in targets]
        return Table("Targets", "Each compares figures of this same run.", rows)


Findings = tuple[list[Table], list[Target]]
"""What a part of the benchmark comes to."""


def milliseconds(seconds: Sequence[float | None]) -> str:
    """Return ``median (least - most)`` in ms; a dash where it never came."""
    known = [1000 * value for value in seconds if value is not None]
    if not known:
        return "never" if seconds else NONE
    never = len(seconds) - len(known)
    spread = f"{statistics.median(known):,.0f} ({min(known):,.0f} - {max(known):,.0f})"
    return spread + (f", {never}x never" if never else "")


def median(values: Iterable[float | None]) -> float | None:
    """Return the median of what there is."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def machine() -> str:
    """Describe what the figures were measured on."""
    memory = psutil.virtual_memory().total / 2**30
    lines = [
        f"- {_processor()}, {os.cpu_count()} processors, {memory:.0f} GiB of memory",
        f"- {platform.system()} {platform.release()}",
        f"- Python {platform.python_version()}, Node {_version('node')}",
        "- " + ", ".join(f"{name} {metadata.version(name)}" for name in ("honcho", "uvicorn")),
        f"- load average when it began: {', '.join(f'{load:.1f}' for load in os.getloadavg())}",
    ]
    return "\n".join(lines)


def write(path: Path, about: str, tables: Iterable[Table]) -> None:
    """Write the document."""
    day = datetime.now(UTC).date().isoformat()
    parts = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {day}; edits are lost at the next run.",
        "",
        about,
        "",
        *map(str, tables),
    ]
    path.write_text("\n".join(parts).rstrip("\n") + "\n")


def _processor() -> str:
    with_name = Path("/proc/cpuinfo")
    if with_name.exists():
        found = re.search(r"model name\s*: (.*)", with_name.read_text())
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _version(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        return "not installed"
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    return said.strip().removeprefix("v")
