"""The HTTP API of the guard, on loopback: status, events, logs and actions.

Who may ask for what is `access`'s to say.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ..attach.protocol import PROTOCOL
from ..attach.server import NOTHING_RUNS, AttachServer
from ..core import events, hints
from ..core.apart import apart
from ..core.errors import GuardError
from ..core.snapshot import Snapshot
from ..core.work import Work
from ..http import messages
from ..http.access import Access
from ..http.messages import Request, Response
from ..logs import levels, past
from ..processes.usage_history import UsageHistory
from ..supervision.history import History
from .events import Events, Wanted

TAIL_LINES = 200
MAX_TAIL_LINES = 10_000
MAX_TEXT = 500  # characters to search for
_MAX_DIGITS = 18
_UNSTORED = {"Cache-Control": "no-store"}
_ACTIONS: dict[str, Callable[[], events.Event]] = {
    "restart": events.Restart,
    "stop": events.Stop,
    "start": events.Start,
}


class ControlApi:
    """Answers the requests of the control API."""

    def __init__(
        self,
        *,
        access: Access,
        snapshot: Callable[[], Snapshot],
        events: Events,
        history: History,
        send: Callable[[str, events.Event], None],
        restart_all: Callable[[], None],
        tail: Callable[[str, int], list[str]],
        crashes: Callable[[], list[dict[str, Any]]],
        attach_server: AttachServer,
        leave: Callable[[], None],
        usage_history: UsageHistory,
        log_files: Callable[[], Path],
        report: Callable[[], str],
        under_way: Callable[[], Awaitable[dict[str, Work]]],
    ) -> None:
        self._access = access
        self._snapshot = snapshot
        self._events = events
        self._history = history
        self._send = send
        self._restart_all = restart_all
        self._tail = tail
        self._crashes = crashes
        self._attach_server = attach_server
        self._leave = leave
        self._usage_history = usage_history
        self._log_files = log_files
        self._report = report
        self._under_way = under_way
        self._one_look = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if not self._access.may_read(request):
            return messages.problem(
                403, "Foreign host", "The guard answers to localhost, 127.0.0.1 and [::1] only."
            )
        if self._access.is_stranger(request):
            return _another_user(request.uid)
        if request.method == "OPTIONS":
            return self._access.preflight(request, "GET, POST", "X-Guard-Token", age=600)
        return self._access.readable(request, await self._response(request))

    async def _response(self, request: Request) -> Response:
        if request.method in {"GET", "HEAD"}:
            match request.path:
                case "/api/crashes":
                    return messages.as_json({"crashes": await apart(self._crashes)})
                case "/api/lines":
                    return await self._lines(request)
                case "/api/work":
                    work = await self._under_way()
                    told = {name: each.as_json() for name, each in work.items()}
                    return messages.as_json({"services": told})
                case "/api/report":
                    text = await apart(self._report)
                    return Response(
                        200, "text/plain; charset=utf-8", text.encode(), headers=_UNSTORED
                    )
        return self._route(request)

    def _route(self, request: Request) -> Response:
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        method = "GET" if request.method == "HEAD" else request.method
        match method, parts:
            case "GET", [""]:
                return self._page()
            case "GET", ["api", "status"]:
                return messages.as_json(self._snapshot().as_json())
            case "GET", ["api", "events"]:
                return self._stream(request)
            case "GET", ["api", "history"]:
                return messages.as_json(self._history.as_json())
            case "GET", ["api", "usage"]:
                return messages.as_json(self._usage_history.as_json())
            case "GET", ["api", "logs", name]:
                return self._log(request, name)
            case "POST", ["api", *action]:
                return self._action(request, action)
            case _:
                return messages.problem(404, "Not found", f"There is no {request.method} here.")

    def _page(self) -> Response:
        from ..pages import dashboard  # not needed before somebody looks

        headers = {
            **_UNSTORED,
            "Content-Security-Policy": dashboard.policy(),
            "Referrer-Policy": "no-referrer",
        }
        body = dashboard.render(self._access.token)
        return Response(200, "text/html; charset=utf-8", body, headers=headers)

    def _stream(self, request: Request) -> Response:
        """`?logs=*` or `?logs=web,api` adds log lines, from `?after=N` on, `?usage=1` their use."""
        seen = request.headers.get("last-event-id") or request.query("after") or "0"
        wanted = Wanted(
            logs=frozenset((request.query("logs") or "").split(",")) - {""},
            after=_number(seen) or 0,
            usage=request.query("usage") is not None,
        )
        stream = self._events.stream(wanted)
        return Response(200, "text/event-stream", stream=stream, headers=_UNSTORED)

    async def _lines(self, request: Request) -> Response:
        """Older lines: `?before=PLACE`, and as wanted `services`, `text`, `level`, `limit`."""
        place = past.place_of(request.query("before") or str(int(time.time()) + 1))
        limit = _number(request.query("limit") or str(TAIL_LINES))
        level = request.query("level")
        if place is None or limit is None or not 0 < limit <= past.MAX_LINES:
            detail = (
                f"`before` is a place from an earlier answer, `limit` {past.MAX_LINES} at most."
            )
            return messages.problem(422, "Bad question", detail)
        if level is not None and level not in levels.LEVELS:
            detail = f"`level` is one of {', '.join(levels.LEVELS)}."
            return messages.problem(422, "Bad question", detail)
        services = request.query("services")
        question = past.Question(
            None if services is None else frozenset(services.split(",")),
            (request.query("text") or "")[:MAX_TEXT].lower(),
            next((one for one in levels.LEVELS if one == level), None),
        )
        # One at a time: a page that asks for the same again and again keeps one thread busy.
        async with self._one_look:
            look = partial(past.look, self._log_files(), question, place, limit=limit)
            found = await apart(look)
        return messages.as_json(found.as_json())

    def _log(self, request: Request, name: str) -> Response:
        if self._snapshot().service(name) is None:
            return _no_service(name)
        asked = _number(request.query("tail") or str(TAIL_LINES))
        if asked is None or asked > MAX_TAIL_LINES:
            detail = f"`tail` is a number of lines, {MAX_TAIL_LINES} at most."
            return messages.problem(422, "Bad tail", detail)
        return messages.as_json({"name": name, "lines": self._tail(name, asked)})

    def _action(self, request: Request, action: list[str]) -> Response:
        if not self._access.may_write(request):
            return messages.problem(
                403,
                "Not allowed",
                "A write needs the header X-Guard-Token with what stands in the guard's token "
                "file, and no foreign Origin.",
            )
        match action:
            case ["restart"]:
                self._restart_all()
            case ["stop"]:
                self._leave()
            case ["services", name, "attach"]:
                return self._attach(request, name)
            case ["services", name, verb] if verb in _ACTIONS:
                return self._act(name, _ACTIONS[verb])
            case _:
                return messages.problem(404, "Not found", "There is no such action.")
        return messages.as_json(self._snapshot().as_json(), status=202)

    def _act(self, name: str, event: Callable[[], events.Event]) -> Response:
        """Send an event to a service, or to every instance of a line."""
        views = [view for view in self._snapshot().services if view.is_called(name)]
        if not views:
            return _no_service(name)
        try:
            for view in views:
                self._send(view.name, event())
        except GuardError as error:
            return messages.problem(409, "Not possible", error.message, fix=error.fix)
        return messages.as_json(self._snapshot().as_json(), status=202)

    def _attach(self, request: Request, name: str) -> Response:
        view = self._snapshot().service(name)
        if view is None:
            return _no_service(name)
        if request.headers.get("upgrade", "").lower() != PROTOCOL:
            return messages.problem(426, "Upgrade needed", f"Ask with `Upgrade: {PROTOCOL}`.")
        if view.state in NOTHING_RUNS:
            why = "" if view.cause is None else f" {view.cause.sentence}"
            return messages.problem(
                409,
                "Not running",
                f"{name} is {view.state.value}: there is no terminal to attach to.{why}",
                fix=hints.command("restart", name),
            )
        upgrade = partial(self._attach_server.serve, name)
        return Response(101, "", headers={"Upgrade": PROTOCOL}, upgrade=upgrade)


def _number(text: str) -> int | None:
    """Return a whole number of sane size, None for anything else."""
    sane = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return int(text) if sane else None


def _another_user(uid: int | None) -> Response:
    return messages.problem(
        403,
        "Another user's guard",
        f"User {os.geteuid()} started this guard, and you are user {uid}: it answers to the one "
        "who started it and to root only.",
        fix=f"sudo -u '#{os.geteuid()}' {hints.command('status')}",
    )


def _no_service(name: str) -> Response:
    return messages.problem(404, "No such service", f"The Procfile has no line {name!r}.")
