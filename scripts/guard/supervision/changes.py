"""What changed settings ask of the services that are known: pure, nothing is done here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..config import environment
from ..config.service import Service
from ..config.settings import Settings
from ..core import events, hints
from ..core.phases import State
from .managed import Managed


@dataclass(frozen=True)
class Change:
    """What is to happen to one service, and what the log says of it."""

    name: str
    event: events.Event
    sentence: str


def changes(known: Mapping[str, Managed], old: Settings, new: Settings) -> Iterator[Change]:
    """Compare the services that are known with the lines of `new`: what is gone comes first."""
    procfile = new.procfile.name
    for name, managed in known.items():
        if new.find(name) is None and not managed.removed:
            sentence = f"{name} is no longer in {procfile}: stopping it"
            yield Change(name, events.Stop(), sentence)
    for line in new.services:
        name = line.name
        if name not in known:
            yield _arrival(line, f"{name} is new in {procfile}")
        elif known[name].removed:
            yield _arrival(line, f"{name} is back in {procfile}")
        elif _is_concerned(line, known[name], old, new):
            sentence = f"the settings of {name} changed: restarting it"
            yield Change(name, events.Saved(reload=True), sentence)


def _arrival(line: Service, sentence: str) -> Change:
    """Start a line that has come to the Procfile, unless only others were named."""
    if line.left_out:
        command = hints.command("start", line.name)
        return Change(line.name, events.Stop(), f"{sentence}; to start it: {command}")
    return Change(line.name, events.Start(), f"{sentence}: starting it")


def _is_concerned(line: Service, managed: Managed, old: Settings, new: Settings) -> bool:
    """Whether the changed settings are its own; of what has finished: its line."""
    before = old.find(line.name)
    if managed.service.state is State.FINISHED and before is not None:
        return before.command != line.command
    return environment.concerns(old, new, line.name)
