"""How a command talks to the guard that runs here: its settings, its token, its answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ..config import settings
from ..core import hints, state_file
from ..core.errors import GuardError
from ..http import client
from ..rundir import directory, lock, trust

ANSWER_SECONDS = 5.0


def load(procfile: Path, env_files: Sequence[Path]) -> settings.Settings:
    """Read the settings as the guard has them which runs here.

    Raises `GuardError`, also where others can write to the guard's folder. While a file was saved
    that cannot be read, the guard runs on with what it read before: what is needed to talk to it
    stands in its lock.
    """
    try:
        config = directory.of_running(settings.load(procfile, env_files, pipes=False))
        trust.require_ours(config.directory)
        return config._replace(guard_port=lock.port(config.directory) or config.guard_port)
    except GuardError as error:
        config = directory.of_running(settings.unread(procfile, env_files))
        port = lock.port(config.directory)
        if port is None:
            raise
        sys.stderr.write(f"{error.message}\n  the stack runs on as it was; {error.fix}\n\n")
        return config._replace(guard_port=port)


def ask(config: settings.Settings, method: str, path: str) -> dict[str, Any]:
    """Return the control API's answer.

    Raises `GuardError` if it has none, says no, or who listens on its port is somebody else.
    """
    if lock.owner(config.directory) is None:
        raise GuardError(f"no guard runs in {config.root}", hints.start())
    headers = {"X-Guard-Token": token(config.token_file)} if method == "POST" else {}
    port = config.guard_port
    answer = client.ask(
        "127.0.0.1",
        port,
        path,
        ANSWER_SECONDS,
        method=method,
        headers=headers,
        vet=partial(trust.require_our_listener, config.directory, port),
    )
    try:
        value: dict[str, Any] = json.loads(answer.body)
    except ValueError as error:
        raise GuardError(
            f"the guard does not answer on port {port} ({answer.error or error}); it was perhaps "
            "started with another GUARD_PORT",
            f"GUARD_PORT=<that port> {hints.command('status')}   # or end it with Ctrl-C there",
        ) from error
    if answer.status is None or answer.status >= HTTPStatus.BAD_REQUEST:
        fix = value.get("fix", hints.command("status"))
        raise GuardError(f"the guard says: {value.get('detail', value)}", fix)
    return value


def as_it_runs(config: settings.Settings) -> settings.Settings:
    """Return the settings with the services and ports of the guard that runs here, if one does."""
    if lock.owner(config.directory) is None:
        return config
    services = []
    for view in ask(config, "GET", "/api/status")["services"]:
        service = config.find(view["line"])
        if service is not None:  # else its line was deleted a moment ago
            number = None if view["name"] == service.name else service.name
            services.append(
                service._replace(name=view["name"], port=view["port"], instance_of=number)
            )
    return config._replace(services=tuple(services))


def token(path: Path) -> str:
    """Return the secret that a write carries; raises `GuardError`."""
    try:
        return state_file.read(path).decode().strip()
    except OSError as error:
        raise GuardError(
            f"{path} cannot be read ({error.strerror})",
            f"run this as the user who ran `{hints.start()}`",
        ) from error
