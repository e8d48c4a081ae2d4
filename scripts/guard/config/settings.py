"""`.env`, the shell and the Procfile -> one frozen `Settings`; the only reader of `os.environ`.

Precedence: the shell, then `.env`, then the default. Every problem of every file is told in one
message.
"""

from __future__ import annotations

import enum
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ..core.errors import GuardError
from . import colour, dotenv_file, order, parsing, procfile, service, state_folder
from .dotenv_file import is_pipe
from .parsing import Values
from .selection import EVERYTHING, Selection
from .service import Service
from .signature import Signature, signature


class RestartScope(enum.Enum):
    """What is restarted when a process exits unexpectedly."""

    STACK = "stack"
    PROCESS = "process"


class LogFormat(enum.Enum):
    """How the merged log is printed."""

    TEXT = "text"
    JSON = "json"


class Settings(NamedTuple):
    """Everything that the guard was told, checked. Durations are in seconds."""

    root: Path
    procfile: Path
    env_files: tuple[Path, ...]
    """Where settings are read from; a later one wins."""
    directory: Path
    """Where the guard's own files are."""
    services: tuple[Service, ...]
    selection: Selection = EVERYTHING
    """Which of them are started."""
    restart_scope: RestartScope = RestartScope.STACK
    patience: float = 3.0
    hang: float = 15.0
    grace: float = 5.0
    guard_port: int = 9400
    log_format: LogFormat = LogFormat.TEXT
    log_time: bool = True
    """Whether a line of the merged log begins with the time."""
    log_prefix: bool = True
    """Whether it begins with anything of ours at all."""
    notify: bool = False
    """Whether the desktop is told when a service is down and when it is back."""
    polling: bool | None = None
    """Whether watched files are looked at over and over; None: where the system cannot do more."""
    terminal: bool = False
    """Whether the log goes to a terminal."""
    colour: bool = False
    dumb: bool = False
    """Whether the terminal understands no codes, those that erase a line among them."""
    files: Mapping[Path, Signature] = MappingProxyType({})
    """What this was read from, as it was."""
    warnings: tuple[str, ...] = ()
    """Variables of the shell that look like settings and are none; they are ignored."""
    environment: Mapping[str, str] = MappingProxyType({})
    """The shell's variables over those of `.env`: what every process inherits."""

    @property
    def guard_url(self) -> str:
        """Where the control API and the dashboard are."""
        return f"http://localhost:{self.guard_port}"

    @property
    def named_env_files(self) -> tuple[Path, ...]:
        """The files that were named in place of `.env`; none where it is read."""
        return () if self.env_files == beside(self.root) else self.env_files

    @property
    def token_file(self) -> Path:
        """The file with the secret that a write to the control API must carry."""
        return self.directory / "token"

    def find(self, name: str) -> Service | None:
        """Return the service of that name, None if there is none."""
        return next((each for each in self.services if each.name == name), None)


def beside(root: Path) -> tuple[Path, ...]:
    """Return the files that settings are read from where none is named; either may be absent."""
    return root / ".env", root / ".env.local"


def load(
    path: Path,
    env_files: Sequence[Path] = (),
    shell: Mapping[str, str] | None = None,
    *,
    selection: Selection = EVERYTHING,
    terminal: bool | None = None,
    pipes: bool = True,
) -> Settings:
    """Read and check everything: the Procfile at `path`, and `env_files` (`.env` beside it).

    With `pipes` off, named pipes among them are left to whoever runs the stack: what is read from
    one is gone. Raises `GuardError` that lists every problem of the Procfile, of `.env` and of the
    settings.
    """
    path = path.absolute()
    root = path.parent
    problems: list[str] = []
    problems += [
        f"{file}: there is no such file; `-e` names another one than .env"
        for file in env_files
        if not file.exists()
    ]
    env_files = tuple(file.absolute() for file in env_files) or beside(root)
    shell = dict(os.environ) if shell is None else dict(shell)
    terminal = sys.stdout.isatty() if terminal is None else terminal

    files = {each: signature(each) for each in (path, *env_files) if not is_pipe(each)}
    seconds = dotenv_file.PIPE_SECONDS if pipes else 0.0
    lines = procfile.read(path, problems, pipe_seconds=seconds)
    from_files: dict[str, str] = {}
    for file in env_files:
        from_files |= dotenv_file.read(file, problems, pipe_seconds=seconds)
    given = Values(MappingProxyType({**from_files, **shell}), problems, frozenset(shell))
    settings = _build(path, env_files, lines, given, selection, terminal=terminal)
    if problems:
        raise GuardError(
            "\n".join(problems), f"correct the above, then run the same command again (in {root})"
        )
    return settings._replace(files=files, warnings=tuple(given.warnings))


def unread(path: Path, env_files: Sequence[Path] = ()) -> Settings:
    """Return what is known of a stack without its files: where they are, and the guard's folder."""
    path = path.absolute()
    root = path.parent
    stated = os.environ.get("GUARD_DIR", "").strip()
    directory = root / stated if stated else state_folder.default(root, os.environ)
    files = tuple(env_files) or beside(root)
    return Settings(root, path, files, directory, services=(), environment=dict(os.environ))


def _build(
    path: Path,
    env_files: tuple[Path, ...],
    lines: Mapping[str, str],
    given: Values,
    selection: Selection,
    *,
    terminal: bool,
) -> Settings:
    root = path.parent
    services = tuple(service.read(root, lines, given))
    order.check({each.name: each.after for each in services}, given.problems)
    settings = Settings(
        root=root,
        procfile=path,
        env_files=env_files,
        directory=given.take(
            "GUARD_DIR",
            state_folder.default(root, given.environment),
            parsing.own_folder(root),
        ),
        services=service.selected(service.instances(services, selection), selection),
        selection=selection,
        restart_scope=given.choice("GUARD_RELAUNCH", RestartScope.STACK),
        patience=given.take("GUARD_PATIENCE_SECONDS", 3.0, parsing.seconds),
        hang=given.take("GUARD_HANG_SECONDS", 15.0, parsing.seconds),
        grace=given.take("GUARD_GRACE_SECONDS", 5.0, parsing.seconds),
        guard_port=given.take("GUARD_PORT", 9400, parsing.port),
        log_format=given.choice("GUARD_LOG", LogFormat.TEXT),
        log_time=given.take("GUARD_LOG_TIME", default=True, parse=parsing.flag),
        notify=given.take("GUARD_NOTIFY", default=False, parse=parsing.flag),
        polling=_polling(given.environment.get("WATCHFILES_FORCE_POLLING", "")),
        terminal=terminal,
        colour=colour.is_wanted(given.environment, terminal=terminal),
        dumb=colour.is_dumb(given.environment),
        environment=given.environment,
    )
    owners: dict[int, str] = {settings.guard_port: "GUARD_PORT"}
    for each in settings.services:
        if each.port is None:
            continue
        own = f"{each.variable}_PORT"
        if not parsing.is_port(each.port):
            given.problems.append(
                f"{each.name}: would have port {each.port}, and ports end at "
                f"{parsing.LAST_PORT}; set {own}, or a lower PORT"
            )
        if (other := owners.setdefault(each.port, own)) != own:
            given.problems.append(f"{own}={each.port}: is the same port as {other}")
    return settings


def _polling(raw: str) -> bool | None:
    """Read watchfiles' own variable, which may stand in `.env` too, as watchfiles does."""
    return raw.lower() not in {"false", "disable", "disabled"} if raw else None
