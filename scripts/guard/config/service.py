"""One service: a line of the Procfile, with what the settings say of it."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ..core.protocol import Protocol
from . import order, parsing, procfile, stop_signal
from .parsing import Values
from .procfile import variable
from .selection import Selection


class Service(NamedTuple):
    """One line of the Procfile, with what the settings say of it."""

    name: str
    command: str
    port: int | None = None
    """The port it serves; None for a worker that serves none."""
    discovered: bool = False
    """Whether the port was seen to be listened on: neither the line nor a setting states it."""
    offered: int | None = None
    """The port that ``$PORT`` names for a line that states none; it need not use it."""
    held: bool = False
    """Whether the line takes the guard's listening socket (it names ``$<NAME>_FD``)."""
    preload: bool = False
    """Whether it may be forked from an interpreter with its libraries (``$<NAME>_PRELOAD``)."""
    watch: tuple[Path, ...] = ()
    """Folders whose saved files restart it."""
    watch_when_down: tuple[Path, ...] = ()
    """Folders whose saved files start it again after it was given up."""
    health: str = "/"
    """The path that is asked for to learn that it is up."""
    ready: str | None = None
    """The path that says whether it can work; None where it does not say."""
    once: bool = False
    """Whether it is meant to end: a migration, a build, a seed."""
    ends_stack: bool = False
    """Whether the stack ends when it does, with its exit code."""
    after: tuple[str, ...] = ()
    """The services that must be ready, or have finished, before it is started."""
    strict: bool = False
    """Whether a setting names that path: then only an answer without a server error counts."""
    stop_signal: signal.Signals = signal.SIGTERM
    """What asks it to leave."""
    speaks: Protocol | None = None
    """What it was seen to speak; None as long as it has not answered."""

    instance_of: str | None = None
    """The line that it is one of several instances of; its name then ends in its number."""
    left_out: bool = False
    """Whether it is not started with the others; until it is, its port is left alone."""

    @property
    def line(self) -> str:
        """The name of its line in the Procfile."""
        return self.instance_of or self.name

    @property
    def variable(self) -> str:
        """The prefix of its environment variables: ``my-api`` -> ``MY_API``."""
        return variable(self.line)

    @property
    def url(self) -> str | None:
        """Where it is found: by a browser, unless it speaks something else."""
        scheme = (self.speaks or Protocol.HTTP).value
        return None if self.port is None else f"{scheme}://localhost:{self.port}"

    @property
    def speaks_http(self) -> bool:
        """Whether it was seen to speak HTTP, or a setting says so: others are never answered."""
        return self.speaks is Protocol.HTTP or (self.speaks is None and self.strict)


def read(root: Path, lines: Mapping[str, str], given: Values) -> Iterator[Service]:
    """Read what the settings say of each line of the Procfile; problems go to those of `given`."""
    first = given.take_of_service("PORT", procfile.FIRST_FOREIGN_PORT, parsing.port)
    for position, (name, command) in enumerate(lines.items()):
        prefix = variable(name)
        offered = first + procfile.FOREIGN_PORT_STEP * position
        port = given.take_of_service(
            f"{prefix}_PORT", procfile.default_port(command, prefix, offered), parsing.port_or_none
        )
        health = given.take_of_service(f"{prefix}_HEALTH", None, parsing.absolute_path)
        yield Service(
            name=name,
            command=command,
            port=port,
            offered=offered,
            held=procfile.names(command, f"{prefix}_FD"),
            preload=given.take_of_service(f"{prefix}_PRELOAD", default=True, parse=parsing.flag)
            and procfile.names(command, f"{prefix}_PRELOAD"),
            watch=given.take_of_service(f"{prefix}_WATCH", (), parsing.folders(root)),
            watch_when_down=procfile.work_folder(root, command) or (root.resolve(),),
            health=health or "/",
            strict=health is not None,
            ready=given.take_of_service(f"{prefix}_READY", None, parsing.absolute_path),
            once=order.once(name, given),
            after=order.after(name, lines, given),
            stop_signal=stop_signal.of(name, given),
        )


def selected(services: tuple[Service, ...], selection: Selection) -> tuple[Service, ...]:
    """Return the services, each with whether a selection leaves it out."""
    lines = {service.name: service.line for service in services}
    after = {each.line: [lines[other] for other in each.after] for each in services}
    wanted = selection.wanted(after)
    return tuple(each._replace(left_out=each.line not in wanted) for each in services)


def instances(lines: Sequence[Service], selection: Selection) -> tuple[Service, ...]:
    """Return the services of the lines: instances have names and ports of their own."""
    names = {line.name: _names(line.name, selection) for line in lines}
    return tuple(
        line._replace(
            name=name,
            port=None if line.port is None else line.port + step,
            offered=None if line.offered is None else line.offered + step,
            once=line.once or line.name == selection.exit_with,
            ends_stack=line.name == selection.exit_with,
            after=tuple(other for needed in line.after for other in names[needed]),
            instance_of=line.name if len(names[line.name]) > 1 else None,
        )
        for line in lines
        for step, name in enumerate(names[line.name])
    )


def _names(line: str, selection: Selection) -> list[str]:
    return [f"{line}.{number}" if number else line for number in selection.instances(line)]
