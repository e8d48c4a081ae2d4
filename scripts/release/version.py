"""The version's form, and every file that states it."""

import re
from collections.abc import Iterator
from pathlib import Path

FORM = re.compile(r"(\d+)\.(\d+)\.(\d+)")
TOML = r'(?m)^version = "(?P<version>[^"]+)"'
JSON = r'(?m)^  "version": "(?P<version>[^"]+)"'
LOCK = r'(?m)^  (?:    )?"version": "(?P<version>[^"]+)"'  # of the lock, and of its root package
PYTHON = r'(?m)^ +version="(?P<version>[^"]+)"'
MODULE = r'(?m)^__version__ = "(?P<version>[^"]+)"'
PLACES = (
    ("pyproject.toml", TOML, 1),
    ("scripts/guard/__init__.py", MODULE, 1),
    ("webapp/frontend/package.json", JSON, 1),
    ("webapp/frontend/package-lock.json", LOCK, 2),
    ("webapp/backend/main.py", PYTHON, 1),
)
"""Path, how the version stands there, and how many times at the beginning of the file."""


class VersionError(ValueError):
    """A version that cannot be released: what is wrong with it."""


def parse(text: str) -> tuple[int, int, int]:
    """The three numbers of `1.2.3`. Raises `VersionError` for any other form."""
    match = FORM.fullmatch(text)
    if not match:
        raise VersionError(f"{text!r} is not a version of the form 1.2.3")
    major, minor, patch = map(int, match.groups())
    return major, minor, patch


def current(root: Path) -> str:
    """The version that `pyproject.toml` states."""
    match = re.search(TOML, (root / "pyproject.toml").read_text(encoding="utf-8"))
    if not match:
        raise VersionError("pyproject.toml states no version")
    return match["version"]


def write(root: Path, version: str) -> list[Path]:
    """State `version` in every place. Returns the files changed.

    Raises `VersionError` where a file states none; nothing is written then.
    """
    fresh = dict(_rewritten(root, version))
    for path, text in fresh.items():
        path.write_text(text, encoding="utf-8")
    return list(fresh)


def _rewritten(root: Path, version: str) -> Iterator[tuple[Path, str]]:
    for name, pattern, times in PLACES:
        path = root / name
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        matches = list(re.finditer(pattern, text))[:times]
        if len(matches) < times:
            raise VersionError(f"{name} does not state its version as expected")
        for match in reversed(matches):
            text = f"{text[: match.start('version')]}{version}{text[match.end('version') :]}"
        yield path, text
