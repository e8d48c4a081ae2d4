"""Who may ask: by the name they used, the page they come from, and the token they hold.

- Host: only names in API_HOSTS, so that a foreign name made to point here (rebinding) is refused.
- Origin: writes only from the web app's origin or our own; any page may send a form to localhost.
- Token: when ACCESS_TOKEN is set, as `Authorization: Bearer ...` or as the cookie that
  `/api/session` gives. Without one, only this machine is answered, and whom OPEN_ACCESS names.
"""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from web.problems import answer

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from settings import Networks, Settings

COOKIE = "access"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
PUBLIC_PATHS = {"/health", "/ready", "/api/session"}


@dataclass(frozen=True, slots=True)
class Access:
    """ASGI middleware that lets through what is allowed and answers the rest itself."""

    app: ASGIApp
    settings: Settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        refusal = self._judge(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _judge(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _name(host) not in self.settings.api_hosts:
            return answer(
                421,
                f"This server does not answer to the name {_name(host)[:100]!r}.",
                "Use localhost, or add the name to API_HOSTS.",
            )
        if scope["method"] not in SAFE_METHODS and not self._own_page(headers, host):
            return answer(
                403,
                f"A page of {headers.get('origin', 'another site')[:100]} may not change anything.",
                "Use the app's own page; WEB_URL says where it is.",
            )
        if scope["path"] in PUBLIC_PATHS or self._known(headers, scope):
            return None
        if self.settings.access_token:
            return answer(
                401,
                "The access token is missing or wrong.",
                "Send it as 'Authorization: Bearer TOKEN', or log in.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return answer(
            403,
            "Only this machine is answered as long as no access token is set.",
            "Set ACCESS_TOKEN, then restart the backend.",
        )

    def _own_page(self, headers: Headers, host: str) -> bool:
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        return origin == self.settings.web_url or urlsplit(origin).netloc == host

    def _known(self, headers: Headers, scope: Scope) -> bool:
        token = self.settings.access_token
        if not token:
            return _is_from(scope, self.settings.open_access)
        scheme, _, given = headers.get("authorization", "").partition(" ")
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        return is_token(given if scheme.lower() == "bearer" else cookie, token)


def is_token(given: str, token: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(given.encode(), token.encode())


def _name(host: str) -> str:
    """The Host header without its port, lower case."""
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    return name.lower()


def _is_from(scope: Scope, open_to: Networks) -> bool:
    """Whether the client is this machine, or in one of these networks."""
    client = scope.get("client")
    if client is None:  # a socket without addresses: of this machine
        return True
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or any(address in network for network in open_to)
