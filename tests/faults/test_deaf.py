"""A prober that can never connect turns every test red that says no connection was lost."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.faults.runs import Line, lines

ROOT = Path(__file__).resolve().parents[2]
STACK = ROOT / "tests/stack"
NOT_ANSWERED = re.compile(r"attempted: 0 answered|visitors are told|(web|server) is restarted")


def visitors(path: Path) -> list[str]:
    """The tests of a file that visit a port over and over."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        each.name
        for each in tree.body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_") and _visits(each)
    ]


def _visits(test: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "visits"
        for node in ast.walk(test)
    )


FILES = sorted(path for path in STACK.glob("test_*.py") if visitors(path))


def run_deaf(way: str, tests: list[str], record: Path) -> list[Line]:
    plugins = ["-p", "scripts.faults.record", "-p", "tests.faults.deaf"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins, "--deaf", way, *tests]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)}
    environment.pop("PYTEST_XDIST_WORKER", None)
    subprocess.run(
        [*command, "--record", str(record), "-p", "pytest_timeout"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
    )
    return [line for line in lines(record) if line["phase"] == "call"]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_whoever_hears_nothing_says_so(path: Path, tmp_path: Path) -> None:
    names = visitors(path)
    outcomes = run_deaf("timeout", [f"{path}::{name}" for name in names], tmp_path / "record")
    assert {re.sub(r"\[.*", "", one["test"].rpartition("::")[2]) for one in outcomes} == set(names)
    for one in outcomes:
        assert not one["passed"], f"{one['test']} passes with a deaf prober"
        assert NOT_ANSWERED.search(one["why"]), f"{one['test']} fails for another reason: {one}"


@pytest.mark.parametrize("way", ["reset", "refused"])
def test_in_whatever_way_nothing_is_heard(way: str, tmp_path: Path) -> None:
    test = (
        f"{STACK / 'test_recovery.py'}::test_an_exit_with_code_0_that_nobody_asked_for_is_a_crash"
    )
    (outcome,) = run_deaf(way, [test], tmp_path / "record")
    assert not outcome["passed"]
    assert NOT_ANSWERED.search(outcome["why"])


def test_every_row_that_counts_connections_is_among_them() -> None:
    rows = set()
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for each in tree.body:
            if isinstance(each, ast.FunctionDef) and each.name in visitors(path):
                rows |= set(re.findall(r"row='(F\d+)'", ast.unparse(each)))
    assert rows >= {"F1", "F2", "F4", "F6", "F22", "F40"}
