"""Somebody who asks a stack all the time, while something is done to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from scripts.bench.visits import Visits, visiting

MANY = 20
"""Answers below which "none was lost" would say nothing."""
PAUSE_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
"""After which a visit without an answer is lost."""


@contextmanager
def none_lost(port: int, path: str = "/api/queue") -> Iterator[Visits]:
    """Visit it while the block runs, and demand that enough visits are answered, and none is not.

    Whoever is killed meanwhile is one of two, behind a server that asks the other.
    """
    with visiting(port, path, PATIENCE_SECONDS, PAUSE_SECONDS) as seen:
        seen.demanded = MANY
        yield seen
    assert seen.lost == seen.cut_off == seen.standby == 0, seen
    assert seen.answers >= seen.demanded, seen
