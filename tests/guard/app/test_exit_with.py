"""The exit code of a stack that ends with one of its lines."""

import pytest

from scripts.guard.app.exit_with import exit_code
from scripts.guard.core.phases import State
from scripts.guard.core.snapshot import ServiceView, Snapshot
from tests.guard.views import NOON, WEB

TEST = WEB._replace(name="test", port=None, url=None)


def code(*views: ServiceView) -> int | None:
    return exit_code(Snapshot(1, NOON, "stack", views), "test")


@pytest.mark.parametrize("state", [State.STARTING, State.READY, State.STOPPING, State.BACKOFF])
def test_there_is_none_while_it_runs_or_will(state: State) -> None:
    assert code(WEB, TEST._replace(state=state)) is None


@pytest.mark.parametrize(
    ("state", "ended", "expected"),
    [
        (State.FINISHED, 0, 0),
        (State.BROKEN, 5, 5),
        (State.BROKEN, -9, 137),
        (State.STOPPED, -15, 143),
        (State.BROKEN, None, 1),  # it could not be started
    ],
)
def test_it_is_what_a_shell_would_report(state: State, ended: int | None, expected: int) -> None:
    assert code(WEB, TEST._replace(state=state, exit_code=ended)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [(State.BROKEN, 1), (State.STOPPED, 1), (State.STARTING, None), (State.BACKOFF, None)],
)
def test_what_it_waits_for_in_vain_is_a_failure(state: State, expected: int | None) -> None:
    waiting = TEST._replace(state=State.STARTING, pid=None, waits_for=("web",))
    assert code(WEB._replace(state=state), waiting) == expected


def test_a_line_that_was_deleted_is_a_failure() -> None:
    assert code(WEB) == 1
