"""`run CMD...`: one command with the environment of a service, where the stack is."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..config import environment
from ..config.service import Service
from ..config.settings import Settings
from ..core import hints
from ..core.errors import GuardError
from . import client

NOT_FOUND, NOT_ALLOWED = 127, 126  # as shells report it


def run(procfile: Path, env_files: Sequence[Path], name: str | None, words: Sequence[str]) -> int:
    """Become the command; its exit status is this program's.

    It sees what every service does: `.env`, the URL and the port of each as the stack has them
    which runs, and with a `name` that service's own `PORT`. Several words are run as they are, one
    that is no program is a line for the shell. Raises `GuardError`.
    """
    if not words:
        raise GuardError("there is nothing to run", hints.run("printenv PORT"))
    config = client.as_it_runs(client.load(procfile, env_files))
    variables = environment.outside(config, None if name is None else _service(config, name))
    # Python ignores it, and what it becomes would.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    command = _command(words, variables)
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606 - as the user typed it
    except OSError as error:
        found = isinstance(error, FileNotFoundError)
        what = "is not there, or what its first line names" if found else "cannot be run"
        sys.stderr.write(f"{command[0]} {what} ({error.strerror})\n")
        return NOT_FOUND if found else NOT_ALLOWED


def _command(words: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    is_line = len(words) == 1 and shutil.which(words[0], path=variables.get("PATH")) is None
    return ["sh", "-c", words[0]] if is_line else [*words]


def _service(config: Settings, name: str) -> Service:
    called = [each for each in config.services if name in {each.name, each.line}]
    if not called:
        known = ", ".join(service.name for service in config.services)
        raise GuardError(
            f"{config.procfile.name} has no line {name!r}; it has: {known}",
            f"{hints.run('...', config.services[0].name)}   # or another one of these",
        )
    return called[0]
