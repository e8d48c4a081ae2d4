"""Who may ask the guard, on its own port and on those that it stands in for.

Reading needs a Host of ours, so that no foreign name can be made to point here, and a connection
of this user (or root), where the system tells whose it is. A page of another site could read no
answer, so none is made for it (Fetch Metadata, w3.org/TR/fetch-metadata). Writing needs an Origin
of ours too (or none, from a program), and the token.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..net import peer_uid
from .messages import Request, Response

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Access:
    """Who may ask: by Host, by user, by Origin, by token."""

    def __init__(self, ports: Callable[[], Iterable[int]], token: str) -> None:
        self._ports = ports
        self.token = token

    def may_read(self, request: Request) -> bool:
        """Whether the Host is loopback, on a port of ours."""
        return request.headers.get("host", "").lower() in self._names()

    def is_foreign_page(self, request: Request) -> bool:
        """Whether a page that is not ours asks by itself; who follows its link does not."""
        site, dest = (request.headers.get(f"sec-fetch-{name}", "") for name in ("site", "dest"))
        is_foreign = site in {"same-site", "cross-site"} and self.origin(request) is None
        return is_foreign and dest != "document"

    def is_stranger(self, request: Request) -> bool:
        """Whether another user of this computer asks, who is to have nothing of this one's."""
        return peer_uid.is_stranger(request.uid)

    def origin(self, request: Request) -> str | None:
        """Return the Origin if it is one of ours, None if there is none or it is foreign."""
        origin = request.headers.get("origin", "").lower()
        scheme, _, host = origin.partition("://")
        return origin if scheme == "http" and host in self._names() else None

    def may_write(self, request: Request) -> bool:
        """Whether the Origin is ours or absent, and the token is right."""
        if "origin" in request.headers and self.origin(request) is None:
            return False
        import hmac  # with all of OpenSSL: most who look never write

        given = request.headers.get("x-guard-token", "")
        return hmac.compare_digest(given.encode(), self.token.encode())

    def preflight(self, request: Request, methods: str, headers: str, *, age: int) -> Response:
        """Answer what a browser asks before a page of one port writes to another.

        It need not ask again for `age` seconds.
        """
        allowed = {
            "Access-Control-Allow-Methods": methods,
            "Access-Control-Allow-Headers": headers,
            "Access-Control-Max-Age": str(age),
        }
        return self.readable(request, Response(204, "text/plain", headers=allowed))

    def readable(self, request: Request, response: Response) -> Response:
        """Let a page of our own services read the answer; to any other it stays unreadable."""
        origin = self.origin(request)
        if origin is None:
            return response
        headers = {
            **response.headers,
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",  # or who sends cookies reads nothing
            "Access-Control-Expose-Headers": "Retry-After, X-Guard-Standby",
            "Vary": "Origin",
        }
        return response._replace(headers=headers)

    def _names(self) -> set[str]:
        return {f"{host}:{port}" for host in _LOOPBACK for port in self._ports()}
