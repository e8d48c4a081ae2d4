"""What happens to a service: the events that the state machine takes."""

from __future__ import annotations

from dataclasses import dataclass

from .cause import Cause


@dataclass(frozen=True)
class Start:
    """The user wants it to run."""


@dataclass(frozen=True)
class Stop:
    """The user wants it not to run."""


@dataclass(frozen=True)
class Restart:
    """A restart was requested: by the user, a changed setting or another service's crash."""


@dataclass(frozen=True)
class Saved:
    """A file that concerns it was saved; `reload` where a running process is to be replaced."""

    reload: bool


@dataclass(frozen=True)
class Up:
    """It answered."""


@dataclass(frozen=True)
class Hung:
    """Connections wait and it takes none."""

    cause: Cause


@dataclass(frozen=True)
class PortLost:
    """It runs on, but nobody listens on its port: a reloader whose child has crashed does that."""

    cause: Cause


@dataclass(frozen=True)
class Exited:
    """Its process is gone, and so is all that it had started."""

    cause: Cause
    finished: bool = False
    """Whether it was meant to end, and ended well."""


@dataclass(frozen=True)
class Asked:
    """Its process was asked to leave: now, since it read what had come, or others needed it."""


@dataclass(frozen=True)
class Due:
    """The `deadline()` of its state is past."""


Event = Start | Stop | Restart | Saved | Up | Hung | PortLost | Asked | Exited | Due
