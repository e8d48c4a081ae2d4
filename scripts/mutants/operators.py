"""The mutants of a module: its syntax tree with one thing changed in each.

What is changed: comparisons, `and`/`or`/`not`, conditions, arithmetic, numbers, `True`/`False`,
`min`/`max`/`any`/`all`, `break`/`continue`, what is returned, and calls made for their effect. Not:
texts (messages are read by people), annotations, assertions.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
Change = Callable[[ast.AST], ast.AST | None]


@dataclass(frozen=True)
class Mutant:
    """A module with one thing changed."""

    line: int
    code: str
    """The line as it stands, without its indentation."""
    change: str
    """What was made of what: ``a < b -> a <= b``."""
    make: Callable[[], ast.Module]

    @property
    def tree(self) -> ast.Module:
        """The module, made when it is asked for: most mutants are only counted."""
        return self.make()


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    lines = source.splitlines()
    found = [
        Mutant(line, lines[line - 1].strip(), told, partial(_mutated, tree, number, change))
        for number, node in enumerate(_mutable(tree))
        for line, told, change in _mutations(node)
    ]
    return sorted(found, key=lambda each: each.line)


def _mutations(node: ast.AST) -> Iterator[tuple[int, str, Change]]:
    for change in CHANGES:
        new = change(_copied(node))
        if new is not None:
            yield getattr(node, "lineno", 1), f"{_short(node)} -> {_short(new)}", change


def _mutated(tree: ast.Module, number: int, change: Change) -> ast.Module:
    mutated = copy.deepcopy(tree)
    place = _mutable(mutated)[number]
    new = change(_copied(place))
    if new is None:
        raise TypeError("a copy cannot be changed as its original can")
    _Put(place, new).visit(mutated)
    return ast.fix_missing_locations(mutated)


def _copied(node: ast.AST) -> ast.AST:
    """Return a node of its own, over the same ones: a change puts others in their place."""
    new = copy.copy(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            setattr(new, name, [*value])
    return new


def _mutable(tree: ast.Module) -> list[ast.AST]:
    """Return the nodes that may be changed, in an order that is the same for a copy."""
    found: list[ast.AST] = []
    _collect(tree, found)
    return found


def _collect(node: ast.AST, found: list[ast.AST]) -> None:
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "type_params", "format_spec"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_spared(child):
                found.append(child)
                _collect(child, found)


def _is_spared(node: ast.AST) -> bool:
    """Whether it is for checkers and readers alone: types, assertions, documentation."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in {"TYPE_CHECKING", "__name__ == '__main__'"}
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Assert | ast.Import | ast.ImportFrom)


class _Put(ast.NodeTransformer):
    """Puts a node in the place of another."""

    def __init__(self, place: ast.AST, new: ast.AST) -> None:
        self._place, self._new = place, new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is self._place:
            return ast.copy_location(self._new, node)
        return self.generic_visit(node)


def _compare(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        node.ops[0] = COMPARISONS[type(node.ops[0])]()
        return node
    return None


def _bool(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node
    return None


def _without_not(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    return None


def _negate(node: ast.AST) -> ast.AST | None:
    """Turn a condition round, unless changing its own operator does that already."""
    if isinstance(node, ast.If | ast.While | ast.IfExp) and isinstance(
        node.test, ast.Name | ast.Call | ast.Attribute | ast.NamedExpr
    ):
        node.test = ast.UnaryOp(ast.Not(), node.test)
        return node
    return None


def _arithmetic(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in ARITHMETIC:
        node.op = ARITHMETIC[type(node.op)]()
        return node
    return None


def _number(node: ast.AST) -> ast.AST | None:
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
        return None
    return ast.Constant(node.value + 1) if isinstance(node.value, int | float) else None


def _flag(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        return ast.Constant(not node.value)
    return None


def _call(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        node.func = ast.Name(CALLS[node.func.id], ast.Load())
        return node
    return None


def _jump(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Break):
        return ast.Continue()
    return ast.Break() if isinstance(node, ast.Continue) else None


def _returned(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Return) and node.value and ast.unparse(node.value) != "None":
        return ast.Return(ast.Constant(None))
    return None


def _effect(node: ast.AST) -> ast.AST | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await):
        return ast.Pass()
    return ast.Pass() if isinstance(node, ast.Raise | ast.Delete) else None


CHANGES: tuple[Change, ...] = (
    *(_compare, _bool, _without_not, _negate, _arithmetic, _number),
    *(_flag, _call, _jump, _returned, _effect),
)


def _short(node: ast.AST) -> str:
    """Return its code on one line; of a statement with a body, the head."""
    text = ast.unparse(ast.fix_missing_locations(node)).splitlines()[0]
    return text if len(text) <= 100 else f"{text[:99]}…"  # noqa: PLR2004 - a line of a report
