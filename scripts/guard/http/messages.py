"""Requests and answers, without anything that sends them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit


class Request(NamedTuple):
    """A request; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    uid: int | None = None
    """The user who asks, where that can be known."""

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    def query(self, name: str) -> str | None:
        """Return the first value of a query parameter."""
        values = parse_qs(urlsplit(self.target).query).get(name)
        return values[0] if values else None

    def wants_html(self) -> bool:
        """Whether a browser asks for a page, rather than a program for data."""
        return "text/html" in self.headers.get("accept", "")


Upgrade = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Response(NamedTuple):
    """An answer: bytes, or a stream of them that ends when the client leaves."""

    status: int
    content_type: str
    body: bytes = b""
    stream: AsyncGenerator[bytes, None] | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    upgrade: Upgrade | None = None
    """Takes the connection over: the answer is 101, and no more HTTP follows."""


Handler = Callable[[Request], Awaitable[Response]]


def as_json(value: object, status: int = 200) -> Response:
    """Return JSON."""
    body = (json.dumps(value) + "\n").encode()
    return Response(status, "application/json", body, headers={"Cache-Control": "no-store"})


def problem(status: int, title: str, detail: str, **more: object) -> Response:
    """Return an error as RFC 9457 has it."""
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    body = (json.dumps(value) + "\n").encode()
    headers = {"Cache-Control": "no-store"}
    return Response(status, "application/problem+json", body, headers=headers)
