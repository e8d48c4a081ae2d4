"""Every regular expression that a package uses, found in its source: a new one is found as well."""

from __future__ import annotations

import ast
import builtins
import importlib
import re
from collections import ChainMap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

FUNCTIONS = {
    "compile",
    "search",
    "match",
    "fullmatch",
    "split",
    "findall",
    "finditer",
    "sub",
    "subn",
}
Text = str | bytes


class Use(NamedTuple):
    """One call of `re`, as it stands in a module."""

    line: int
    function: str
    """What is called, and for a compiled pattern what is called on it, where only one thing is."""
    argument: str
    """The source of the pattern."""
    pattern: Text | None
    """What that is; None if only who calls it can tell."""
    flags: int


def modules(folder: Path, package: str = "") -> Iterator[tuple[str, Path]]:
    """Yield the name and the file of each module of a package that may use `re`."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if "import re\n" in path.read_text(encoding="utf-8"):
            yield ".".join(part for part in (package, *parts) if part not in {"", "__init__"}), path


def uses(module: str, path: Path) -> Iterator[Use]:
    """Yield every call of `re` in a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node)]
    known = vars(importlib.import_module(module))
    methods = _methods(tree)
    names = {
        id(node.value): target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name)
    }
    for call in calls:
        function = _called(call)
        if function == "compile":
            used = methods.get(names.get(id(call), ""), set())
            function = used.pop() if len(used) == 1 else "finditer"
        pattern = _value(call.args[0], known)
        yield Use(
            call.lineno,
            function,
            ast.unparse(call.args[0]),
            pattern if isinstance(pattern, (str, bytes)) else None,
            _flags(call, known),
        )


def _called(call: ast.Call) -> str:
    """Return the function of `re` that is called, if it is one that takes a pattern."""
    function = call.func
    if not isinstance(function, ast.Attribute) or ast.unparse(function.value) != "re":
        return ""
    return function.attr if function.attr in FUNCTIONS else ""


def _methods(tree: ast.AST) -> dict[str, set[str]]:
    """Return what is called on each name of a module."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, set()).add(node.attr)
    return found


def _flags(call: ast.Call, known: Mapping[str, object]) -> int:
    given = (_value(each, known) for each in (*call.args[1:], *(k.value for k in call.keywords)))
    return sum(int(each) for each in given if isinstance(each, re.RegexFlag))


def _value(node: ast.expr, known: Mapping[str, object]) -> object:
    """Return what an expression is in its module; a name of a function's own stands for itself."""
    own = {name.id: name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    if isinstance(node, ast.Name) and node.id not in known:
        return None
    scope = ChainMap(
        {}, dict(known), vars(builtins), own if isinstance(node, ast.JoinedStr) else {}
    )
    try:
        return eval(compile(ast.Expression(node), "<pattern>", "eval"), {}, scope)  # noqa: S307 - of our own source
    except (NameError, AttributeError, KeyError, TypeError):
        return None
