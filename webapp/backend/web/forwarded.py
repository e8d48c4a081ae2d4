"""Who asks, and how, where a proxy hands requests on: believed of TRUSTED_PROXIES and nobody else.

`X-Forwarded-For: 203.0.113.9, 10.0.0.7` was written from left to right, each proxy adding whom it
saw. Read from the right, the first that is no proxy of ours is the client; what stands further left
is what that client said of itself. uvicorn has the same, but believes every program on this
machine by its own variable, and no proxy on 127.0.0.1 where the socket is one for IPv6 too.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn.config
from starlette.datastructures import Headers

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from settings import Networks

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNNAMED = "unknown"
"""Whom a proxy does not name, as RFC 7239 and Squid say it: neither this machine nor the proxy."""
OTHER_HEADERS = ("forwarded", "x-real-ip")
"""By which a proxy may say for whom it asks: they never make anybody this machine, but deny it."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """ASGI middleware that puts the client and the scheme in place of the proxy's."""

    app: ASGIApp
    trusted: Networks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        client = scope.get("client")
        if scope["type"] == "http" and client and is_within(client[0], self.trusted):
            headers = Headers(scope=scope)
            chain = ",".join(headers.getlist("x-forwarded-for")).split(",")
            found = _client(client[0], chain, self.trusted)
            if (found is None or _is_loopback(address_of(found))) and _names_another(headers):
                found = UNNAMED
            if found:
                scope["client"] = (found, 0)  # in place: the server's log shows it
            proto = headers.get("x-forwarded-proto", "").strip().lower()
            if proto in {"http", "https"}:
                scope["scheme"] = proto
        await self.app(scope, receive, send)


def _client(peer: str, chain: list[str], trusted: Networks) -> str | None:
    """The last of the chain that is no proxy of ours; None where there is no other."""
    found = None
    came_from_here = _is_loopback(address_of(peer))
    for each in reversed(chain):
        address = address_of(each)
        if address is None:  # whatever stands left of that cannot be told from an invention
            if each.strip():
                return UNNAMED
            break
        if address.is_loopback and not came_from_here:  # nor can who is on no machine but its own
            break
        came_from_here = address.is_loopback
        found = address
        if not any(address in network for network in trusted):
            break
    return None if found is None else str(found)


def _names_another(headers: Headers) -> bool:
    """Whether a header denies that this machine asks: who does may have written the chain alone."""
    said = [each for name in OTHER_HEADERS for each in headers.getlist(name)]
    return not all(_is_loopback(address_of(each)) for each in said)


def _is_loopback(address: Address | None) -> bool:
    return address is not None and address.is_loopback


def address_of(text: str) -> Address | None:
    """The address of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:443`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_within(host: str, networks: Networks) -> bool:
    """Whether an address is in one of these networks, however it is written."""
    address = address_of(host)
    return address is not None and any(address in network for network in networks)


def install() -> None:
    """Let uvicorn leave the headers to us; it wraps the app in its own once it is imported."""
    uvicorn.config.ProxyHeadersMiddleware = _as_it_is  # type: ignore[assignment, attr-defined]


def _as_it_is(app: ASGIApp, **_: object) -> ASGIApp:
    return app
