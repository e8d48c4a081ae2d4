"""What stands in a sentence is no sentence: that would be English in the middle of any language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.backend.test_words import LANGUAGES, said, trees, words

QUOTING = {
    "backend-not-ready",  # an error that no part has words for
    "bucket-answer",
    "bucket-unreachable",
    "database-damaged",
    "database-standby",
    "database-tables",
    "database-unusable",
    "http",
    "no-pattern",
    "queue-not-served",
}
"""The kinds whose `why` is what another program says, in its own words: they are quoted."""
OF_DRIVERS = "store/database_errors.py"
"""Says several of these, by a kind that it finds out."""
PROSE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}")
QUOTED = re.compile(r"(?:„|« |“|\")\{\{why\}\}(?:“| »|”|\")")


@cache
def functions(path: str) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(trees()[path]) if isinstance(node, ast.FunctionDef)]


def around(path: str, line: int) -> ast.FunctionDef | None:
    """The innermost function that this line is in."""
    found = [each for each in functions(path) if each.lineno <= line <= (each.end_lineno or 0)]
    return max(found, key=lambda each: each.lineno, default=None)


def origins(path: str, value: ast.expr, depth: int = 3) -> Iterator[ast.expr]:
    """What a value is made of: where it is a name, what that was given in this file."""
    inside = around(path, value.lineno)
    if not isinstance(value, ast.Name) or inside is None or depth == 0:
        yield value
        return
    given = [
        node.value
        for node in ast.walk(inside)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == value.id
    ]
    names = [each.arg for each in inside.args.args]
    if value.id in names:
        calls = (node for node in ast.walk(trees()[path]) if isinstance(node, ast.Call))
        place = names.index(value.id)
        given += [
            call.args[place]
            for call in calls
            if ast.unparse(call.func) == inside.name and len(call.args) > place
        ]
    yield value
    for each in given:
        yield from origins(path, each, depth - 1)


def errors_of(inside: ast.FunctionDef | None) -> set[str]:
    """What the exceptions are called in a function."""
    if inside is None:
        return set()
    caught = {
        node.name
        for node in ast.walk(inside)
        if isinstance(node, ast.ExceptHandler) and node.name is not None
    }
    noted = {
        node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
        for node in ast.walk(inside)
        if isinstance(node, ast.arg | ast.AnnAssign)
        and re.search("Error|Exception", ast.unparse(node.annotation or ast.Constant("")))
    }
    return caught | noted


def prose(path: str, name: str, value: ast.expr) -> Iterator[str]:
    """What of a value is English: a text with words in it, or an error as text."""
    known = words(LANGUAGES[0])
    for origin in origins(path, value):
        errors = errors_of(around(path, origin.lineno))
        if isinstance(origin, ast.Name) and origin.id in errors:
            yield origin.id
        for node in ast.walk(origin):
            match node:
                case ast.Constant(value=str(text)) if PROSE.search(text):
                    if f"{name}:{text}" not in known:
                        yield text
                case ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=error)]) if (
                    error in errors
                ):
                    yield f"str({error})"


def test_values_are_no_prose() -> None:
    wrong = []
    for place, kind, values in said():
        path = place.partition(":")[0]
        if kind in QUOTING or path == OF_DRIVERS:
            continue
        for name, value in values.items():
            wrong += [(place, kind, name, text) for text in prose(path, name, value)]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_another_program_are_quoted(language: str) -> None:
    told = words(language)
    assert [kind for kind in sorted(QUOTING) if not QUOTED.search(told[kind][0])] == []
