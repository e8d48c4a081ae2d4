"""What was seen of a program under the guard -> the cells of its row, and what was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

HEAD = (
    "program",
    "version",
    "comes up",
    "crash",
    "bad code saved",
    "Ctrl-C",
    "while it is stopped",
)
Port = Literal["page", "refused", "silence", "answer"]
"""What a visitor of a port gets: the guard's page, no connection, no answer, the program's own."""


class Mistake(NamedTuple):
    """What followed when bad code was saved, and when it was mended."""

    state: str
    cause: str | None
    """The kind of the cause that the guard gives."""
    port: Port | None
    """None where it serves none."""
    is_back: bool
    """READY after the repair, and answering for itself."""


class Seen(NamedTuple):
    """What was seen of one program."""

    came_up: bool
    restarted: bool = False
    """READY by a new process after a kill -9, and answering for itself."""
    mistake: Mistake | None = None
    """None where it has no code to save."""
    stopped: Port | None = None
    """What a visitor gets while it is stopped; None where it serves no port."""
    exit_code: int | None = None
    """Of the guard, after Ctrl-C."""
    left: tuple[str, ...] = ()
    """Processes that were left then."""


def cells(name: str, version: str, seen: Seen) -> tuple[str, ...]:
    """Return a row of the table."""
    return (
        name,
        version,
        "yes" if seen.came_up else "**no**",
        "restarted" if seen.restarted else "**not restarted**",
        _of_mistake(seen.mistake),
        "nothing left" if seen.exit_code == CTRL_C and not seen.left else "**not clean**",
        "-" if seen.stopped is None else seen.stopped,
    )


CTRL_C = 130
_WRONG_PORTS: Sequence[Port] = ("silence", "refused")


def faults(
    seen: Seen, *, borrowed: bool, serves: bool, keeps_port: bool = False, takes_all: str = ""
) -> list[str]:
    """Return what was not as the guard promises.

    `borrowed` is whether it speaks HTTP, so that the guard answers while it is stopped; `serves`
    whether it has a port at all; `keeps_port` whether it listens on when it cannot serve, so that
    it is not READY and there is no room for a page. `takes_all` is the reason why it is READY and
    answers nobody: it takes every connection.
    """
    if not seen.came_up:
        return ["it did not come up"]
    found = [] if seen.restarted else ["it was not restarted after a crash"]
    found += _faults_of_mistake(
        seen.mistake, borrowed=borrowed, keeps_port=keeps_port, takes_all=takes_all
    )
    wanted = ("page" if borrowed else "refused") if serves else None
    if seen.stopped != wanted:
        found.append(f"while it is stopped a visitor gets {seen.stopped}, not {wanted}")
    if seen.exit_code != CTRL_C:
        found.append(f"Ctrl-C ended the guard with {seen.exit_code}")
    if seen.left:
        found.append(f"Ctrl-C left {', '.join(seen.left)}")
    return found


def _of_mistake(mistake: Mistake | None) -> str:
    if mistake is None:
        return "-"
    if mistake.state == "READY":
        hangs = mistake.port == "silence"
        told = "goes on, its port hangs" if hangs else "goes on, and tells it itself"
    else:
        told = f"{mistake.state}: {mistake.cause or '**no cause**'}"
        told += {"page": ", page", "silence": ", its port hangs"}.get(mistake.port or "", "")
    return f"{told}; {'back once mended' if mistake.is_back else '**not back**'}"


def _faults_of_mistake(
    mistake: Mistake | None, *, borrowed: bool, keeps_port: bool, takes_all: str
) -> list[str]:
    if mistake is None:
        return []
    found = [] if mistake.is_back else ["it was not back after the repair"]
    hangs = keeps_port and mistake.port == "silence"
    if takes_all and (mistake.state, mistake.port) != ("READY", "silence"):
        found.append(f"it is excused for nothing ({takes_all})")
    if mistake.state == "READY" and mistake.port in _WRONG_PORTS and not takes_all:
        found.append(f"it was called READY after a mistake, and its port gave {mistake.port}")
    if mistake.state != "READY" and mistake.cause is None:
        found.append("it went down after a mistake, and no cause was given")
    if mistake.state != "READY" and borrowed and mistake.port != "page" and not hangs:
        found.append(f"it went down after a mistake, and its port gave {mistake.port}, no page")
    return found
