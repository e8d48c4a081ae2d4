"""In which order the lines are started: what `NAME_AFTER` and a line called `release` say."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter

from . import parsing
from .parsing import Values
from .procfile import variable

RELEASE = "release"
"""A line of that name is meant to end, and all others wait for it, as on Heroku."""


def once(name: str, given: Values) -> bool:
    """Whether a line is meant to end: a migration, a build, a seed."""
    return given.take_of_service(f"{variable(name)}_ONCE", name == RELEASE, parsing.flag)


def after(name: str, names: Collection[str], given: Values) -> tuple[str, ...]:
    """Return the services that must be ready, or have finished, before this one is started."""

    def parse(raw: str) -> tuple[str, ...]:
        wanted = tuple(dict.fromkeys(re.split(r"[,\s]+", raw.strip(", "))))
        if unknown := [other for other in wanted if other not in names or other == name]:
            raise ValueError(
                f"must name other lines of the Procfile: there is no {' and no '.join(unknown)}"
            )
        return wanted

    none: tuple[str, ...] = ()
    wanted = given.take_of_service(f"{variable(name)}_AFTER", none, parse)
    released = (RELEASE,) if RELEASE in names and name != RELEASE else ()
    return tuple(dict.fromkeys((*released, *wanted)))


def check(order: Mapping[str, Collection[str]], problems: list[str]) -> None:
    """Add a problem where services would wait for each other, and so for ever."""
    try:
        TopologicalSorter(order).prepare()
    except CycleError as error:
        circle = list(dict.fromkeys(error.args[1]))
        settings = " or ".join(f"{variable(name)}_AFTER" for name in circle if name != RELEASE)
        problems.append(
            f"{' and '.join(circle)} would wait for each other for ever; change {settings}"
        )
