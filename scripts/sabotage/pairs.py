"""The pairs: what is broken in which file, and the test that must turn red."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
FILES = tuple(HERE / f"{name}.toml" for name in ("pairs", "settings", "security", "features"))
SECONDS = 240.0
"""That a test has to turn red, if its pair does not say otherwise."""


class Pair(NamedTuple):
    """A promise, the change that breaks it, and the test that must notice."""

    promise: str
    """As `promises()` names it."""
    file: str
    search: str
    """What stands in the file just once ..."""
    replace: str
    """... and what is put in its place."""
    test: str
    """As pytest names it."""
    seconds: float = SECONDS

    @property
    def checksum(self) -> str:
        """Of what is broken and of the test: a line of the table tells by it if it was this."""
        text = f"{self.file}\0{self.search}\0{self.replace}\0{self.test}"
        return hashlib.sha256(text.encode()).hexdigest()[:8]


class BadPairError(Exception):
    """A pair does not fit the project any more; the message says how."""


def pairs(files: Sequence[Path] = FILES) -> list[Pair]:
    """Read the lists."""
    return [_pair(**entry) for file in files for entry in _read(file)["pair"]]


def unpaired(files: Sequence[Path] = FILES) -> dict[str, str]:
    """Return the promises that have no pair, each with the reason."""
    entries = (entry for file in files for entry in _read(file).get("unpaired", []))
    return {entry["promise"]: entry["why"] for entry in entries}


def broken(pair: Pair, root: Path) -> str:
    """Return the text of the file with the change; raises `BadPairError` where it does not fit."""
    try:
        text = (root / pair.file).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise BadPairError(f"{pair.promise}: there is no {pair.file}") from error
    if (count := text.count(pair.search)) != 1:
        raise BadPairError(f"{pair.promise}: {pair.search!r} is {count} times in {pair.file}")
    return text.replace(pair.search, pair.replace)


def _pair(*, seconds: float = SECONDS, **texts: str) -> Pair:
    return Pair(**texts, seconds=seconds)


def _read(file: Path) -> Mapping[str, list[dict[str, Any]]]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
