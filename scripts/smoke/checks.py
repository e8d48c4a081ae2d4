"""What is checked, in this order; each gives what it saw, or raises `FailedError`."""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from scripts.guard.core.errors import GuardError
from scripts.guard.rundir import trust
from scripts.smoke.tools import (
    finished,
    knocking,
    require,
    require_reachable,
    source,
    until,
)

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Stack:
    """Where the running stack is; `client` speaks to it through the front end."""

    web: str
    api: str
    guard: str
    token_file: Path
    """Of the guard: with it the backend lets a download come from this machine for a while."""
    client: httpx.Client


def front_end_answers(stack: Stack) -> str:
    """The page, under both addresses that `localhost` may mean."""
    port = httpx.URL(stack.web).port
    for host in ("localhost", "127.0.0.1", "[::1]"):
        page = stack.client.get(f"http://{host}:{port}/")
        require(page.is_success and 'id="root"' in page.text, page)
    return "the page, under localhost, 127.0.0.1 and ::1"


def backend_answers(stack: Stack) -> str:
    """Health and readiness, asked directly."""
    health = stack.client.get(f"{stack.api}/health")
    require(health.is_success and health.json()["status"] == "healthy", health)
    until(lambda: stack.client.get(f"{stack.api}/ready").is_success, "the queue to be ready")
    return f"healthy and ready at {stack.api}"


def backend_answers_through_the_front_end(stack: Stack) -> str:
    """One origin for the browser."""
    answer = stack.client.get("/api/downloads", params={"limit": 1})
    require(answer.is_success and "items" in answer.json(), answer)
    return "/api is forwarded"


def events_arrive(stack: Stack) -> str:
    """The stream begins with what there is, unbuffered."""
    with stack.client.stream("GET", "/api/events") as stream:
        first = next(stream.iter_lines(), "")
    require(first == "event: snapshot", first)
    return "the stream begins with a snapshot"


def a_download_arrives_whole(stack: Stack) -> str:
    """A real video, made here, asked for through the front end, compared byte by byte."""
    with tempfile.TemporaryDirectory() as folder, source(Path(folder)) as (url, wanted):
        permit(stack, url)
        asked = stack.client.post("/api/downloads", json={"url": url, "format": "mp4"})
        require(asked.is_success, asked)
        path = f"/api/downloads/{asked.json()['id']}"
        try:
            done = until(lambda: finished(stack.client.get(path).json()), "the download to end")
            require_reachable(done["error"])
            require(done["state"] == "done", json.dumps(done["error"]))
            digest = hashlib.sha256(stack.client.get(f"{path}/file").content).hexdigest()
            require(wanted in {digest, None}, "the file differs from its source")
        finally:
            stack.client.delete(path, params={"file": "true"})
    return f"{done['file']['bytes']:,} bytes" + (", equal to the source" if wanted else "")


def permit(stack: Stack, url: str) -> None:
    """Let the backend reach the video that is served here, where this user may say so."""
    with suppress(OSError, httpx.HTTPError, GuardError):  # then the download itself tells
        port = httpx.URL(stack.api).port or 80
        trust.require_our_listener(stack.token_file.parent, port, "the api")
        token = stack.token_file.read_text(encoding="ascii").strip()
        source = {"source": httpx.URL(url).netloc.decode("ascii")}
        headers = {"X-Guard-Token": token}
        stack.client.post(f"{stack.api}/api/permits", json=source, headers=headers)


def a_restart_refuses_nobody(stack: Stack) -> str:
    """Both services restarted, a new connection to each every 5 ms meanwhile."""
    before = {view["name"]: view["pid"] for view in services(stack)}

    def restarted() -> bool:
        now = services(stack)
        is_new = all(view["pid"] != before[view["name"]] for view in now)
        return is_new and all(view["state"] == "READY" for view in now)

    with knocking(stack.web) as web, knocking(stack.api) as api:
        subprocess.run(
            [sys.executable, "-m", "scripts.guard", "restart"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        until(restarted, "both services to be back")
    require(not web.refused + api.refused, f"{web.refused + api.refused} refused")
    return f"{web.made + api.made} connections, none refused"


def services(stack: Stack) -> list[dict[str, Any]]:
    """The services, as the guard sees them."""
    views: list[dict[str, Any]] = stack.client.get(f"{stack.guard}/api/status").json()["services"]
    return views


CHECKS: tuple[Callable[[Stack], str], ...] = (
    front_end_answers,
    backend_answers,
    backend_answers_through_the_front_end,
    events_arrive,
    a_download_arrives_whole,
    a_restart_refuses_nobody,
)
