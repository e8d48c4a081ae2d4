"""Commands in the fix of a cause, as they are typed in the Procfile's folder."""

from __future__ import annotations

import shlex
from pathlib import Path

from ..core import hints
from ..core.cause import Told, say
from .context import Crash


def alone(command: str) -> Told:
    """Return a command alone: it is the same in every language."""
    return say("{typed}", typed=command)


def quoted(crash: Crash, file: str | Path) -> str:
    """Name a file for a command that is typed in the Procfile's folder."""
    return shlex.quote(crash.short(file))


def set_up(crash: Crash) -> str | None:
    """Return the project's own command that installs what its locks list, if it has one.

    It knows where Node and pip are, which need not be on the PATH of the shell it is typed in.
    """
    setup = hints.setup()
    if setup is None or not crash.context.has_target("setup"):
        return None
    return f"{setup} && {hints.command('restart', crash.name)}"
