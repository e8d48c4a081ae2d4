"""What a service says of itself, in other languages: from a folder with a file for each, `de.json`.

A file has, for the kind that an answer names, ``[sentence, fix]``; ``{{name}}`` in them is one of
the answer's values. The program that starts the guard names the folder in `GUARD_WORDS`; without
one, and for a kind or a value that is not there, what the service says itself is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = "GUARD_WORDS"
_VALUE = re.compile(r"\{\{(\w+)\}\}")


class _Words:
    """The one value, set once by the program that starts."""

    folder: Path | None = None


def configure(environment: Mapping[str, str]) -> None:
    """Take note of the folder, if there is one."""
    named = environment.get(FOLDER)
    _Words.folder = Path(named) if named else None


def of(kind: str, values: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the sentence and the fix by language, wherever both can be said whole."""
    said = {}
    for language, known in _files():
        match known.get(kind):
            case [str(sentence), str(fix)] if set(_VALUE.findall(sentence + fix)) <= values.keys():
                said[language] = (_filled(sentence, values), _filled(fix, values))
    return said


def _files() -> Iterator[tuple[str, dict[str, Any]]]:
    """Read anew each time: that a service cannot work is rare, and the words may have changed."""
    if _Words.folder:
        import json  # no process waits for it: this is loaded before the first one is started

        for file in sorted(_Words.folder.glob("*.json")):
            try:
                known = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(known, dict):
                yield file.stem, known


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _VALUE.sub(lambda match: values[match[1]], text)
