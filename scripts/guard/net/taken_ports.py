"""The error for ports that are unavailable: all of them at once, who has each, and what is free."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from typing import NamedTuple

from ..core import hints
from ..core.cause import Told, say
from ..core.errors import ToldError
from . import bind, guards, port_owners

TRIED = 100  # ports after the wanted one, of which the first free one is proposed
LAST_PORT = 65535


class Taken(NamedTuple):
    """A port that could not be bound."""

    port: int
    setting: str
    """The name of the setting that asks for it."""
    error: OSError


def refusal(taken: Sequence[Taken]) -> ToldError:
    """Build the error for all of them."""
    ends = [end for each in taken for end in _how_to_end_its_owner(each)]
    others = " ".join(_other_settings(taken))
    ways = [*dict.fromkeys(ends), *([f"{others} {hints.start()}"] if others else [])]
    advice = say("{typed}", typed=ways[0])
    if len(ways) > 1:
        typed = " && ".join(ways[:-1])
        advice = say("{typed}   # or take other ports: {other}", typed=typed, other=ways[-1])
    return ToldError("ports-taken", tuple(map(_reason, taken)), advice)


def free_port(wanted: int, avoid: frozenset[int] = frozenset()) -> int | None:
    """Return the next port that can be bound now, None if there is none near."""
    for port in range(wanted + 1, min(wanted + TRIED, LAST_PORT) + 1):
        if port not in avoid:
            try:
                bind.hold(port).close()
            except OSError:
                continue
            return port
    return None


def _reason(taken: Taken) -> Told:
    port, setting, error = taken
    others = _owners(port) if error.errno == errno.EADDRINUSE else []
    match error.errno:
        case errno.EACCES:
            told = say(
                "port {port} ({setting}) may not be opened by this user; ports below 1024 need root"
            )
        case errno.EADDRINUSE if others:
            owners = "\n".join(f"  {owner}" for owner in others)
            told = say(
                "port {port} ({setting}) is held by another process:\n{owners}", owners=owners
            )
        case errno.EADDRINUSE:
            told = say(
                "port {port} ({setting}) is held by a process that this user may not see "
                "(another user's, or one in a container)"
            )
        case _:
            told = say("port {port} ({setting}) cannot be opened: {error}", error=error)
    return told.with_values({"port": str(port), "setting": setting})


def _how_to_end_its_owner(taken: Taken) -> list[str]:
    if taken.error.errno == errno.EACCES:
        return []
    if taken.error.errno != errno.EADDRINUSE:
        return [hints.command("doctor")]
    owners = _owners(taken.port)
    if not owners:
        return [f"sudo lsof -i :{taken.port}"]
    other = guards.guard_of(owners[0].pid)
    return [f"kill {owners[0].pid}" if other is None else hints.stop(other.root, other.procfile)]


def _other_settings(taken: Sequence[Taken]) -> list[str]:
    avoid = frozenset(each.port for each in taken)
    found = []
    for each in taken:
        wanted = each.port + 8000 if each.error.errno == errno.EACCES else each.port
        if (port := free_port(wanted, avoid)) is not None:
            avoid |= {port}
            found.append(f"{each.setting}={port}")
    return found


def _owners(port: int) -> list[port_owners.PortOwner]:
    return [owner for owner in port_owners.owners(port) if owner.pid != os.getpid()]
