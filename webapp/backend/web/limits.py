"""How much one client may ask: the size of a body, and how often.

A bucket for each client and kind of request: it holds a burst, and refills at a steady rate.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from domain import lengths
from web.problems import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES = 4_000_000
MAX_CLIENTS = 10_000
BODY_SECONDS = 20.0
"""How long the body of a request may take."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `burst` at once, and `per_second` in the long run."""

    burst: float
    per_second: float


PREVIEWS = Rate(burst=30, per_second=2)
WRITES = Rate(burst=3000, per_second=600)


def rate_of(method: str, path: str) -> Rate | None:
    """What applies to a request; None for reading, which costs little."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return None
    return PREVIEWS if path == "/api/previews" else WRITES


def client_of(scope: Scope) -> str:
    """Whom a request is counted for."""
    return str((scope.get("client") or ("local", 0))[0])


@dataclass(slots=True)
class Buckets:
    """What each client may still do."""

    clock: Callable[[], float] = time.monotonic
    _left: dict[tuple[str, Rate], tuple[float, float]] = field(default_factory=dict)

    def wait(self, client: str, rate: Rate) -> float:
        """Seconds until there is one to take; 0 if there is."""
        left, since = self._left.get((client, rate), (rate.burst, 0.0))
        left += (self.clock() - since) * rate.per_second
        return 0.0 if left >= 1 else (1 - left) / rate.per_second

    def take(self, client: str, rate: Rate) -> float:
        """Take one; 0 if there was one, else the seconds until there is."""
        now = self.clock()
        left, since = self._left.pop((client, rate), (rate.burst, now))
        left = min(rate.burst, left + (now - since) * rate.per_second)
        wait = 0.0 if left >= 1 else (1 - left) / rate.per_second
        self._left[client, rate] = (left if wait else left - 1), now
        if len(self._left) > MAX_CLIENTS:  # the one that was quiet for longest has a full one
            del self._left[next(iter(self._left))]
        return wait


@dataclass(frozen=True, slots=True)
class Limits:
    """ASGI middleware that answers 413 and 429."""

    app: ASGIApp
    buckets: Buckets = field(default_factory=Buckets)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        rate = rate_of(scope["method"], scope["path"])
        wait = self.buckets.take(client_of(scope), rate) if rate else 0.0
        headers = Headers(scope=scope)
        length = lengths.length(headers.get("content-length", "0"))
        if "content-length" in headers and "transfer-encoding" in headers:
            await _two_lengths(scope, receive, send)
        elif wait:
            seconds = str(int(wait) + 1)
            fix = f"Retry in {seconds} s."
            too_often = answer(
                *(429, "Too many requests.", fix),
                kind="too-many-requests",
                values={"seconds": seconds},
                headers={"Retry-After": seconds},
            )
            await too_often(scope, receive, send)
        elif length is None or length > MAX_BYTES:
            await _too_large(scope, receive, send)
        elif "transfer-encoding" in headers or length:
            await self._with_body(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on a request with its body, once that is there."""
        try:
            body = await asyncio.wait_for(_collected(receive), BODY_SECONDS)
        except TimeoutError:
            await _too_slow(scope, receive, send)
            return
        await (_too_large if body is None else self.app)(scope, _replay(body, receive), send)


async def _collected(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BYTES:
            return None
        more = message.get("more_body", False)
    return bytes(body)


def _replay(body: bytes | None, receive: Receive) -> Receive:
    """Give the app the body at once, then what else comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body or b"", "more_body": False}

    return again


async def _too_slow(scope: Scope, receive: Receive, send: Send) -> None:
    detail = f"The body did not come within {BODY_SECONDS:.0f} s."
    refusal = answer(
        *(408, detail, "Send it again."), kind="body-slow", headers={"Connection": "close"}
    )
    await refusal(scope, receive, send)


async def _two_lengths(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse what two servers in a row may read differently (RFC 9112, 6.1): request smuggling."""
    detail = "The request tells its length in two ways."
    fix = "Send Content-Length or Transfer-Encoding, not both."
    refusal = answer(400, detail, fix, kind="two-lengths", headers={"Connection": "close"})
    await refusal(scope, receive, send)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    most = f"{MAX_BYTES // 1_000_000}"
    detail = f"The body is larger than {most} MB."
    refusal = answer(
        *(413, detail, "Send fewer links at once."), kind="body-large", values={"most": most}
    )
    await refusal(scope, receive, send)
