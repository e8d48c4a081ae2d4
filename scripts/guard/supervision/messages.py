"""What the log says of a service whose state has changed."""

from __future__ import annotations

from ..config.service import Service
from ..core import hints, phases
from ..core.cause import Cause


def of_entering(name: str, phase: phases.Phase, seconds: float) -> list[str]:
    """Return the lines on the state it has reached, after so many seconds in the one before."""
    match phase:
        case phases.Ready():
            return [f"{name} is ready after {seconds:.2f} s"]
        case phases.Finished():
            return [f"{name} has finished after {seconds:.2f} s"]
        case _:
            return []


def of_unready(name: str, before: Cause | None, cause: Cause | None) -> list[str]:
    """Return the lines on what keeps it from working, or that this is over."""
    if cause is not None:
        return [cause.sentence, f"  fix: {cause.fix}"]
    return [] if before is None else [f"{name} can work again"]


def of_failure(
    name: str,
    phase: phases.Phase,
    cause: Cause,
    now: float,
    *,
    is_last: bool = False,
    is_news: bool = False,
) -> list[str]:
    """Return the lines on why it is not up; `now` is on the monotonic clock, in seconds.

    With `is_last` the stack ends with it; `is_news` is whether it was not so the last time.
    """
    match phase:
        case phases.Broken() if is_last:
            return [f"{name} failed: {cause.sentence}", f"  fix: {cause.fix}"]
        case phases.Broken():
            command = hints.command("restart", name)
            return [
                f"{name} is broken: {cause.sentence}",
                f"  fix: {cause.fix}",
                f"  it starts again when a file is saved, on the page's button, or with: {command}",
            ]
        case phases.Backoff(retry_at=at):
            when = f"Restarting in {at - now:.2f} s." if at > now else "Restarting."
            # What is run again although it has done its work does it again: a seed, say.
            fix = [f"  fix: {cause.fix}"] if is_news and cause.may_be_meant else []
            return [f"{name}: {cause.sentence} {when}", *fix]
        case _:
            return [f"{name}: {cause.sentence}"]


def of_killing(line: Service, grace: float) -> list[str]:
    """Return the lines on a process that did not leave although it was asked to."""
    longer, other = "GUARD_GRACE_SECONDS=20", f"{line.variable}_STOP_SIGNAL=INT"
    return [
        f"{line.name} did not leave within {grace:g} s of {line.stop_signal.name}, and was killed",
        f"  fix: if it needs longer, {longer}; if it leaves on another signal, {other}",
    ]
