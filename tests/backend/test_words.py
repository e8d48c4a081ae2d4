"""Whatever the backend refuses can be said in every language: it has a kind, and that has words."""

from __future__ import annotations

import ast
import errno
import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BACKEND = ROOT / "webapp/backend"
WORDS = ROOT / "webapp/frontend/src/i18n/failures"
LANGUAGES = sorted(file.stem for file in WORDS.glob("*.json"))
NAME_THEIR_KIND = {
    "UnknownDownloadError",
    "UnknownFeedError",
    "UnknownProfileError",
    "UnknownReceiverError",
    "UnknownSubscriptionError",
    "NameTakenError",
}
OF_FILES = (
    *(errno.EACCES, errno.EPERM, errno.ENOENT, errno.EEXIST, errno.EISDIR, errno.ENOTDIR),
    *(errno.ENAMETOOLONG, errno.EFBIG, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO),
    *(errno.EBUSY, errno.ETXTBSY, errno.ESTALE, errno.ENOTCONN, errno.ELOOP, errno.EMLINK),
    *(errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EMFILE, errno.ENFILE, errno.ENOMEM),
    *(errno.ENOTEMPTY, errno.ENOEXEC),
)
"""What the system can refuse of files, folders and programs with."""
NO_VALUES = {"kind", "field", "errors", "headers", "transient", "values"}


@cache
def trees() -> dict[str, ast.Module]:
    return {
        path.relative_to(BACKEND).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in BACKEND.rglob("*.py")
    }


def problem_classes() -> set[str]:
    """The names of all kinds of `Problem`, and of what is raised for a field."""
    classes = [
        node
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    known = {"Problem", "WrongValueError"}
    while (
        found := {one.name for one in classes if known & {ast.unparse(base) for base in one.bases}}
        - known
    ):
        known |= found
    return known


class Said(ast.NodeVisitor):
    """Collects each place where something is said: its kind and its values, as expressions."""

    def __init__(self, problems: set[str]) -> None:
        self.problems = problems
        self.found: list[tuple[int, ast.expr | None, dict[str, ast.expr]]] = []
        self._within: list[str] = []

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._within.append(node.name)
        self.generic_visit(node)
        self._within.pop()

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        callee = ast.unparse(node.func)
        by_name = {each.arg: each.value for each in node.keywords if each.arg}
        own = callee == "super().__init__" and bool(set(self._within) & self.problems)
        if callee == "DownloadError":
            kind = node.args[0] if node.args else None
            if not node.args and any(each.arg is None for each in node.keywords):
                return  # made again from what was told
        elif callee in {*self.problems, "answer", "FieldProblem"} or own:
            kind = by_name.get("kind")
            if callee in NAME_THEIR_KIND and kind is None:
                return
        elif callee == "left_out" and len(node.args) > 1:
            kind = node.args[1]
        else:
            return
        self.found.append((node.lineno, kind, self._values(by_name)))

    @staticmethod
    def _values(by_name: dict[str, ast.expr]) -> dict[str, ast.expr]:
        found = {name: value for name, value in by_name.items() if name not in NO_VALUES}
        match by_name.get("values"):
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    if isinstance(key, ast.Constant):
                        found[str(key.value)] = value
            case None:
                pass
            case handed_on:
                found["*"] = handed_on
        return found


@cache
def said() -> list[tuple[str, str | None, dict[str, ast.expr]]]:
    """Where, of which kind (None: none at all; empty: handed on), with which values."""
    problems = problem_classes()
    places = []
    for path, tree in trees().items():
        visitor = Said(problems)
        visitor.visit(tree)
        if path in {"domain/problems.py", "web/static_files.py"}:  # the classes; another `answer`
            continue
        for line, kind, values in visitor.found:
            text: str | None = ""
            if isinstance(kind, ast.Constant):
                text = kind.value if isinstance(kind.value, str) else None
            elif kind is None:
                text = None
            places.append((f"{path}:{line}", text, values))
    return places


def words(language: str) -> dict[str, list[str]]:
    told: dict[str, list[str]] = json.loads((WORDS / f"{language}.json").read_text("utf-8"))
    return told


def test_whatever_is_refused_names_its_kind() -> None:
    places = said()
    assert len(places) > 80
    assert [place for place, kind, _ in places if kind is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_words(language: str) -> None:
    told = words(language)
    assert [(place, kind) for place, kind, _ in said() if kind and kind not in told] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_hold_no_value_that_is_not_given(language: str) -> None:
    told = words(language)
    wrong = []
    for place, kind, values in said():
        if kind and kind in told and "*" not in values:
            asked = set(re.findall(r"\{\{(\w+)\}\}", " ".join(told[kind])))
            lacking = sorted(asked - values.keys())
            wrong += [(place, kind, lacking)] if lacking else []
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_of_tables_have_words_too(language: str) -> None:
    told = words(language)
    from domain import failures, imports
    from domain.signatures import BMP, SIGNATURES
    from files import media_folder, shelf
    from runner import notify
    from web import problems

    kinds = {kind for kind, *_ in (*failures.STATUSES.values(), failures.ANY_STATUS)}
    kinds |= {*problems.KINDS.values(), problems.OTHER_KIND, "no-route", "no-method", "http"}
    kinds |= set(imports.LEFT_OUT)
    kinds |= {f"what:{name}" for name in (*dict(SIGNATURES).values(), BMP, "a picture", "text")}
    kinds |= {f"why:{os.strerror(number)}" for number in OF_FILES}
    kinds |= {f"why:{reason}" for reason in dict(notify.REASONS).values()}
    kinds |= {media_folder.KIND, shelf.KIND, "missing-thumbnail", "missing-metadata"}
    kinds |= {"missing-chapters", "missing-subtitles-embedded"}
    tree = ast.parse((BACKEND / "store/database_errors.py").read_text(encoding="utf-8"))
    kinds |= {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "kind"
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
    assert sorted(kinds - told.keys()) == []


SENTENCES = {"detail", "message", "problem", "sentence", "why"}
"""What the fields are called in which an answer says something to people."""


def test_every_sentence_of_an_answer_has_a_kind_and_values_beside_it() -> None:
    """So that no page has to show the English of it."""
    from main import app

    told = app.openapi()["components"]["schemas"]
    fields = {
        f"{name}.{field}": set(schema["properties"])
        for name, schema in told.items()
        for field in SENTENCES & set(schema.get("properties", ()))
    }
    assert len(fields) >= 7
    assert [field for field, beside in fields.items() if not {"kind", "values"} <= beside] == []
