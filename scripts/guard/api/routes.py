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
from ..core.cause import Told, say
from ..core.errors import ToldError
from ..core.snapshot import ServiceView, Snapshot
from ..core.work import Work
from ..http import messages, refusals
from ..http.access import Access
from ..http.messages import Request, Response
from ..http.refusals import refuse
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
            only = say("The guard answers to localhost, 127.0.0.1 and [::1] only.")
            return refuse(request, 403, "foreign-host", "Foreign host", only)
        if request.path.startswith("/api/") and self._access.is_foreign_page(request):
            only = say("The guard answers to its own and its services' pages, and to programs.")
            return refuse(request, 403, "foreign-page", "Foreign page", only)
        if self._access.is_stranger(request):
            return _another_user(request)
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
                return _nothing_there(request)

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
            told = say(
                "`before` is a place from an earlier answer, and `limit` at most {most}.",
                most=past.MAX_LINES,
            )
            return _bad_question(request, told)
        if level is not None and level not in levels.LEVELS:
            known = ", ".join(levels.LEVELS)
            return _bad_question(request, say("`level` is one of {levels}.", levels=known))
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
            return _no_service(request, name)
        asked = _number(request.query("tail") or str(TAIL_LINES))
        if asked is None or asked > MAX_TAIL_LINES:
            told = say("`tail` is a number of lines, at most {most}.", most=MAX_TAIL_LINES)
            return _bad_question(request, told)
        return messages.as_json({"name": name, "lines": self._tail(name, asked)})

    def _action(self, request: Request, action: list[str]) -> Response:
        if not self._access.may_write(request):
            return _not_allowed(request)
        match action:
            case ["restart"]:
                self._restart_all()
            case ["stop"]:
                self._leave()
            case ["services", name, "attach"]:
                return self._attach(request, name)
            case ["services", name, verb] if verb in _ACTIONS:
                return self._act(request, name, _ACTIONS[verb])
            case _:
                return _nothing_there(request)
        return messages.as_json(self._snapshot().as_json(), status=202)

    def _act(self, request: Request, name: str, event: Callable[[], events.Event]) -> Response:
        """Send an event to a service, or to every instance of a line."""
        views = [view for view in self._snapshot().services if view.is_called(name)]
        if not views:
            return _no_service(request, name)
        try:
            for view in views:
                self._send(view.name, event())
        except ToldError as error:
            return refusals.of_error(request, 409, "Not possible", error)
        return messages.as_json(self._snapshot().as_json(), status=202)

    def _attach(self, request: Request, name: str) -> Response:
        view = self._snapshot().service(name)
        if view is None:
            return _no_service(request, name)
        if request.headers.get("upgrade", "").lower() != PROTOCOL:
            told = say("Ask with `Upgrade: {protocol}`.", protocol=PROTOCOL)
            return refuse(request, 426, "upgrade-needed", "Upgrade needed", told)
        if view.state in NOTHING_RUNS:
            return _not_running(request, view)
        upgrade = partial(self._attach_server.serve, name)
        return Response(101, "", headers={"Upgrade": PROTOCOL}, upgrade=upgrade)


def _number(text: str) -> int | None:
    """Return a whole number of sane size, None for anything else."""
    sane = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
    return int(text) if sane else None


def _another_user(request: Request) -> Response:
    told = say(
        "User {owner} started this guard, and you are user {user}: it answers to the one "
        "who started it and to root only.",
        owner=os.geteuid(),
        user=request.uid,
    )
    typed = f"sudo -u '#{os.geteuid()}' {hints.command('status')}"
    fix = say("{typed}", typed=typed)
    return refuse(request, 403, "another-user", "Another user's guard", told, fix=fix)


def _not_allowed(request: Request) -> Response:
    told = say(
        "To change something, send the header X-Guard-Token with the content of the guard's "
        "token file, and no Origin of another site."
    )
    fix = say("If a page says this, reload it.")
    return refuse(request, 403, "not-allowed", "Not allowed", told, fix=fix)


def _nothing_there(request: Request) -> Response:
    told = say("There is no {method} {path} here.", method=request.method, path=request.path)
    return refuse(request, 404, "nothing-there", "Not found", told)


def _no_service(request: Request, name: str) -> Response:
    told = say("The Procfile has no line '{name}'.", name=name)
    return refuse(request, 404, "no-service", "No such service", told)


def _bad_question(request: Request, told: Told) -> Response:
    return refuse(request, 422, "bad-question", "Bad question", told)


def _not_running(request: Request, view: ServiceView) -> Response:
    told = say(
        "{name} is {state}: there is no terminal to attach to.",
        name=view.name,
        state=view.state.value,
    )
    if view.cause is not None:
        told = told.then(view.cause.told)
    fix = say("{typed}", typed=hints.command("restart", view.name))
    return refuse(request, 409, "not-running", "Not running", told, fix=fix)
