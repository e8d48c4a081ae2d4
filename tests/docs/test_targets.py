"""A Make target that is not documented, or documentation of one that is not there, fails."""

import ast
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.docs.render import documents

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
PUBLIC = set(re.findall(r"^([a-z][a-z-]*):.*## ", MAKEFILE, re.MULTILINE))
# As code only; prose says "make" freely.
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`make ([a-z][a-z-]*)")
IN_BLOCK = re.compile(r"^\s*(?:\$ )?make ([a-z][a-z-]*)", re.MULTILINE)


def mentioned(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    blocks = "\n".join(FENCE.findall(text))
    return set(INLINE.findall(FENCE.sub("", text))) | set(IN_BLOCK.findall(blocks))


@pytest.mark.parametrize("path", documents(ROOT), ids=lambda path: path.name)
def test_every_target_that_is_named_exists(path: Path) -> None:
    assert mentioned(path) <= TARGETS


def test_every_public_target_is_documented() -> None:
    assert set().union(*map(mentioned, documents(ROOT))) >= PUBLIC


def test_make_alone_prints_every_public_target_with_what_it_does() -> None:
    listing = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    described = dict(re.findall(r"^  make ([a-z-]+)\s+(\S.*)$", listing, re.MULTILINE))
    assert set(described) == PUBLIC


def test_what_make_starts_keeps_compiled_python_whatever_the_shell_says() -> None:
    show = ["make", "--silent", "--eval", "show: ; @env", "show"]
    shell = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(show, cwd=ROOT, env=shell, capture_output=True, text=True, check=True)
    assert "PYTHONDONTWRITEBYTECODE" not in done.stdout


def strings(path: Path) -> Iterator[str]:
    """The texts of a module that users read; what is told to programmers is not among them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


@pytest.mark.parametrize("folder", ["scripts", "webapp/backend"])
def test_every_command_that_a_message_advises_exists(folder: str) -> None:
    """`fix: make X`: at the start of the advice, after a colon, `&&` or a quote."""
    advice = re.compile(r"(?:^|: |&& |`|\()make ([a-z][a-z-]+)")
    for path in (ROOT / folder).rglob("*.py"):
        for text in strings(path):
            assert set(advice.findall(text)) <= TARGETS | {"room"}, f"{path.name}: {text}"


def test_the_npm_scripts_that_call_make_name_targets() -> None:
    package = json.loads((ROOT / "webapp/frontend/package.json").read_text(encoding="utf-8"))
    scripts: dict[str, str] = package["scripts"]
    assert {"start", "dev", "backend", "frontend", "check-ports"} <= set(scripts)
    called = {word for line in scripts.values() for word in re.findall(r"make -C \S+ (\S+)", line)}
    assert called
    assert called <= TARGETS
