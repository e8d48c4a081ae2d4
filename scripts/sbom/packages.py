"""The packages that are shipped: those of the runtime, and those that the page is built of."""

from __future__ import annotations

import importlib.metadata
import json
import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PYTHON, PAGE = "Python", "the page"
_PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)\s*(?:;(?P<marker>[^\\]*))?\\\n"
    r"(?P<hashes>(?: +--hash=\S+[ \\]*\n?)+)",
    re.MULTILINE,
)
# Of other implementations of Python only, so not installed where the list is made.
_ELSEWHERE = {"brotlicffi": "MIT", "cffi": "MIT-0", "pycparser": "BSD-3-Clause"}
# Where a package only says it in the words of the index. The SPDX names: https://spdx.org/licenses
_CLASSIFIED = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


class Package(NamedTuple):
    """One package at one version."""

    name: str
    version: str
    place: str
    """`PYTHON` or `PAGE`."""
    licence: str
    """As SPDX has it where the package says so, else in its own words."""
    hashes: tuple[tuple[str, str], ...]
    """Algorithm and hexadecimal digest, of each file that the lock allows."""


def shipped(root: Path) -> list[Package]:
    """Return all, sorted by place and name."""
    lock = (root / "requirements.txt").read_text(encoding="utf-8")
    modules = json.loads((root / "webapp/frontend/package-lock.json").read_text(encoding="utf-8"))
    return sorted({*_of_python(lock), *_of_the_page(modules)}, key=lambda each: each[2::-2])


def _of_python(lock: str) -> Iterator[Package]:
    for pin in _PIN.finditer(lock):
        hashes = re.findall(r"--hash=(\w+):(\w+)", pin["hashes"])
        name = pin["name"]
        yield Package(name, pin["version"], PYTHON, _licence(name), tuple(sorted(hashes)))


def _licence(name: str) -> str:
    """Return what the installed package says of itself.

    Raises `PackageNotFoundError` where the development packages are not those of the lock.
    """
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    said = importlib.metadata.metadata(name)
    for field in ("License-Expression", "License"):
        for text in said.get_all(field) or ():
            if text and "\n" not in text:  # some put all of it there
                return str(text)
    words = [each.rpartition(" :: ")[2] for each in said.get_all("Classifier") or ()]
    return next((_CLASSIFIED[word] for word in words if word in _CLASSIFIED), "unknown")


def _of_the_page(lock: dict[str, dict[str, dict[str, str]]]) -> Iterator[Package]:
    for path, module in lock["packages"].items():
        if path and not module.get("dev"):
            algorithm, _, digest = module["integrity"].partition("-")
            hashes = ((algorithm, b64decode(digest).hex()),)
            name = path.rpartition("node_modules/")[2]
            yield Package(name, module["version"], PAGE, module["license"], hashes)
