"""Who may ask: by the name they used, the page they come from, and the token they hold.

- Host: only this machine's own names and those in API_HOSTS, so that a foreign name made to point
  here (rebinding) is refused.
- Origin: writes only from the web app's origin or our own; any page may send a form to localhost.
- Scripts: a token of their own (`sy_...`) lets them do what its scope says, and no more, also where
  no token is asked for.
- Podcast apps: the token in a feed's address opens that feed alone (feed_router.py).
- Token: when ACCESS_TOKEN is set, as `Authorization: Bearer ...` or as the cookie that
  `/api/session` gives. Without one, only this machine is answered, and whom OPEN_ACCESS names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from domain.feeds import PODCASTS
from domain.problems import Problem
from domain.tokens import PREFIX, may
from web.forwarded import address_of
from web.problems import UNSAID, answer, of_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from domain.tokens import TokenScope
    from settings import Networks, Settings
    from web.attempts import Attempts

COOKIE = "session"
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:\[\]@/?#\\\s]*)(?::\d{1,5})?")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PUBLIC_PATHS = {"/health", "/ready", "/api/session"}


def _is_good(scope: Scope, session: str) -> bool:
    good: bool = scope["app"].state.lifecycle.container().sessions.is_good(session)
    return good


def _scope_of(scope: Scope, token: str) -> TokenScope | None:
    found: TokenScope | None = scope["app"].state.lifecycle.container().tokens.scope_of(token)
    return found


@dataclass(frozen=True, slots=True)
class Access:
    """ASGI middleware that lets through what is allowed and answers the rest itself."""

    app: ASGIApp
    settings: Settings
    attempts: Attempts
    is_good: Callable[[Scope, str], bool] = field(default=_is_good)
    """Whether a session counts."""
    scope_of: Callable[[Scope, str], TokenScope | None] = field(default=_scope_of)
    """What a script's token lets it do."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        refusal = await self._judge(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    async def _judge(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self.settings.api_hosts:
            return answer(
                421,
                f"This server does not answer to the name {_name(host)[:100]!r}.",
                "Use localhost, or add the name to API_HOSTS.",
                kind="foreign-name",
                values={"name": _name(host)[:100]},
            )
        if scope["method"] not in SAFE_METHODS and not self._own_page(headers, host):
            return answer(
                403,
                f"A page of {headers.get('origin', 'another site')[:100]} may not change anything.",
                "Use the app's own page; WEB_URL says where it is.",
                kind="foreign-page",
            )
        if scope["path"] in PUBLIC_PATHS or scope["path"].startswith(PODCASTS):
            scope["stranger"] = True  # to whom no error says more than that there is one
            return None
        if (script := bearer(headers)).startswith(PREFIX):
            return await self._unless_permitted(script, scope)
        if self.settings.access_token:
            return await self._unless_logged_in(headers, scope)
        if is_from(scope, self.settings.open_access):
            return None
        return answer(
            403,
            "Only this machine is answered as long as no access token is set.",
            "Set ACCESS_TOKEN, then restart the backend.",
            kind="only-this-machine",
        )

    def _own_page(self, headers: Headers, host: str) -> bool:
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        return origin == self.settings.web_url or _authority(origin) == host

    async def _unless_logged_in(self, headers: Headers, scope: Scope) -> Response | None:
        """Nothing for a session or the token; else what is answered to who has neither."""
        given = bearer(headers)
        if given or "authorization" in headers:
            refusal = self.attempts.refuse(scope)
            if refusal or self.attempts.right(scope, given):
                return refusal
        elif session := session_of(scope, self.settings.root_path):
            try:
                if await to_thread.run_sync(self.is_good, scope, session):
                    return None
            except Problem:  # the database cannot be asked
                return of_problem(UNSAID)
        return _unauthorized("The access token is missing or wrong.", "token-missing")

    async def _unless_permitted(self, token: str, scope: Scope) -> Response | None:
        """Nothing for a script whose token is enough for what it asks."""
        if refusal := self.attempts.refuse(scope):
            return refusal
        try:
            may_do = await to_thread.run_sync(self.scope_of, scope, token)
        except Problem:  # the database cannot be asked
            return of_problem(UNSAID)
        if may_do is None:
            self.attempts.count_wrong(scope)
            return _unauthorized("This token is not known, or it was revoked.", "token-unknown")
        if may(may_do, scope["method"], scope["path"]):
            return None
        return answer(
            403,
            f"A token with the scope {may_do!r} does not allow {scope['method']} here.",
            "Make one with another scope in the settings; none allows to see or make tokens.",
            kind="token-scope",
            values={"scope": may_do, "method": scope["method"]},
        )


def _unauthorized(detail: str, kind: str) -> Response:
    fix = "Send it as 'Authorization: Bearer TOKEN', or log in."
    return answer(*(401, detail, fix), kind=kind, headers={"WWW-Authenticate": "Bearer"})


def bearer(headers: Headers) -> str:
    """What a request sends as `Authorization: Bearer ...`; empty if nothing."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    return given if scheme.lower() == "bearer" else ""


def cookie_name(scope: Scope, root_path: str) -> str:
    """With TLS a name that browsers take only by TLS, and at the root only for this very host."""
    if scope.get("scheme") != "https":
        return COOKIE
    return f"__Secure-{COOKIE}" if root_path else f"__Host-{COOKIE}"


def session_of(scope: Scope, root_path: str) -> str:
    """The id of the session that a browser sends; empty if it sends none."""
    cookies = cookie_parser(Headers(scope=scope).get("cookie", ""))
    return cookies.get(cookie_name(scope, root_path), "")


def _authority(origin: str) -> str | None:
    """Host and port of an origin; None if it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _name(host: str) -> str:
    """The Host header without its port, lower case.

    All of it, where it has not the form: `localhost:80@elsewhere` leads elsewhere in an address.
    """
    found = HOST.fullmatch(host.lower())
    return found[1] if found else host.lower()


def is_from(scope: Scope, open_to: Networks) -> bool:
    """Whether the client is this machine, or in one of these networks."""
    client = scope.get("client")
    if client is None:  # a socket without addresses: of this machine
        return True
    address = address_of(client[0])
    if address is None:
        return False
    return address.is_loopback or any(address in network for network in open_to)
