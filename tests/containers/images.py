"""Dockerfiles and compose files as values, to check them against the project without an engine."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILES = [ROOT / "Dockerfile", ROOT / "webapp/frontend/Dockerfile"]
COMPOSE_FILES = [ROOT / "docker-compose.dev.yml", ROOT / "docker-compose.yml"]
SECRETS = ROOT / "docker-compose.secrets.yml"
"""Laid over docker-compose.yml."""


def overlaid(below: Path, over: Path) -> dict[str, Any]:
    """Return what an engine makes of two compose files, as far as these have it.

    Mappings are put together, lists are one after the other, and else the second says it.
    """
    first, second = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (below, over))
    both: dict[str, Any] = _together(first, second)
    return both


def _together(first: Any, second: Any) -> Any:  # noqa: ANN401 - whatever YAML may hold
    if isinstance(first, dict) and isinstance(second, dict):
        both = first.keys() & second.keys()
        return first | second | {key: _together(first[key], second[key]) for key in both}
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *second]
    return second


@dataclass(frozen=True)
class Stage:
    """One `FROM ... AS name`, with what it inherits from an earlier stage of the same file."""

    name: str
    instructions: tuple[tuple[str, str], ...]

    def all(self, keyword: str) -> list[str]:
        return [rest for word, rest in self.instructions if word == keyword]

    def last(self, keyword: str) -> str:
        return self.all(keyword)[-1]

    def command(self) -> list[str]:
        words: list[str] = json.loads(self.last("CMD"))
        return words


def stages(dockerfile: Path) -> dict[str, Stage]:
    """The stages by name; comments dropped, continued lines joined."""
    text = re.sub(r"^#.*\n", "", dockerfile.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, Stage] = {}
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            inherited = found[base].instructions if base in found else ()
            found[name] = Stage(name, inherited)
        elif word:
            stage = found[name]
            found[name] = Stage(name, (*stage.instructions, (word, rest)))
    return found


def services(compose: Path) -> dict[str, dict[str, Any]]:
    document: dict[str, Any] = yaml.safe_load(compose.read_text(encoding="utf-8"))
    by_name: dict[str, dict[str, Any]] = document["services"]
    return by_name


def unless_given(value: object) -> str:
    """What a value of a compose file is unless a variable says otherwise."""
    return re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", str(value))


def mounted(mount: str) -> tuple[str, str]:
    """What a volume of a service is unless a variable says otherwise, and where; ("", where)."""
    found = re.fullmatch(r"(?:(?:\$\{[A-Z_]+:-([^}]+)\}|([^:]+)):)?(/[^:]*)", mount)
    assert found, mount
    return found[1] or found[2] or "", found[3]


def health(compose: str, service: str) -> list[str]:
    """The command by which the engine learns that a service is healthy."""
    test: list[str] = services(ROOT / compose)[service]["healthcheck"]["test"]
    assert test[0] == "CMD", "no shell: not every image has one"
    return test[1:]
