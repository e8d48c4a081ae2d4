"""The locks are in step with pyproject.toml, hash every file and name no address."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GUARD = tomllib.loads((ROOT / "scripts/guard/pyproject.toml").read_text(encoding="utf-8"))
# The guard runs where it stands, so what is locked is what it needs.
RUNTIME: list[str] = [
    *(line for line in PROJECT["project"]["dependencies"] if line != "procguard"),
    *GUARD["project"]["dependencies"],
]
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
SOURCES = {
    "requirements.txt": RUNTIME,
    "requirements-dev.txt": RUNTIME + GROUPS["dev"],
    "requirements-node.txt": GROUPS["node"],
    "requirements-uv.txt": GROUPS["uv"],
    "requirements-pip.txt": GROUPS["pip"],
}
PIN = re.compile(
    r"^(?P<name>[\w.-]+)==(?P<version>\S+).*?\\\n(?P<hashes>(?: +--hash=.*\n?)+)", re.MULTILINE
)


def pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {canonicalize_name(pin["name"]): pin["version"] for pin in PIN.finditer(text)}


@pytest.mark.parametrize("lock", SOURCES)
def test_every_dependency_is_locked_at_a_version_that_it_allows(lock: str) -> None:
    for line in SOURCES[lock]:
        wanted = Requirement(line)
        assert wanted.specifier.contains(pins(lock)[canonicalize_name(wanted.name)]), line


@pytest.mark.parametrize("lock", SOURCES)
def test_every_line_is_a_hashed_pin_and_none_an_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    rest = PIN.sub("", text)
    assert all(line.startswith("#") for line in rest.splitlines() if line), rest
    assert not re.search(r"https?:|--(extra-)?index-url|--find-links", text)


def test_tests_run_on_what_users_run() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()
