"""How many files may be open: as many as the system allows the guard, as before for its services.

The soft limit is what a shell hands on (1024 as a rule), the hard one what a process may give
itself. A service keeps the soft one: some go through all descriptors that they might have, and
select(2) takes none above 1023.
"""

from __future__ import annotations

import resource

_LARGEST = 10_240  # OPEN_MAX of macOS: its hard limit may be "unlimited", and then is refused


def raise_limit() -> int | None:
    """Raise the soft limit to the hard one; return what it was, None if it stays as it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, _LARGEST):
        if _exceeds(wanted, soft) and _set(wanted, hard):
            return soft
    return None


def limit() -> int:
    """Return how many files this process may have open."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _LARGEST if soft == resource.RLIM_INFINITY else soft


def _exceeds(wanted: int, soft: int) -> bool:
    return soft != resource.RLIM_INFINITY and (wanted == resource.RLIM_INFINITY or wanted > soft)


def _set(soft: int, hard: int) -> bool:
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (OSError, ValueError):
        return False
    return True
