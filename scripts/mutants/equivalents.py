"""The list of the mutants that behave as the original does."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from scripts.mutants.operators import Mutant

FILE = Path(__file__).with_name("equivalent.toml")


class Equivalent(NamedTuple):
    """A mutant that cannot be told from the original, and the reason."""

    module: str
    code: str
    change: str
    why: str

    def is_of(self, file: Path, mutant: Mutant) -> bool:
        """Whether it is that mutant of the module in that file."""
        this = (self.module, self.code, self.change)
        return this == (file.as_posix(), mutant.code, mutant.change)


def equivalents(file: Path = FILE) -> list[Equivalent]:
    """Read the list; raises `TypeError` where an entry has no reason, or lacks anything else."""
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("equivalent", [])
    return [Equivalent(**entry) for entry in entries]
