"""Numbers in the middle of a sentence, from the constants that they are."""

from scripts.guard.core import state_machine


def restart_delays() -> str:
    """How long the guard waits before the 1st, 2nd, ... restart."""
    *first, last = (f"{delay:g}" for delay in state_machine.RESTART_DELAYS)
    return f"{', '.join(first)} and {last} s"


def restart_limit() -> str:
    """How many restarts within `restart_window` the circuit breaker allows."""
    return str(state_machine.RESTART_LIMIT)


def restart_window() -> str:
    """The time in which restarts are counted."""
    return f"{state_machine.RESTART_WINDOW:g} s"


def stable_after() -> str:
    """How long a service has to be READY until earlier crashes no longer count."""
    return f"{state_machine.STABLE_AFTER:g} s"
