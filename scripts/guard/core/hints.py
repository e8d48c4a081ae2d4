"""The commands that messages name, as they are typed where this guard was started.

`procguard restart web` in any project, `make restart p=web` in one whose Makefile says so (it sets
`GUARD_TYPED`, `GUARD_TYPED_START`, `GUARD_TYPED_RUN` and `GUARD_TYPED_SETUP`). No other file of the
guard spells a command of its own out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Typed(NamedTuple):
    """How commands are typed: templates with `{command}` and `{name}`, `[...]` only with a name."""

    command: str = "procguard {command}[ {name}]"
    start: str = "procguard"
    run: str = "procguard run[ -s {name}] {words}"
    """How a program is run with a service's environment."""
    setup: str | None = None
    """What installs what the project needs; None where nobody has said."""


class _Hints:
    """The one value, set once by the program that starts."""

    typed = Typed()


def configure(program: str, options: Sequence[str], environment: Mapping[str, str]) -> None:
    """Take note of how the guard was started: as which program, and with which options."""
    words = " ".join([program, *map(shlex.quote, options)])
    _Hints.typed = Typed(
        environment.get("GUARD_TYPED", f"{words} {{command}}[ {{name}}]"),
        environment.get("GUARD_TYPED_START", words),
        environment.get("GUARD_TYPED_RUN", f"{words} run[ -s {{name}}] {{words}}"),
        environment.get("GUARD_TYPED_SETUP"),
    )


def command(verb: str, name: str | None = None) -> str:
    """Return how a command of the guard is typed, about one service or about all."""
    return _filled(_Hints.typed.command, name).replace("{command}", verb)


def start() -> str:
    """Return how the stack is started."""
    return _Hints.typed.start


def run(words: str, name: str | None = None) -> str:
    """Return how a program is run with the environment of a service, or of them all."""
    return _filled(_Hints.typed.run, name).replace("{words}", words)


def _filled(template: str, name: str | None) -> str:
    part = r"\1" if name else ""
    return re.sub(r"\[([^\[\]]*)\]", part, template).replace("{name}", shlex.quote(name or ""))


def stop(root: Path, procfile: Path) -> str:
    """Return how the guard of another project is ended."""
    if _Hints.typed.start.startswith("make"):
        return f"cd {shlex.quote(str(root))} && {command('stop')}"
    program = _Hints.typed.start.partition(" -f ")[0].partition(" -e ")[0]
    return f"{program} -f {shlex.quote(str(procfile))} stop"


def setup() -> str | None:
    """Return how the project installs what it needs, if it has said so."""
    return _Hints.typed.setup


def known(name: str | None = None) -> dict[str, str]:
    """Return all of them by name, for templates: `{restart}`, `{logs}`, `{start}` ..."""
    verbs = ("restart", "logs", "doctor", "why", "stop", "status", "attach")
    return {
        verb: command(verb, name if verb not in {"stop", "status"} else None) for verb in verbs
    } | {"start": start()}
