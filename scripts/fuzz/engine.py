"""Runs a target for a time or a number of inputs, and makes what it finds short: Hypothesis."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

BATCH = 200
"""Inputs that are drawn from one seed."""
Hold = Callable[[Any], None]


class Target(NamedTuple):
    """What is fed, and what must hold."""

    name: str
    inputs: SearchStrategy[Any]
    opened: Callable[[Path], AbstractContextManager[Hold]]
    """Gives the function that is called with each input, and raises where something does not hold.

    It gets a folder of its own; what it starts ends with it.
    """


class Outcome(NamedTuple):
    """What came of a target."""

    name: str
    inputs: int
    seconds: float
    findings: list[str]


def fuzz(target: Target, folder: Path, seconds: float, *, most: int | None = None) -> Outcome:
    """Feed a target until its time is over, `most` inputs were drawn, or something was found."""
    begun, drawn, shortest = time.monotonic(), 0, ""
    findings: list[str] = []
    try:
        with target.opened(folder) as hold:
            begun = time.monotonic()  # what is fed may take long to start

            def feed(value: object) -> None:
                nonlocal drawn, shortest
                if not findings and time.monotonic() - begun >= seconds:
                    return  # what is left of the batch is drawn, and not used
                drawn += 1
                try:
                    hold(value)
                except BaseException:
                    shortest = repr(value)  # the last one that Hypothesis tries
                    raise

            for number in count():
                left = BATCH if most is None else min(BATCH, most - drawn)
                if left <= 0 or time.monotonic() - begun >= seconds:
                    break
                _batch(target.inputs, feed, number, left)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
        findings.append(f"{type(error).__name__}: {error}\n  with {shortest}")
    return Outcome(target.name, drawn, time.monotonic() - begun, findings)


def _batch(inputs: SearchStrategy[Any], feed: Hold, number: int, size: int) -> None:
    @settings(
        max_examples=size,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )
    @seed(number)
    @given(inputs)
    def batch(value: object) -> None:
        feed(value)

    batch()
