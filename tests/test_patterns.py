"""No text makes a regular expression of the guard or the backend slow, wherever it is written."""

# ruff: noqa: SLF001 - what a module keeps for itself is what is looked at

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from scripts.guard.diagnosis.rules import RULES
from tests.patterns import Text, Use, modules, uses
from tests.slow_inputs import LIMIT, slowest

ROOT = Path(__file__).resolve().parents[1]
MODULES = [
    *modules(ROOT / "scripts/guard", "scripts.guard"),
    *modules(ROOT / "webapp/backend"),
]
# Those that a module does not state where it uses them: what they are.
STATED_ELSEWHERE: dict[tuple[str, str], Callable[[Any], Iterable[Text]]] = {
    ("scripts.guard.api.report", "pattern"): lambda of: (each for each, _ in of._PATTERNS),
    ("scripts.guard.diagnosis.final_output", "rule.pattern"): lambda _: (),  # test_slow_inputs.py
    ("scripts.guard.diagnosis.final_output", "rule.survived"): lambda _: (
        rule.survived for rule in RULES if rule.survived
    ),
    ("scripts.guard.diagnosis.final_output", "rule.ends"): lambda _: (
        rule.ends for rule in RULES if rule.ends
    ),
    ("scripts.guard.diagnosis.rules.command_line", "of_a_script"): lambda _: (
        r"^[>$] (?:.*\s)?next dev(?:\s|$)",
    ),
    ("scripts.guard.logs.ansi", "pattern"): lambda of: (of._SGR,),
    ("scripts.guard.logs.cleared_screen", "pattern"): lambda of: (
        *(of._RUN, of._CLEARS, of._MAY_CLEAR),
    ),
    ("scripts.guard.logs.levels", "PATTERNS[level]"): lambda of: of.PATTERNS.values(),
    (
        "scripts.guard.watching.sources",
        "'|'.join((*DefaultFilter.ignore_entity_patterns, *IGNORED_NAMES))",
    ): lambda of: (of._ignored().pattern,),
    ("domain.failures", "pattern"): lambda of: (each for each, _ in of.TEXTS),
    # The user's own: one that takes too long is told, by tests/backend/runner/test_look.py.
    ("domain.subscriptions", "text"): lambda _: (),
    ("runner.selection", "filters.matches"): lambda _: (),
}


@pytest.mark.long
@pytest.mark.parametrize(("module", "path"), [pytest.param(*each, id=each[0]) for each in MODULES])
def test_no_pattern_of_a_module_is_slow(module: str, path: Path) -> None:
    slow = [
        f"{path.name}:{use.line}: {seconds:.2f} s for {text}"
        for use in uses(module, path)
        for pattern in patterns(module, use)
        for seconds, text in [slowest_of(use, pattern)]
        if seconds > LIMIT
    ]
    assert not slow


def patterns(module: str, use: Use) -> Iterable[Text]:
    """What a use is; several where it stands for several."""
    if use.pattern is not None:
        return [use.pattern]
    return STATED_ELSEWHERE[module, use.argument](import_module(module))


def slowest_of(use: Use, pattern: Text) -> tuple[float, str]:
    compiled = re.compile(pattern, use.flags)
    written = pattern if isinstance(pattern, str) else pattern.decode("latin-1")

    def search(text: str) -> None:
        given = text if isinstance(pattern, str) else text.encode("latin-1", "replace")
        if use.function == "finditer":
            for _ in compiled.finditer(given):  # type: ignore[arg-type]
                pass
        elif use.function in {"sub", "subn"}:
            compiled.sub(given[:0], given)  # type: ignore[arg-type]
        else:
            getattr(compiled, use.function)(given)

    return slowest(written, search, use.flags)
