"""No text of a log makes a rule slow: candidates come from the syntax of its pattern."""

import time

import pytest

from scripts.guard.diagnosis import final_output
from scripts.guard.diagnosis.context import Rule
from scripts.guard.diagnosis.rules import RULES
from tests import slow_inputs
from tests.slow_inputs import LIMIT, SIZE, slowest

pytestmark = pytest.mark.long


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.kind}: {rule.pattern[:40]}")
def test_no_rule_of_the_diagnosis_is_slow(rule: Rule) -> None:
    def search(text: str) -> None:
        final_output.of(slow_inputs.as_log_lines(text)).find(rule)

    seconds, text = slowest(rule.pattern, search)
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
