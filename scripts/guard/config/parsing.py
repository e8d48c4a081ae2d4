"""Typed values out of the environment; what is wrong with them is collected, not raised."""

from __future__ import annotations

import enum
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

LAST_PORT = 65535

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=enum.Enum)


class Values:
    """Takes typed values out of the environment, collecting what is wrong with them."""

    def __init__(
        self,
        environment: Mapping[str, str],
        problems: list[str],
        shell: frozenset[str] = frozenset(),
    ) -> None:
        """`shell` names the variables that stand in no file of the project."""
        self.environment = environment
        self.problems = problems
        self.warnings: list[str] = []
        self._shell = shell

    def take(self, name: str, default: Value, parse: Callable[[str], Value]) -> Value:
        """Return a variable's value, the default if it is unset, empty or wrong.

        `parse` raises `ValueError` that says what it must be.
        """
        return self._take(name, default, parse, self._wrong)

    def take_of_service(self, name: str, default: Value, parse: Callable[[str], Value]) -> Value:
        """Return a variable's value as `take` does, but only warn of what may not be meant for us.

        The shell has variables of others that look like a service's: Kubernetes sets
        `API_PORT=tcp://10.0.0.11:8000` where it has a service of that name.
        """
        complain = self._not_ours if name in self._shell else self._wrong
        return self._take(name, default, parse, complain)

    def _take(
        self,
        name: str,
        default: Value,
        parse: Callable[[str], Value],
        complain: Callable[[str, str, ValueError], None],
    ) -> Value:
        raw = self.environment.get(name, "").strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError as error:
            complain(name, raw, error)
            return default

    def _wrong(self, name: str, raw: str, error: ValueError) -> None:
        self.problems.append(f"{name}={raw}: {error}")

    def _not_ours(self, name: str, raw: str, error: ValueError) -> None:
        self.warnings.append(f"{name}={raw} (from the shell) is ignored: as a setting, it {error}")

    def choice(self, name: str, default: Choice) -> Choice:
        """Return one of an enumeration's values, named by its lower-case word."""
        kind = type(default)

        def parse(raw: str) -> Choice:
            try:
                return kind(raw.lower())
            except ValueError:
                words = " or ".join(f"`{member.value}`" for member in kind)
                raise ValueError(f"must be {words}") from None

        return self.take(name, default, parse)


def is_port(number: int) -> bool:
    """Whether TCP has such a port."""
    return 1 <= number <= LAST_PORT


def port(raw: str) -> int:
    """Parse a TCP port."""
    if not raw.isascii() or not raw.isdigit() or not is_port(int(raw)):
        raise ValueError("must be a port, a whole number from 1 to 65535")
    return int(raw)


def port_or_none(raw: str) -> int | None:
    """Parse a TCP port, or `none` of what serves no port whatever its line says."""
    try:
        return None if raw.lower() == "none" else port(raw)
    except ValueError as error:
        raise ValueError(f"{error}, or `none`") from None


def flag(raw: str) -> bool:
    """Parse yes or no."""
    if raw.lower() not in {"0", "1", "yes", "no"}:
        raise ValueError("must be `yes` (or `1`) or `no` (or `0`)")
    return raw.lower() in {"1", "yes"}


def seconds(raw: str) -> float:
    """Parse a duration: seconds, an hour at most."""
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 3600:  # noqa: PLR2004 - an hour; NaN fails too
        raise ValueError("must be seconds, a number from 0 to 3600")
    return value


def folders(root: Path) -> Callable[[str], tuple[Path, ...]]:
    """Return a parser of folders below `root`, with `:` between them; each must exist."""

    def parse(raw: str) -> tuple[Path, ...]:
        # Resolved, as the watch tells of what lies below them.
        found = tuple((root / part).resolve() for part in raw.split(os.pathsep))
        for folder in found:
            if not folder.is_dir():
                raise ValueError(f"must name folders: there is no {folder}")
        return found

    return parse


def own_folder(root: Path) -> Callable[[str], Path]:
    """Return a parser of a folder that is the guard's alone: neither `root` nor one above it."""

    def parse(raw: str) -> Path:
        folder = root / os.path.expanduser(raw)  # noqa: PTH111 - Path's raises without a home
        if folder.resolve() in {root.resolve(), *root.resolve().parents}:
            raise ValueError("must be a folder of its own, which the project is not in")
        return folder

    return parse


def absolute_path(raw: str) -> str:
    """Parse the path of a URL."""
    if not re.fullmatch(r"/[!-~]*", raw):
        raise ValueError("must be a path that begins with a slash")
    return raw
