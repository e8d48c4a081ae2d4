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
from importlib import metadata
from pathlib import Path

import psutil

NONE = "-"
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Table:
    """A heading, what it says, and rows of cells, the first row being the names of the columns."""

    heading: str
    text: str
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        return "\n".join([f"### {self.heading}", "", self.text, "", self.grid(self.rows), ""])

    @staticmethod
    def grid(rows: Sequence[Sequence[str]]) -> str:
        """Return the rows alone, in columns."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        first, *rest = [
            "| "
            + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            + " |"
            for row in rows
        ]
        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([first, rule, *rest])


@dataclass(frozen=True)
class Target:
    """What was to be reached, and what was. Without a measurement nothing is reached."""

    what: str
    wanted: str
    measured: str
    reached: bool

    @classmethod
    def at_most(
        cls, what: str, value: float | None, most: float, form: str = ",.2f", unit: str = ""
    ) -> Target:
        """Make a target for a figure, a ratio say; `form` is how it is written."""
        reached = value is not None and value <= most
        return cls(what, f"at most {most:{form}}{unit}", _written(value, form, unit), reached)

    @classmethod
    def at_least(
        cls, what: str, value: float | None, least: float, form: str = ",.2f", unit: str = ""
    ) -> Target:
        """Make a target for a figure that is the better the larger it is."""
        reached = value is not None and value >= least
        return cls(what, f"at least {least:{form}}{unit}", _written(value, form, unit), reached)

    @classmethod
    def below(
        cls, what: str, value: float | None, limit: float, form: str = ",.1f", unit: str = ""
    ) -> Target:
        """Make a target for a figure that must stay below a limit."""
        reached = value is not None and value < limit
        return cls(what, f"below {limit:g}{unit}", _written(value, form, unit), reached)

    @classmethod
    def zero(cls, what: str, count: int | None, of: int, least: int) -> Target:
        """Make a target for a count of failures, out of so many attempts: `least` at the least."""
        measured = NOT_MEASURED if count is None else f"{count:,} of {of:,}"
        return cls(what, f"0 of at least {least:,}", measured, count == 0 and of >= least)

    @classmethod
    def missing(cls, what: str, why: str) -> Target:
        """Make the target that stands for what could not be measured."""
        return cls(what, "measured", f"{NOT_MEASURED}: {why}", reached=False)


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


def whole_median(values: Iterable[float | None]) -> float | None:
    """Return the median, or None if any value is missing: the rest would tell of the good days."""
    known = list(values)
    return None if None in known else median(known)


def ratio(value: float | None, other: float | None) -> float | None:
    """Return one figure over another; None if either is missing."""
    return None if value is None or not other else value / other


def in_ms(value: float | None) -> float | None:
    """Return seconds as milliseconds; None of None."""
    return None if value is None else 1000 * value


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


def _written(value: float | None, form: str, unit: str) -> str:
    return NOT_MEASURED if value is None else f"{value:{form}}{unit}"


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
