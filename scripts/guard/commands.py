"""The commands that talk to a running guard from another terminal."""

from __future__ import annotations

import http.client
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from scripts.guard import GuardError, folder, lease
from scripts.guard import status as snapshots
from scripts.guard.config import settings

ANSWER_SECONDS = 5.0


def status(procfile: Path, env_file: Path | None, *, as_json: bool) -> int:
    """Print what runs; 0 if everything is READY, else 1."""
    answer = ask(load(procfile, env_file), "GET", "/api/status")
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    else:
        sys.stdout.write(snapshots.table(answer, datetime.now(UTC)) + "\n")
    return 0 if all(view["state"] == "READY" for view in answer["services"]) else 1


def restart(procfile: Path, env_file: Path | None, name: str | None) -> int:
    """Relaunch one service, or all."""
    config = load(procfile, env_file)
    one = f"/api/services/{quote(name or '', safe='')}/restart"
    ask(config, "POST", "/api/restart" if name is None else one)
    sys.stdout.write(f"{name or 'everything'} is being restarted\n")
    return 0


def stop(procfile: Path, env_file: Path | None) -> int:
    """End the guard and all that it runs."""
    ask(load(procfile, env_file), "POST", "/api/stop")
    sys.stdout.write("the guard is stopping everything\n")
    return 0


def load(procfile: Path, env_file: Path | None) -> settings.Settings:
    """Read the settings as the guard has them which runs here; raises `GuardError`.

    While a file was saved that cannot be read, the guard runs on with what it read before: what is
    needed to talk to it stands in its lock.
    """
    try:
        return folder.of_running(settings.load(procfile, env_file))
    except GuardError as error:
        config = folder.of_running(settings.unread(procfile, env_file))
        port = lease.port(config.directory)
        if port is None:
            raise
        sys.stderr.write(f"{error.message}\n  the stack runs on as it was; {error.fix}\n\n")
        return config._replace(guard_port=port)


def ask(config: settings.Settings, method: str, path: str) -> dict[str, Any]:
    """Return the control API's answer; raises `GuardError` if it has none or says no."""
    if lease.owner(config.directory) is None:
        raise GuardError(f"no guard runs in {config.root}", "make dev")
    connection = http.client.HTTPConnection("127.0.0.1", config.guard_port, timeout=ANSWER_SECONDS)
    headers = {}
    if method == "POST":
        headers["X-Guard-Token"] = token(config.token_file)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise GuardError(
            f"the guard does not answer on port {config.guard_port} ({error}); it was perhaps "
            "started with another GUARD_PORT",
            "GUARD_PORT=<that port> make status   # or end it with Ctrl-C where it runs",
        ) from error
    finally:
        connection.close()
    if response.status >= http.client.BAD_REQUEST:
        raise GuardError(f"the guard says: {answer.get('detail', answer)}", "make status")
    return answer


def token(path: Path) -> str:
    """Return the secret that a write carries; raises `GuardError`."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise GuardError(
            f"{path} cannot be read ({error.strerror})", "run this as the user who ran `make dev`"
        ) from error
