"""What the log says of a service whose state has changed."""

import pytest

from scripts.guard.config.service import Service
from scripts.guard.core import phases
from scripts.guard.core.cause import Cause
from scripts.guard.supervision import messages

CAUSE = Cause("crash", "web was killed.", "look at its log", transient=True)


@pytest.mark.parametrize(
    ("phase", "says"),
    [
        (phases.Backoff(retry_at=12.5, cause=CAUSE), "web: web was killed. Restarting in 2.50 s."),
        (phases.Backoff(retry_at=10.0, cause=CAUSE), "web: web was killed. Restarting."),
        (phases.Unhealthy(CAUSE), "web: web was killed."),
        (phases.Starting(CAUSE), "web: web was killed."),
    ],
)
def test_a_failure_is_told_with_when_it_is_tried_again(phase: phases.Phase, says: str) -> None:
    assert messages.of_failure("web", phase, CAUSE, now=10.0) == [says]


@pytest.mark.parametrize(
    ("kind", "is_news", "tells"),
    [("ended", True, True), ("ended", False, False), ("crash", True, False)],
)
def test_a_first_end_without_an_error_is_told_with_what_to_do(
    kind: str, *, is_news: bool, tells: bool
) -> None:
    phase = phases.Backoff(10.0, CAUSE)
    _, *more = messages.of_failure("web", phase, CAUSE._replace(kind=kind), 10.0, is_news=is_news)
    assert more == (["  fix: look at its log"] if tells else [])


def test_nothing_is_promised_of_what_the_stack_ends_with() -> None:
    said = messages.of_failure("test", phases.Broken(CAUSE), CAUSE, now=10.0, is_last=True)
    assert said == ["test failed: web was killed.", "  fix: look at its log"]


def test_what_is_broken_is_told_with_the_fix_and_the_command() -> None:
    broken, fix, command = messages.of_failure("web", phases.Broken(CAUSE), CAUSE, now=10.0)
    assert broken == "web is broken: web was killed."
    assert fix == "  fix: look at its log"
    assert command.endswith("or with: make restart p=web")


def test_only_what_is_up_is_told_of_with_the_time_it_took() -> None:
    assert messages.of_entering("web", phases.Ready(1.0), 0.25) == ["web is ready after 0.25 s"]
    assert messages.of_entering("web", phases.Finished(), 2) == ["web has finished after 2.00 s"]
    assert messages.of_entering("web", phases.Starting(), 2) == []


def test_what_keeps_it_from_working_is_told_with_its_fix_and_so_is_the_end_of_it() -> None:
    assert messages.of_unready("web", None, CAUSE) == ["web was killed.", "  fix: look at its log"]
    assert messages.of_unready("web", CAUSE, None) == ["web can work again"]
    assert messages.of_unready("web", None, None) == []


def test_what_is_broken_is_told_with_how_it_starts_again() -> None:
    first, *_, last = messages.of_failure("web", phases.Broken(CAUSE), CAUSE, now=10.0)
    assert first == "web is broken: web was killed."
    assert last.startswith("  it starts again when a file is saved")


def test_who_was_killed_is_told_with_what_would_have_let_it_leave() -> None:
    said, fix = messages.of_killing(Service("web", "serve"), 5.0)
    assert said == "web did not leave within 5 s of SIGTERM, and was killed"
    assert fix.endswith(
        "GUARD_GRACE_SECONDS=20; if it leaves on another signal, WEB_STOP_SIGNAL=INT"
    )
