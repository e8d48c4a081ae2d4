"""The HTTP API of the guard, on loopback: status, events, logs, and the wishes of the user.

Reading needs a Host of ours, so that no foreign name can be made to point here. Writing needs an
Origin of ours (or none, from a program) and the token, which only this user's files hold.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scripts.guard import states
from scripts.guard.attaching.attachments import NOTHING_RUNS, Attachments
from scripts.guard.attaching.frames import PROTOCOL
from scripts.guard.history import History
from scripts.guard.serving import http
from scripts.guard.serving.events import Events, Wanted
from scripts.guard.serving.http import Request, Response
from scripts.guard.status import Snapshot

TAIL_LINES = 200
MOST_LINES = 10_000
_MOST_DIGITS = 18
_UNSTORED = {"Cache-Control": "no-store"}
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_WISHES: dict[str, Callable[[], states.Event]] = {
    "restart": states.Restart,
    "stop": states.Stop,
    "start": states.Start,
}


class Access:
    """Who may ask: by Host, by Origin, by token."""

    def __init__(self, ports: Callable[[], Iterable[int]], token: str) -> None:
        self._ports = ports
        self.token = token

    def may_read(self, request: Request) -> bool:
        """Whether the Host is loopback, on a port of ours."""
        return request.headers.get("host", "").lower() in self._names()

    def origin(self, request: Request) -> str | None:
        """Return the Origin if it is one of ours, None if there is none or it is foreign."""
        origin = request.headers.get("origin", "").lower()
        parts = urlsplit(origin)
        return origin if parts.scheme == "http" and parts.netloc in self._names() else None

    def may_write(self, request: Request) -> bool:
        """Whether the Origin is ours or absent, and the token is right."""
        if "origin" in request.headers and self.origin(request) is None:
            return False
        import hmac  # with all of OpenSSL: most who look never write

        given = request.headers.get("x-guard-token", "")
        return hmac.compare_digest(given.encode(), self.token.encode())

    def _names(self) -> set[str]:
        return {f"{host}:{port}" for host in _LOOPBACK for port in self._ports()}


class Control:
    """Answers the requests of the control API."""

    def __init__(
        self,
        *,
        access: Access,
        snapshot: Callable[[], Snapshot],
        events: Events,
        history: History,
        send: Callable[[str, states.Event], None],
        tail: Callable[[str, int], list[str]],
        crashes: Callable[[], list[dict[str, Any]]],
        attachments: Attachments,
        leave: Callable[[], None],
    ) -> None:
        self._access = access
        self._snapshot = snapshot
        self._events = events
        self._history = history
        self._send = send
        self._tail = tail
        self._crashes = crashes
        self._attachments = attachments
        self._leave = leave

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        if not self._access.may_read(request):
            return http.problem(
                403, "Foreign host", "The guard answers to localhost, 127.0.0.1 and [::1] only."
            )
        response = await self._response(request)
        return self._for_origin(request, response)

    async def _response(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return self._preflight()
        if (request.method, request.path) == ("GET", "/api/crashes"):
            return http.as_json({"crashes": await asyncio.to_thread(self._crashes)})
        return self._route(request)

    def _preflight(self) -> Response:
        headers = {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "X-Guard-Token",
            "Access-Control-Max-Age": "600",
        }
        return Response(204, "text/plain", headers=headers)

    def _for_origin(self, request: Request, response: Response) -> Response:
        """Let a page of our own services read the answer; to any other it stays unreadable."""
        origin = self._access.origin(request)
        if origin is None:
            return response
        headers = {**response.headers, "Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        return response._replace(headers=headers)

    def _route(self, request: Request) -> Response:
        parts = request.path.strip("/").split("/")
        match request.method, parts:
            case "GET", [""]:
                return self._page()
            case "GET", ["api", "status"]:
                return http.as_json(self._snapshot().as_json())
            case "GET", ["api", "events"]:
                return self._stream(request)
            case "GET", ["api", "history"]:
                return http.as_json(self._history.as_json())
            case "GET", ["api", "logs", name]:
                return self._log(request, name)
            case "POST", ["api", *wish]:
                return self._wish(request, wish)
            case _:
                return http.problem(404, "Not found", f"There is no {request.method} here.")

    def _page(self) -> Response:
        from scripts.guard.pages import dashboard  # not needed before somebody looks

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

    def _log(self, request: Request, name: str) -> Response:
        if self._snapshot().service(name) is None:
            return _no_service(name)
        asked = _number(request.query("tail") or str(TAIL_LINES))
        if asked is None or asked > MOST_LINES:
            detail = f"`tail` is a number of lines, {MOST_LINES} at most."
            return http.problem(422, "Bad tail", detail)
        return http.as_json({"name": name, "lines": self._tail(name, asked)})

    def _wish(self, request: Request, wish: list[str]) -> Response:
        if not self._access.may_write(request):
            return http.problem(
                403,
                "Not allowed",
                "A write needs the header X-Guard-Token with what stands in the guard's token "
                "file, and no foreign Origin.",
            )
        snapshot = self._snapshot()
        match wish:
            case ["restart"]:
                for view in snapshot.services:
                    self._send(view.name, states.Restart())
            case ["stop"]:
                self._leave()
            case ["services", name, "attach"]:
                return self._attach(request, name)
            case ["services", name, verb] if verb in _WISHES:
                if snapshot.service(name) is None:
                    return _no_service(name)
                self._send(name, _WISHES[verb]())
            case _:
                return http.problem(404, "Not found", "There is no such wish.")
        return http.as_json(self._snapshot().as_json(), status=202)

    def _attach(self, request: Request, name: str) -> Response:
        view = self._snapshot().service(name)
        if view is None:
            return _no_service(name)
        if request.headers.get("upgrade", "").lower() != PROTOCOL:
            return http.problem(426, "Upgrade needed", f"Ask with `Upgrade: {PROTOCOL}`.")
        if view.state in NOTHING_RUNS:
            why = "" if view.cause is None else f" {view.cause.sentence}"
            return http.problem(
                409,
                "Not running",
                f"{name} is {view.state.value}: there is no terminal to attach to.{why}",
                fix=f"make restart p={name}",
            )
        upgrade = partial(self._attachments.serve, name)
        return Response(101, "", headers={"Upgrade": PROTOCOL}, upgrade=upgrade)


def _number(text: str) -> int | None:
    """Return a whole number of sane size, None for anything else."""
    sane = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if sane else None


def _no_service(name: str) -> Response:
    return http.problem(404, "No such service", f"The Procfile has no line {name!r}.")
