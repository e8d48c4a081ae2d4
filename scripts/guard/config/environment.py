"""What a process is given to see: what it inherits, and where everything is."""

from __future__ import annotations

from collections.abc import Iterator

from . import procfile
from .service import Service
from .settings import Settings

# Of a service's settings; its URL says its port.
_OF_THE_GUARD = ("PORT", "WATCH", "HEALTH", "READY", "PRELOAD", "ONCE", "AFTER", "STOP_SIGNAL")


def of(settings: Settings, service: Service, fd: int | None) -> dict[str, str]:
    """Return the environment of one process: what it inherits, and where everything is.

    `fd` is the number of its listening descriptor, None where it binds for itself.
    """
    environment = {"PYTHONUNBUFFERED": "1", **outside(settings, service)}
    if fd is not None:
        environment[f"{service.variable}_FD"] = str(fd)
    # Each has a terminal of its own, so nothing forces colours on what it pipes elsewhere.
    if settings.colour:
        environment.setdefault("TERM", "xterm-256color")
    elif "FORCE_COLOR" not in environment:
        environment["NO_COLOR"] = "1"
    if settings.terminal:  # of our terminal; theirs is smaller, and tells its size itself
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
    return environment


def outside(settings: Settings, service: Service | None) -> dict[str, str]:
    """Return what a command sees that is run beside the stack, as if it were that service's.

    Every service's URL is in every environment, so that a new line of the Procfile is found by the
    others. Of several instances of a line the others find the first, and each finds itself.
    """
    others = [*reversed(settings.services), *([service] if service else [])]
    own = {f"{each.variable}_URL": str(each.url) for each in others if each.port is not None}
    environment = {**own, **settings.environment}  # what the user has set stays as it is
    environment["GUARD_URL"] = settings.guard_url
    environment["GUARD_TOKEN_FILE"] = str(settings.token_file)
    for other in others:
        if other.port is not None:  # as the user has set it, where that is a port
            environment[f"{other.variable}_PORT"] = str(other.port)
        for given in _given(other):
            environment.pop(given, None)
    if service is not None:
        port = service.offered if service.port is None or service.discovered else service.port
        if port is not None:
            environment["PORT"] = str(port)
        # As foreman and honcho call it; either may be what started this guard.
        called = service.name if service.instance_of else f"{service.name}.1"
        environment |= {"PS": called, "HONCHO_PROCESS_NAME": called}
    return environment


def _given(service: Service) -> Iterator[str]:
    """Yield the variables that only the guard gives, whatever the user has set."""
    if service.held:
        yield f"{service.variable}_FD"
    if procfile.names(service.command, f"{service.variable}_PRELOAD"):  # its `no` is no command
        yield f"{service.variable}_PRELOAD"


def concerns(before: Settings, after: Settings, name: str) -> bool:
    """Whether changed settings concern a service, which is in both: its line or environment differ.

    What only the guard reads concerns none. Nor does a service that came or went: the others find
    its URL when they are started next.
    """
    old, new = before.find(name), after.find(name)
    if old is None or new is None:
        return True
    # Its shell was told of the signal when it was started.
    parts = [(each.command, each.port, each.held, each.stop_signal) for each in (old, new)]
    if parts[0] != parts[1]:
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
