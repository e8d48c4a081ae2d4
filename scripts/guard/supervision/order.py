"""What a service has to wait for before its process may start, or leave: nothing is done here."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter

from ..config.service import Service
from ..core.phases import State
from .managed import Managed

UP = frozenset({State.READY, State.FINISHED})
"""Where a service stands that others need not wait for any more."""


def missing(line: Service, known: Mapping[str, Managed]) -> tuple[str, ...]:
    """Return those of the services it is to be started after that are not up."""
    needed = (known.get(name) for name in line.after)
    return tuple(
        other.line.name
        for other in needed
        if other and other.service.state not in UP and not other.line.left_out
    )


def dependents_first(known: Mapping[str, Managed]) -> list[str]:
    """Return the names of all, each before those that it is started after."""
    before = {name: _after(managed) & known.keys() for name, managed in known.items()}
    return [*TopologicalSorter(before).static_order()][::-1]


def is_needed(managed: Managed, known: Mapping[str, Managed]) -> bool:
    """Whether a process that is about to leave as well needs it until then."""
    return any(
        other.process is not None
        and other.service.state is State.STOPPING
        and managed.line.name in _after(other)
        for other in known.values()
    )


def _after(managed: Managed) -> frozenset[str]:
    """Return what it is started after; of a line that is gone nobody knows what it meant."""
    return frozenset() if managed.removed else frozenset(managed.line.after)


def is_port_taken(managed: Managed, known: Mapping[str, Managed]) -> bool:
    """Whether the process of another service still has its port: lines may exchange theirs."""
    port = managed.line.port
    return port is not None and any(
        other is not managed and other.process and other.serves == port for other in known.values()
    )
