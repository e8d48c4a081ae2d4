"""Files that it may not use."""

from __future__ import annotations

from pathlib import Path

from ...core import hints
from ...core.cause import Told, say
from .. import commands
from ..context import Crash, Rule

_UNREADABLE = (
    r"PermissionError: \[Errno 13\] Permission denied: (?P<quote>['\"])(?P<file>.+?)(?P=quote)",
    r"EACCES: permission denied, \w+ '(?P<file>.+?)'(?: ->|$)",
)


def not_allowed(crash: Crash) -> Told:
    """Say whose the file is only where that was seen."""
    if _is_foreign(crash):
        return say("{name} may not use {at}: it belongs to another user.")
    return say("{name} may not use {at}.")


def allow(crash: Crash) -> Told:
    """Let only what is of the project change hands: elsewhere it may be another's on purpose."""
    there = commands.quoted(crash, _what_is_there(crash))
    if _is_foreign(crash):
        return commands.alone(f"sudo chown $USER {there} && {hints.command('restart', crash.name)}")
    return say(
        "Give {name} another place, or see who may use this one: {typed}",
        typed=f"ls -ld {there}",
    )


def _is_foreign(crash: Crash) -> bool:
    return crash.context.is_foreign(_what_is_there(crash))


def _what_is_there(crash: Crash) -> Path:
    """Return what the system asked for permission: of a file to be made, its folder."""
    path = crash.path(crash.group("file"))
    return next(filter(crash.context.exists, (path, *path.parents)), path)


RULES: tuple[Rule, ...] = (
    *(Rule("no-permission", pattern, not_allowed, allow) for pattern in _UNREADABLE),
)
