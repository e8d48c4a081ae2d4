"""Every kind of cause stands in the documentation."""

from scripts.docs import troubles
from scripts.guard.diagnosis.rules import RULES

# Those that no rule gives: what the exit itself says, and what the health check says.
OF_THE_EXIT = {"killed", "ended", "exit", "not-started"}


def test_every_kind_of_death_has_its_example() -> None:
    kinds = {rule.kind for rule in RULES} | OF_THE_EXIT
    assert {example.cause().kind for example in troubles.EXAMPLES} == kinds
