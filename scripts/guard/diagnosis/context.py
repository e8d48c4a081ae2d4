"""What a rule of the diagnosis may look at, and what a rule is."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..core.cause import Told

if TYPE_CHECKING:
    from ..config.service import Service


def _nobody(_port: int) -> str | None:
    return None


def _nothing(_path: Path) -> bool:
    return False


def _no_lock(_package: str) -> str | None:
    return None


def _no_target(_name: str) -> bool:
    return False


class Context(NamedTuple):
    """What the last lines do not tell; each part is looked up only when a rule asks for it."""

    root: Path
    """The folder of the Procfile, in which its lines run."""
    held_by: Callable[[int], str | None] = _nobody
    """Who listens on a port, in words."""
    exists: Callable[[Path], bool] = _nothing
    """Whether there is such a file or folder."""
    locked: Callable[[str], str | None] = _no_lock
    """Which lock file says that a Python package should be installed, if any does."""
    has_target: Callable[[str], bool] = _no_target
    """Whether the Makefile beside the Procfile has a target of that name."""
    is_foreign: Callable[[Path], bool] = _nothing
    """Whether something below the root belongs to another user."""
    out_of_memory: bool = False
    """Whether the kernel killed this process because the memory was used up."""


_FOLDER = re.compile(
    r"(?:\bcd|\b(?:npm|pnpm|yarn) +(?:--prefix|--dir|--cwd|-C)|\bmake +-C)[ =]+"
    r"(\"[^\"]+\"|'[^']+'|[^\s;&|]+)"
)


class Crash(NamedTuple):
    """The crash of one process, as a rule found it in the last lines."""

    service: Service
    context: Context
    found: re.Match[str]
    text: str
    """The last lines, without colours."""

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name

    @property
    def folder(self) -> Path:
        """Where the command runs: where its ``cd`` leads to, or npm's like of it."""
        moved = _FOLDER.search(self.service.command)
        return self.context.root / moved[1].strip("\"'") if moved else self.context.root

    @property
    def port(self) -> int | None:
        """The port that the rule found, or else the service's own."""
        number = re.search(r"\d+", self.group("port"))
        return int(number[0]) if number else self.service.port

    @property
    def at(self) -> str:
        """The file that the rule found; empty if none."""
        file = self.group("file")
        return self.short(file) if file else ""

    def group(self, name: str) -> str:
        """Return what a named group of the rule's pattern matched; empty if nothing.

        As one line: below a sentence stands its fix, which no log is to write.
        """
        return " ".join((self.found.groupdict().get(name) or "").strip().splitlines())

    def path(self, file: str | Path) -> Path:
        """Return where a file is that is named as the command sees it."""
        return Path(os.path.normpath(self.folder / str(file).removeprefix("file://")))

    def short(self, file: str | Path) -> str:
        """Name a file as it is seen from the Procfile's folder."""
        path, root = self.path(file), self.context.root
        return str(path.relative_to(root) if path.is_relative_to(root) else path)


Text = str | Callable[[Crash], Told]


class Rule(NamedTuple):
    """If the pattern is found in the last lines, this was it.

    A text is a template of ``{name}``, ``{port}``, ``{at}`` and the pattern's named groups, or a
    function.
    """

    kind: str
    pattern: str
    sentence: Text
    fix: Text
    transient: bool | Callable[[Crash], bool] = False
    codes: frozenset[int] | None = None
    """The exit codes that it goes with (minus the signal's number); None: any above 0."""
    survived: str | None = None
    """What the program says later where this did not stop it."""
    ends: str | None = None
    """What it says at last because of it, a few lines later; None where the pattern says all."""
    of_code: bool = False
    """Whether the code, or what it needs, must be changed before it can run."""
