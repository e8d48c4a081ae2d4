"""Whether everything is up, and answers under every name of localhost."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..core import hints
from ..rundir.directory import elsewhere
from . import Check, Problem, service_check
from .facts import LOOPBACKS, Facts, connect, has

if TYPE_CHECKING:
    from ..config.service import Service
    from ..config.settings import Settings


def checks(facts: Facts) -> Iterator[Check]:
    """Yield the checks of what runs."""
    yield Check("the settings and the Procfile are valid", partial(_settings, facts))
    config = facts.config
    if config is None:
        return
    yield Check(f"the guard's files can be kept in {config.directory}", partial(_files, config))
    yield Check("the guard is running", partial(_guard, facts, config))
    for line in config.services:
        if line.left_out:
            yield Check(f"{line.name} was left out", lambda: None)
            continue
        if line.port is None:
            yield Check(f"{line.name} is running", partial(_worker, facts, line))
            continue
        yield Check(f"{line.name} answers at {_url(facts, line)}", partial(_answers, facts, line))
        for host in LOOPBACKS:
            if has(host):
                title = f"{line.name} is reached as {host}"
                yield Check(title, partial(_reached, facts, line, host))


def _settings(facts: Facts) -> Problem | None:
    return None if facts.error is None else Problem(facts.error.message, facts.error.fix)


def _files(config: Settings) -> Problem | None:
    """The folder itself, or where it would be made."""
    place = next(path for path in (config.directory, *config.directory.parents) if path.exists())
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return None
    other = elsewhere(config.directory)
    return Problem(
        f"{place} cannot be written: logs and crash reports are kept in {other}",
        f"sudo chown -R $USER {shlex.quote(str(place))}   # or keep them elsewhere: "
        "GUARD_DIR=/path in .env",
    )


def _guard(facts: Facts, config: Settings) -> Problem | None:
    if facts.guard is None:
        return Problem(f"no guard runs in {facts.root}", hints.start())
    return None if facts.status is not None else service_check.silent_guard(facts, config)


def _worker(facts: Facts, line: Service) -> Problem | None:
    view = facts.view(line.name)
    if view is None or view["state"] == "READY":
        return None  # without a guard nothing is known of it, which is told already
    cause = view["cause"] or {"sentence": "", "fix": hints.command("restart", line.name)}
    return Problem(f"{line.name} is {view['state']}. {cause['sentence']}".strip(), cause["fix"])


def _answers(facts: Facts, line: Service) -> Problem | None:
    found = service_check.cause(facts, line)
    return None if found.well else Problem(found.sentence, found.fix)


def _url(facts: Facts, line: Service) -> str | None:
    view = facts.view(line.name)
    return line.url if view is None else view.get("url") or line.url


def _reached(facts: Facts, line: Service, host: str) -> Problem | None:
    assert line.port is not None  # noqa: S101 - `checks` asks for no other
    if not facts.on(line.port) or connect(host, line.port).connected:
        return None  # where nobody listens at all, the check above says so
    shown = f"[{host}]" if ":" in host else host
    return Problem(
        f"http://{shown}:{line.port} is refused, while another address of localhost is not",
        f"{hints.command('doctor', line.name)}   # says who listens where",
    )
