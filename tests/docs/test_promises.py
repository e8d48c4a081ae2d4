"""Every promise of the documentation has a pair that fits, or stands among those without."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from scripts.sabotage.pairs import Pair, broken, pairs, unpaired
from scripts.sabotage.promises import promises

ROOT = Path(__file__).resolve().parents[2]
PAIRS = pairs()


def test_every_promise_has_a_pair_or_a_reason() -> None:
    promised = promises(ROOT)
    paired, without = {pair.promise for pair in PAIRS}, unpaired()
    assert set(promised) - paired - set(without) == set()
    assert paired - set(promised) == set()
    assert set(without) - set(promised) == set()
    assert paired & set(without) == set()
    assert len(PAIRS) >= 40
    assert len(promised) == len(set(promised)) >= 50


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.promise[:40])
def test_a_pair_fits_the_project(pair: Pair) -> None:
    text = broken(pair, ROOT)
    assert text != (ROOT / pair.file).read_text(encoding="utf-8")
    if pair.file.endswith(".py"):
        ast.parse(text)
    file, *names = pair.test.split("::")
    assert (ROOT / file).is_file()
    assert all(is_named(name, ROOT / file) for name in names)


def is_named(test: str, file: Path) -> bool:
    """Whether a file has a test of that name: of the front end a text, else a function."""
    if file.suffix == ".ts":
        return test in file.read_text(encoding="utf-8")
    return test.partition("[")[0] in functions_of(file)


@cache
def functions_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_no_two_pairs_break_the_same() -> None:
    breaks = Counter((pair.file, pair.search, pair.replace) for pair in PAIRS)
    tests = Counter((pair.promise, pair.test) for pair in PAIRS)
    assert [change for change, times in breaks.items() if times > 1] == []
    assert [pair for pair, times in tests.items() if times > 1] == []
