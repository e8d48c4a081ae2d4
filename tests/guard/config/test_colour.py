"""Whether the log has colours."""

import pytest

from scripts.guard.config import colour


@pytest.mark.parametrize(
    ("environment", "on_a_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"TERM": "xterm"}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR_FORCE": "0"}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "3", "TERM": "dumb"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": "false", "CLICOLOR_FORCE": "1"}, False, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
    ],
)
def test_who_asks_for_it_or_against_it(
    environment: dict[str, str], *, on_a_terminal: bool, elsewhere: bool
) -> None:
    assert colour.is_wanted(environment, terminal=True) is on_a_terminal
    assert colour.is_wanted(environment, terminal=False) is elsewhere
