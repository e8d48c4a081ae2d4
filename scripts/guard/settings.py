"""`.env`, the shell and the Procfile -> one frozen `Settings`; the only reader of `os.environ`.

Precedence: the shell, then `.env`, then the default. `.env` is parsed once, by python-dotenv; the
Procfile by honcho. Every problem of every file is told in one message.
"""

from __future__ import annotations

import contextlib
import enum
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from honcho.environ import PROCFILE_LINE, parse_procfile

from scripts.guard import GuardError
from scripts.guard.watch import Signature, signature

_OF_THE_GUARD = ("PORT", "WATCH", "HEALTH")  # of a service's settings; its URL says its port
FIRST_FOREIGN_PORT = 5000  # honcho's convention for lines that ask for $PORT and have no port set
FOREIGN_PORT_STEP = 100

Value = TypeVar("Value")


class Relaunch(enum.Enum):
    """What is relaunched when a process exits unexpectedly."""

    STACK = "stack"
    PROCESS = "process"


class LogFormat(enum.Enum):
    """How the merged log is printed."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Service:
    """One line of the Procfile, with what the settings say of it."""

    name: str
    command: str
    port: int | None = None
    """The port it serves; None for a worker that serves none."""
    held: bool = False
    """Whether the line takes the guard's listening socket (it names ``$<NAME>_FD``)."""
    watch: tuple[Path, ...] = ()
    """Folders whose saved files restart it."""
    revive: tuple[Path, ...] = ()
    """Folders whose saved files start it again after it was given up."""
    health: str = "/"
    """The path that is asked for to learn that it is up."""

    @property
    def variable(self) -> str:
        """The prefix of its environment variables: ``my-api`` -> ``MY_API``."""
        return variable(self.name)

    @property
    def url(self) -> str | None:
        """Where a browser finds it."""
        return None if self.port is None else f"http://localhost:{self.port}"


@dataclass(frozen=True)
class Settings:
    """Everything that the guard was told, checked. Durations are in seconds."""

    root: Path
    procfile: Path
    env_file: Path
    directory: Path
    services: tuple[Service, ...]
    relaunch: Relaunch = Relaunch.STACK
    patience: float = 3.0
    hang: float = 15.0
    grace: float = 5.0
    guard_port: int = 9400
    log_format: LogFormat = LogFormat.TEXT
    notify: bool = False
    """Whether the desktop is told when a service is down and when it is back."""
    colour: bool = False
    files: Mapping[Path, Signature] = field(default_factory=dict, repr=False)
    """What this was read from, as it was."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The shell's variables over those of `.env`: what every process inherits."""

    @property
    def guard_url(self) -> str:
        """Where the control API and the dashboard are."""
        return f"http://localhost:{self.guard_port}"

    @property
    def token_file(self) -> Path:
        """The file with the secret that a write to the control API must carry."""
        return self.directory / "token"

    def find(self, name: str) -> Service | None:
        """Return the service of that name, None if there is none."""
        return next((service for service in self.services if service.name == name), None)


def variable(name: str) -> str:
    """Return the environment prefix of a service: ``my-api`` -> ``MY_API``."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def load(
    procfile: Path,
    env_file: Path | None = None,
    shell: Mapping[str, str] | None = None,
    *,
    terminal: bool | None = None,
) -> Settings:
    """Read and check everything; `env_file` defaults to `.env` beside the Procfile.

    Raises `GuardError` that lists every problem of the Procfile, of `.env` and of the settings.
    """
    procfile = procfile.absolute()
    root = procfile.parent
    env_file = root / ".env" if env_file is None else env_file.absolute()
    shell = dict(os.environ) if shell is None else dict(shell)
    terminal = sys.stdout.isatty() if terminal is None else terminal

    files = {path: signature(path) for path in (procfile, env_file)}
    problems: list[str] = []
    lines = _read_procfile(procfile, problems)
    environment = {**_read_env(env_file, problems), **shell}
    settings = _build(
        procfile, env_file, lines, environment, _Reader(environment, problems), terminal
    )
    if problems:
        raise GuardError(
            "\n".join(problems), f"correct the above, then run the same command again (in {root})"
        )
    return replace(settings, files=files)


def _read_procfile(path: Path, problems: list[str]) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        problems.append(f"{path}: there is no such Procfile; name another one with -f PATH")
        return {}
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read ({error})")
        return {}
    found = len(problems)
    seen = _check_lines(path.name, text, problems)
    if not seen and found == len(problems):
        problems.append(f"{path.name}: names no process; a line is `name: command`")
    if found < len(problems):
        return {}
    lines: dict[str, str] = parse_procfile(text).processes
    return lines


def _check_lines(file: str, text: str, problems: list[str]) -> dict[str, int]:
    """Return the line number of every name, which honcho's parser does not tell."""
    seen: dict[str, int] = {}
    prefixes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = PROCFILE_LINE.match(line)
        if match is None:
            problems.append(f"{file}:{number}: not of the form `name: command`: {line.strip()!r}")
            continue
        name = match.group(1)
        twin = prefixes.setdefault(variable(name), name)
        if name in seen:
            problems.append(f"{file}:{number}: `{name}` stands on line {seen[name]} already")
        elif twin != name:
            problems.append(
                f"{file}:{number}: `{name}` and `{twin}` would share the variables "
                f"{variable(name)}_PORT and {variable(name)}_URL; rename one"
            )
        seen.setdefault(name, number)
    return seen


def _read_env(path: Path, problems: list[str]) -> dict[str, str]:
    if not path.exists():
        return {}
    from dotenv.main import resolve_variables
    from dotenv.parser import parse_stream

    try:
        with path.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read ({error})")
        return {}
    problems += [
        f"{path.name}:{binding.original.line}: cannot be read: "
        f"{binding.original.string.strip()!r} (quote the value)"
        for binding in bindings
        if binding.error
    ]
    pairs = [(binding.key, binding.value) for binding in bindings if binding.key is not None]
    resolved = resolve_variables(pairs, override=False)
    return {key: value for key, value in resolved.items() if value is not None}


class _Reader:
    """Takes typed values out of the environment, collecting what is wrong with them."""

    def __init__(self, environment: Mapping[str, str], problems: list[str]) -> None:
        self.environment = environment
        self.problems = problems

    def take(self, name: str, default: Value, parse: Callable[[str], Value]) -> Value:
        raw = self.environment.get(name, "").strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError as error:
            self.problems.append(f"{name}={raw}: {error}")
            return default

    def choice(self, name: str, default: enum.Enum) -> enum.Enum:
        kind = type(default)

        def parse(raw: str) -> enum.Enum:
            try:
                return kind(raw.lower())
            except ValueError:
                words = " or ".join(f"`{member.value}`" for member in kind)
                raise ValueError(f"must be {words}") from None

        return self.take(name, default, parse)


def _port(raw: str) -> int:
    if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= 65535:  # noqa: PLR2004 - TCP
        raise ValueError("must be a port, a whole number from 1 to 65535")
    return int(raw)


def _flag(raw: str) -> bool:
    if raw not in {"0", "1"}:
        raise ValueError("must be `1` (yes) or `0` (no)")
    return raw == "1"


def _seconds(raw: str) -> float:
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 3600:  # noqa: PLR2004 - an hour; NaN fails too
        raise ValueError("must be seconds, a number from 0 to 3600")
    return value


def _build(
    procfile: Path,
    env_file: Path,
    lines: Mapping[str, str],
    environment: Mapping[str, str],
    reader: _Reader,
    terminal: bool,  # noqa: FBT001 - private, one caller
) -> Settings:
    root = procfile.parent
    settings = Settings(
        root=root,
        procfile=procfile,
        env_file=env_file,
        directory=root / environment.get("GUARD_DIR", ".guard"),
        services=tuple(_services(root, lines, reader)),
        relaunch=Relaunch(reader.choice("GUARD_RELAUNCH", Relaunch.STACK)),
        patience=reader.take("GUARD_PATIENCE_SECONDS", 3.0, _seconds),
        hang=reader.take("GUARD_HANG_SECONDS", 15.0, _seconds),
        grace=reader.take("GUARD_GRACE_SECONDS", 5.0, _seconds),
        guard_port=reader.take("GUARD_PORT", 9400, _port),
        log_format=LogFormat(reader.choice("GUARD_LOG", LogFormat.TEXT)),
        notify=reader.take("GUARD_NOTIFY", default=False, parse=_flag),
        colour=terminal and not environment.get("NO_COLOR"),
        environment=environment,
    )
    owners: dict[int, str] = {settings.guard_port: "GUARD_PORT"}
    for service in settings.services:
        if service.port is None:
            continue
        own = f"{service.variable}_PORT"
        if (other := owners.setdefault(service.port, own)) != own:
            reader.problems.append(f"{own}={service.port}: is the same port as {other}")
    return settings


def _services(root: Path, lines: Mapping[str, str], reader: _Reader) -> Iterator[Service]:
    for position, (name, command) in enumerate(lines.items()):
        prefix = variable(name)
        yield Service(
            name=name,
            command=command,
            port=reader.take(f"{prefix}_PORT", _default_port(command, prefix, position), _port),
            held=_names(command, f"{prefix}_FD"),
            watch=_folders(root, f"{prefix}_WATCH", reader),
            revive=_work_folder(root, command),
            health=reader.take(
                f"{prefix}_HEALTH", "/health" if name == "api" else "/", _absolute_path
            ),
        )


def _default_port(command: str, prefix: str, position: int) -> int | None:
    """Return the default that the line itself states, `${API_PORT:-8000}`; else honcho's."""
    stated = re.search(rf"\$\{{{prefix}_PORT:?-(\d+)\}}", command)
    if stated:
        return int(stated.group(1))
    asks = _names(command, "PORT")
    return FIRST_FOREIGN_PORT + FOREIGN_PORT_STEP * position if asks else None


def _names(command: str, name: str) -> bool:
    return re.search(rf"\$(?:\{{{name}\b|{name}\b)", command) is not None


def _folders(root: Path, name: str, reader: _Reader) -> tuple[Path, ...]:
    def parse(raw: str) -> tuple[Path, ...]:
        folders = tuple(root / part for part in raw.split(os.pathsep))
        for folder in folders:
            if not folder.is_dir():
                raise ValueError(f"there is no folder {folder}")
        return folders

    return reader.take(name, (), parse)


def _work_folder(root: Path, command: str) -> tuple[Path, ...]:
    """Return the folder that the line changes into, which is where its source most likely is."""
    match = re.search(r"(?:^|[;&]\s*)cd\s+([\w./-]+)", command)
    folder = root / match.group(1) if match else None
    return (folder,) if folder and folder.is_dir() else ()


def _absolute_path(raw: str) -> str:
    if not re.fullmatch(r"/[!-~]*", raw):
        raise ValueError("must be a path that begins with a slash")
    return raw


def process_environment(settings: Settings, service: Service, fd: int | None) -> dict[str, str]:
    """Return the environment of one process: what it inherits, and where everything is.

    Every service's URL is in every environment, so that a new line of the Procfile is found by the
    others; `fd` is the number of its listening descriptor, None where it binds for itself.
    """
    environment = dict(settings.environment)
    environment["PYTHONUNBUFFERED"] = "1"
    environment["GUARD_URL"] = settings.guard_url
    environment["GUARD_TOKEN_FILE"] = str(settings.token_file)
    for other in settings.services:
        if other.port is not None:
            environment[f"{other.variable}_PORT"] = str(other.port)
            environment[f"{other.variable}_URL"] = str(other.url)
        environment.pop(f"{other.variable}_FD", None)
    if service.port is not None:
        environment["PORT"] = str(service.port)
    if fd is not None:
        environment[f"{service.variable}_FD"] = str(fd)
    if settings.colour:
        environment.setdefault("FORCE_COLOR", "1")
        environment.setdefault("TERM", "xterm-256color")
    else:
        environment.pop("FORCE_COLOR", None)
        environment["NO_COLOR"] = "1"
    with contextlib.suppress(OSError):  # not a terminal
        environment.setdefault("COLUMNS", str(os.get_terminal_size().columns))
    return environment


def concern(before: Settings, after: Settings, name: str) -> bool:
    """Whether changed settings concern a service, which is in both: its line or environment differ.

    What only the guard reads concerns none. Nor does a service that came or went: the others find
    its URL when they are started next.
    """
    old, new = before.find(name), after.find(name)
    if old is None or new is None:
        return True
    if (old.command, old.port, old.held) != (new.command, new.port, new.held):
        return True
    return _seen(before, after) != _seen(after, before)


def _seen(settings: Settings, other: Settings) -> dict[str, str | None]:
    """Return what every process sees of settings, as far as it can be compared with others."""
    services = (*settings.services, *other.services)
    own = {f"{service.variable}_{what}" for service in services for what in _OF_THE_GUARD}
    seen: dict[str, str | None] = {
        key: value
        for key, value in settings.environment.items()
        if key not in own and not key.startswith("GUARD_")
    }
    seen["GUARD_URL"] = settings.guard_url
    for service in settings.services:
        if other.find(service.name) is not None:
            seen[f"{service.variable}_URL"] = service.url
    return seen
