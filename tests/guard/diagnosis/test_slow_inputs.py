"""No text of a log makes a pattern slow: candidates come from every pattern's own syntax."""

import importlib
import pkgutil
import re
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

import scripts.guard
from scripts.guard.diagnosis import final_output
from scripts.guard.diagnosis.context import Rule
from scripts.guard.diagnosis.rules import RULES
from scripts.guard.logs import levels
from tests.guard.diagnosis import slow_inputs

SIZE = 64_000  # characters of a text
LIMIT = 0.05  # seconds of this thread's processor time, not of the clock
TEXTS = 30  # of each pattern, spread over all kinds


def slowest(pattern: str, search: Callable[[str], object]) -> tuple[float, str]:
    """Seconds that the slowest candidate takes, at the second of two tries; and what it is."""
    worst = (0.0, "")
    texts = list(slow_inputs.texts(pattern, SIZE, most=TEXTS))
    assert texts
    for text in texts:
        tries = []
        for _ in range(2):
            begun = time.thread_time()
            search(text)
            tries.append(time.thread_time() - begun)
            if tries[0] < LIMIT:
                break
        worst = max(worst, (min(tries), repr(text[:80])))
    return worst


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}: {rule.pattern[:40]}")
def test_no_rule_of_the_diagnosis_is_slow(rule: Rule) -> None:
    def search(text: str) -> None:
        final_output.of(slow_inputs.as_log_lines(text)).find(rule)

    seconds, text = slowest(rule.pattern, search)
    assert seconds < LIMIT, text


def compiled() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes]]]:
    """Every pattern that a module of the guard keeps."""
    for found in pkgutil.walk_packages(scripts.guard.__path__, "scripts.guard."):
        if not found.name.endswith("__main__"):
            for name, value in vars(importlib.import_module(found.name)).items():
                for pattern in patterns_in(value):
                    yield f"{found.name}.{name}", pattern


def patterns_in(value: object) -> Iterator[re.Pattern[str] | re.Pattern[bytes]]:
    """The pattern that this is, or that a table has in its rows."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, (tuple, list, Mapping)):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from patterns_in(one)


WRITTEN = [
    *compiled(),
    *((f"level {name}", re.compile(text)) for name, text in levels.PATTERNS.items()),
]


@pytest.mark.parametrize("pattern", [one for _, one in WRITTEN], ids=[name for name, _ in WRITTEN])
def test_no_other_pattern_is_slow(pattern: re.Pattern[str] | re.Pattern[bytes]) -> None:
    source = pattern.pattern
    written = source if isinstance(source, str) else source.decode("latin-1")

    def search(text: str) -> None:
        given = text if isinstance(source, str) else text.encode("latin-1", "replace")
        for _ in pattern.finditer(given):  # type: ignore[arg-type]
            pass

    seconds, text = slowest(written, search)
    assert seconds < LIMIT, text


def test_the_search_finds_a_slow_pattern() -> None:
    slow = Rule(
        "slow", r"needs (?:version )?(?P<version>[\w.= ]*\w)(?!(?:.*\n)*.* ready in )", "", ""
    )
    with pytest.raises(TimeoutError):
        _search_for(slow, seconds=20)


def _search_for(rule: Rule, seconds: float) -> None:
    """Raise `TimeoutError` at the first candidate that is above the limit ten times over."""
    from scripts.guard.core.time_limit import TimeLimitError, time_limit

    begun = time.monotonic()
    for text in slow_inputs.texts(rule.pattern, SIZE):
        assert time.monotonic() - begun < seconds
        try:
            with time_limit(10 * LIMIT):
                final_output.of(slow_inputs.as_log_lines(text)).find(rule)
        except TimeLimitError:
            raise TimeoutError from None
