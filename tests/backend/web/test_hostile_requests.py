"""Whatever a header, a query or a body holds, however it comes: an answer, and none with 500."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from main import app
from tests.media_source import serve_media
from web import header_timeout, limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

    from tests.backend.api_process import Api

MANY = settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
A_FEW = settings(MANY, max_examples=25)
CONTROLS = re.compile(rb"[\x00-\x1f\x7f]")  # which no client sends
HEADERS = (
    *("Origin", "Authorization", "Cookie", "Range", "If-Range", "If-None-Match", "Referer"),
    *("Content-Type", "Accept", "Sec-Fetch-Site", "X-Forwarded-For", "X-Forwarded-Proto"),
    *("Host", "Accept-Encoding", "Accept-Language", "Idempotency-Key", "X-Guard-Token"),
)
VALUES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"))
SHAPES = st.sampled_from(
    [
        "http://[",
        "http://[::1",
        "bytes=-",
        "bytes=9-1",
        "Bearer ",
        "a=b; =; session=\xff",
        "\\",
        "'",
    ]
)


class Piece(bytes):
    """Part of a body, which counts how often it is looked at."""

    looks = 0

    def __len__(self) -> int:
        Piece.looks += 1
        return super().__len__()


def test_a_body_in_many_pieces_is_gathered_without_going_over_it_again_and_again() -> None:
    pieces = 2000
    part = {"type": "http.request", "body": Piece(b"x"), "more_body": True}
    messages: Iterator[Message] = iter([*[part] * pieces, {"type": "http.request", "body": b""}])
    whole: list[Message] = []

    async def receive() -> Message:
        return next(messages)

    async def send(_: Message) -> None:
        """Nothing is answered."""

    async def take(_: Scope, receive: Receive, __: Send) -> None:
        whole.append(await receive())

    scope = {"type": "http", "method": "POST", "path": "/api/downloads", "client": ("::1", 5)}
    Piece.looks = 0
    chunked = {**scope, "headers": [(b"transfer-encoding", b"chunked")]}
    asyncio.run(limits.Limits(take)(chunked, receive, send))

    assert whole[0]["body"] == b"x" * pieces
    assert Piece.looks <= 2 * pieces


@MANY
@given(name=st.sampled_from(HEADERS), value=VALUES | SHAPES)
def test_no_header_makes_the_server_fail(shared_api: Api, name: str, value: str) -> None:
    headers = [(name.encode(), value.strip().encode("latin-1"))]

    for method, path in (("GET", "/api/downloads"), ("POST", "/api/previews"), ("GET", "/")):
        answer = shared_api.client.request(method, path, headers=headers)
        assert answer.status_code < 500, answer.text


UNSTATED = [("header", name) for name in HEADERS]
NOBODY = "0" * 26  # an id that nothing has
BYTES = (st.text(max_size=60) | SHAPES).map(lambda text: text.encode("utf-8", "surrogatepass"))
OPERATIONS = [
    pytest.param(method.upper(), path, operation, id=operation["operationId"])
    for path, operations in app.openapi()["paths"].items()
    for method, operation in operations.items()
]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_no_parameter_of_a_route_makes_the_server_fail(
    shared_api: Api, finished: str, method: str, path: str, operation: dict[str, Any]
) -> None:
    stated = [(each["in"], each["name"]) for each in operation.get("parameters", ())]
    known = {"item": finished if path.startswith("/api/downloads/") else NOBODY, "kind": "mp4"}

    @A_FEW
    @given(
        where=st.sampled_from(stated or UNSTATED) | st.sampled_from(UNSTATED),
        value=BYTES | st.binary(max_size=20),
    )
    def holds(where: tuple[str, str], value: bytes) -> None:
        status = ask(shared_api, method, path, known, where, value)
        assert status < 500

    holds()


def ask(
    api: Api, method: str, path: str, known: dict[str, str], where: tuple[str, str], value: bytes
) -> int:
    """The status of a request in which one parameter has this value."""
    place, name = where
    values = {"token": "x" * 43, "site": "example.org", **dict.fromkeys(("key", "profile"), "0")}
    values |= known | ({"item": NOBODY} if method == "DELETE" else {})
    if place == "path":
        values[name] = quote(value, safe="")
    headers = [(b"Content-Type", b"application/json")]
    if place == "header":
        headers.append((name.encode(), CONTROLS.sub(b"", value).strip()))
    query = f"?{name}={quote(value, safe='')}" if place == "query" else ""
    with api.client.stream(method, path.format(**values) + query, headers=headers) as answer:
        return answer.status_code  # what follows may have no end


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
POST = "POST /api/downloads HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
HALF = "\ud800"


@MANY
@given(
    value=JSON | st.just([HALF, 1]) | st.just("[" * 600), sort=st.sampled_from(["title", "newest"])
)
def test_no_cursor_makes_the_server_fail(shared_api: Api, value: object, sort: str) -> None:
    text = value if isinstance(value, str) else json.dumps(value)
    cursor = base64.urlsafe_b64encode(text.encode("utf-8", "replace")).rstrip(b"=").decode()

    answer = shared_api.client.get("/api/downloads", params={"sort": sort, "cursor": cursor})

    assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", ["/api/downloads", "/api/previews", "/api/session"])
@pytest.mark.parametrize("field", ["url", "token", "format", "audio", "entry"])
def test_half_a_character_in_a_body_does_not(shared_api: Api, path: str, field: str) -> None:
    body = json.dumps({"url": "https://example.org/"} | {field: f"https://example.org/{HALF}"})

    answer = shared_api.client.post(
        path, content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code < 500, answer.text


def raw(api: Api, text: str) -> socket.socket:
    host, _, port = api.url.removeprefix("http://").partition(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.sendall(text.encode())
    return connection


def test_two_lengths_in_one_request_are_refused(shared_api: Api) -> None:
    with raw(
        shared_api,
        f"{POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    ("half", "answered"),
    [
        ("GET /health HTTP/1.1\r\nHost: local", b""),
        ("", b""),
        (
            f"{POST}Content-Length: 100\r\n\r\n{{",
            b"HTTP/1.1 408",
        ),
    ],
    ids=["head", "nothing", "body"],
)
def test_half_a_request_does_not_keep_its_connection(
    shared_api: Api, half: str, answered: bytes
) -> None:
    assert max(header_timeout.HEAD_SECONDS, limits.BODY_SECONDS) < 25
    with raw(shared_api, half) as connection:
        told = b""
        while block := connection.recv(1000):
            told += block
    assert told.startswith(answered)


@pytest.fixture(scope="module")
def finished(shared_api: Api, media_folder: Path) -> str:
    with serve_media(media_folder) as media:
        item = shared_api.add(media.short)
        shared_api.wait(item, "done")
    return item


@pytest.mark.parametrize(("asked", "status"), [("bytes=9999999999-", 416), ("bytes=x-", 400)])
def test_a_range_that_cannot_be_had_is_a_problem_like_others(
    shared_api: Api, finished: str, asked: str, status: int
) -> None:
    answer = shared_api.client.get(f"/api/downloads/{finished}/file", headers={"Range": asked})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["fix"]


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_no_page_of_the_api_loads_scripts_from_elsewhere(shared_api: Api, path: str) -> None:
    assert "<script" not in shared_api.client.get(path).text
