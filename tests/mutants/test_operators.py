"""What a mutant is: one thing changed, each once, and nothing that people alone read."""

from __future__ import annotations

import ast

import pytest

from scripts.mutants.operators import mutants


def changes(source: str) -> list[str]:
    return [each.change for each in mutants(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", ["a < b -> a <= b"]),
        ("x = a == b", ["a == b -> a != b"]),
        ("x = a is not b", ["a is not b -> a is b"]),
        ("x = a in b", ["a in b -> a not in b"]),
        ("x = a and b", ["a and b -> a or b"]),
        ("x = not a", ["not a -> a"]),
        ("if a:\n    x = b", ["if a: -> if not a:"]),
        ("x = a + b", ["a + b -> a - b"]),
        ("x += a", ["x += a -> x -= a"]),
        ("x = 1", ["1 -> 2"]),
        ("x = True", ["True -> False"]),
        ("x = min(a, b)", ["min(a, b) -> max(a, b)"]),
        ("for a in b:\n    break", ["break -> continue"]),
        ("def f():\n    return a", ["return a -> return None"]),
        ("f(a)", ["f(a) -> pass"]),
        ("raise a", ["raise a -> pass"]),
    ],
)
def test_each_kind_of_change_is_made_once(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""Text."""',
        "x = 'text'",
        "import a",
        "assert a < 1",
        "x: tuple[int, 3]",
        "def f(a: b[1]) -> c[1]: ...",
        "if TYPE_CHECKING:\n    x = 1",
        "@a(1)\ndef f(): ...",
        "x = f'{a:1}'",
        "def f():\n    return None",
    ],
)
def test_what_is_for_people_and_checkers_is_left_alone(source: str) -> None:
    assert changes(source) == []


def test_a_mutant_is_the_module_but_for_the_change() -> None:
    source = "def f(a, b):\n    if a < b:\n        return a + 1\n    return b\n"
    found = {each.change: ast.unparse(each.tree) for each in mutants(source)}
    assert found["a < b -> a <= b"] == source.replace("<", "<=").rstrip()
    assert found["1 -> 2"] == source.replace("1", "2").rstrip()
    assert len(found) == 5
    assert all(each.code == source.splitlines()[each.line - 1].strip() for each in mutants(source))
    for each in mutants(source):
        compile(each.tree, "mutant", "exec")
