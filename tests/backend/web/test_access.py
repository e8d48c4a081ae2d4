from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from settings import parse
from tests.backend.api_process import Api, running
from web.access import Access
from web.attempts import WRONG, Attempts
from web.limits import MAX_BYTES, Buckets, Limits, Rate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

OWN = {"host": "localhost:8000"}


def ask(
    method: str = "GET",
    path: str = "/api/downloads",
    *,
    headers: dict[str, str] | None = None,
    client: str | None = "127.0.0.1",
    attempts: Attempts | None = None,
    **environ: str,
) -> int:
    """The status of a request; 200 when it was let through."""
    return asked(method, path, headers=headers, client=client, attempts=attempts, **environ)[0]


def asked(
    method: str = "GET",
    path: str = "/api/downloads",
    *,
    headers: dict[str, str] | None = None,
    client: str | None = "127.0.0.1",
    attempts: Attempts | None = None,
    **environ: str,
) -> tuple[int, dict[str, str]]:
    """The status of a request, and the headers of its answer."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answers.append(message)

    answers: list[Message] = []
    chosen = parse(environ)
    attempts = attempts or Attempts(chosen.access_token)
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "headers": [(k.encode(), v.encode()) for k, v in (OWN | (headers or {})).items()],
        "client": (client, 5) if client else None,
    }
    access = Access(app, chosen, attempts, lambda _, session: session == "good")
    asyncio.run(access(scope, receive, send))
    (answer,) = answers
    return answer["status"], {key.decode(): value.decode() for key, value in answer["headers"]}


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("localhost", 200), ("localhost:3000", 200), ("LOCALHOST:8000", 200)),
        *(("127.0.0.1:8000", 200), ("[::1]:8000", 200), ("[::1]", 200)),
        *(("evil.example", 421), ("localhost.evil.example:8000", 421), ("", 421)),
        *(("127.0.0.1.nip.io", 421), ("192.168.0.5:8000", 421)),
        *(("localhost:80@evil.example", 421), ("localhost:8000/evil.example", 421)),
        *(("localhost:evil", 421), ("localhost:80#", 421), ("localhost:123456", 421)),
        *(("localhost:", 421), ("localhost:80:80", 421), ("[::1]:80@evil.example", 421)),
    ],
)
def test_only_names_in_the_list_are_answered(host: str, status: int) -> None:
    assert ask(headers={"host": host}) == status


def test_the_operator_may_add_names() -> None:
    assert ask(headers={"host": "media.example:443"}, API_HOSTS="nas,Media.Example") == 200


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machines_own_names_are_answered_whatever_else_is(name: str) -> None:
    """Else a health check, which asks by one of them, would find a backend that refuses it."""
    assert ask(headers={"host": f"{name}:8000"}, API_HOSTS="media.example") == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://localhost:3000"}, 200),
        ({"origin": "http://localhost:8000"}, 200),
        ({"origin": "http://localhost:6666"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
def test_only_our_own_pages_may_write(method: str, headers: dict[str, str], status: int) -> None:
    assert ask(method, headers=headers) == status


@pytest.mark.parametrize(
    ("client", "environ", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("::ffff:127.0.0.1", {}, 200),
        (None, {}, 200),
        ("192.168.0.9", {}, 403),
        ("2001:db8::1", {}, 403),
        ("192.168.0.9", {"OPEN_ACCESS": "yes"}, 200),
        ("2001:db8::1", {"OPEN_ACCESS": "yes"}, 200),
        ("192.168.0.9", {"OPEN_ACCESS": "192.168.0.0/24, 10.0.0.1"}, 200),
        ("10.0.0.1", {"OPEN_ACCESS": "192.168.0.0/24, 10.0.0.1"}, 200),
        ("::ffff:10.0.0.1", {"OPEN_ACCESS": "10.0.0.1"}, 200),
        ("10.0.0.2", {"OPEN_ACCESS": "192.168.0.0/24, 10.0.0.1"}, 403),
        ("192.168.0.9", {"OPEN_ACCESS": "yes", "ACCESS_TOKEN": "s"}, 401),
        ("127.0.0.1", {"ACCESS_TOKEN": "s"}, 401),
    ],
)
def test_without_a_token_only_this_machine_is_answered(
    client: str | None, environ: dict[str, Any], status: int
) -> None:
    assert ask(client=client, **environ) == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer s3cret"}, 200),
        ({"authorization": "bearer s3cret"}, 200),
        ({"cookie": "a=b; session=good"}, 200),
        ({"cookie": "session=s3cret"}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Basic s3cret"}, 401),
        ({"authorization": "Bearer "}, 401),
        ({"cookie": "session=wröng"}, 401),
        ({"authorization": "Bearer wröng"}, 401),
    ],
)
def test_a_token_opens_and_nothing_else_does(headers: dict[str, str], status: int) -> None:
    assert ask(headers=headers, ACCESS_TOKEN="s3cret", client="8.8.8.8") == status


def test_who_lacks_the_token_is_told_how_to_send_it() -> None:
    status, headers = asked(ACCESS_TOKEN="s3cret")
    assert (status, headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}])
def test_a_page_of_another_site_may_ask_and_cannot_read_the_answer(
    method: str, headers: dict[str, str]
) -> None:
    """Its browser asks all the same; without this header it keeps the answer to itself."""
    _, answered = asked(method, headers={**headers, "sec-fetch-site": "cross-site"})
    assert not {name for name in answered if name.startswith("access-control-")}


def test_health_needs_no_token() -> None:
    assert ask(path="/health", ACCESS_TOKEN="s", client="8.8.8.8") == 200


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(tmp_path_factory.mktemp("locked"), ACCESS_TOKEN="s3cret") as api:
        yield api


def test_a_browser_logs_in_with_the_token_and_holds_a_cookie(locked: Api) -> None:
    assert locked.client.get("/api/downloads").status_code == 401
    assert locked.ask("GET", "/api/session") == {"needed": True}
    assert locked.client.post("/api/session", json={"token": "no"}).status_code == 403

    answer = locked.client.post("/api/session", json={"token": "s3cret"})

    assert answer.status_code == 204
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert locked.client.get("/api/downloads").status_code == 200
    locked.client.delete("/api/session")
    assert locked.client.get("/api/downloads").status_code == 401
    assert "s3cret" not in locked.log.read_text()


def test_a_session_is_random_kept_hashed_and_ends_with_logging_out(locked: Api) -> None:
    cookies = []
    for _ in range(2):
        locked.client.cookies.clear()
        locked.client.post("/api/session", json={"token": "s3cret"})
        cookies.append(locked.client.cookies["session"])
    copied = {"Cookie": f"session={cookies[1]}"}
    database = (locked.folder / "data/app.db").read_bytes()
    database += (locked.folder / "data/app.db-wal").read_bytes()

    locked.client.delete("/api/session")
    locked.client.cookies.clear()

    assert cookies[0] != cookies[1]
    assert "s3cret" not in cookies
    assert cookies[0].encode() not in database
    assert locked.client.get("/api/downloads", headers=copied).status_code == 401
    other = {"Cookie": f"session={cookies[0]}"}
    assert locked.client.get("/api/downloads", headers=other).status_code == 200


def test_behind_tls_the_cookie_is_bound_to_this_host(locked: Api) -> None:
    answer = locked.client.post(
        "/api/session", json={"token": "s3cret"}, headers={"X-Forwarded-Proto": "https"}
    )

    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_wrong_tokens_are_limited_for_each_client_by_itself() -> None:
    attempts = Attempts("s3cret")

    def guess(token: str, client: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return ask(headers=headers, client=client, attempts=attempts, ACCESS_TOKEN="s3cret")

    wrong = [guess("wrong", "8.8.8.8") for _ in range(int(WRONG.burst) + 1)]

    assert wrong == [401] * int(WRONG.burst) + [429]
    assert guess("s3cret", "8.8.8.8") == 429, "or the limit would tell which one is right"
    assert guess("s3cret", "9.9.9.9") == 200
    cookie = {"cookie": "session=good"}
    assert ask(headers=cookie, client="8.8.8.8", attempts=attempts, ACCESS_TOKEN="s3cret") == 200


def test_logging_in_and_bearer_share_their_limit_behind_a_proxy_too(tmp_path: Path) -> None:
    def client(address: str) -> dict[str, str]:
        return {"X-Forwarded-For": address}

    with running(tmp_path, ACCESS_TOKEN="s3cret") as api:
        guesser, other = client("203.0.113.5"), client("203.0.113.6")
        for number in range(int(WRONG.burst)):
            if number % 2:
                api.client.post("/api/session", json={"token": "no"}, headers=guesser)
            else:
                wrong = {"Authorization": "Bearer no"}
                api.client.get("/api/downloads", headers=guesser | wrong)
        refused = api.client.post("/api/session", json={"token": "s3cret"}, headers=guesser)
        welcome = api.client.post("/api/session", json={"token": "s3cret"}, headers=other)

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert welcome.status_code == 204


def test_a_huge_body_is_refused_whether_its_length_is_told_or_not(shared_api: Api) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MAX_BYTES // 100_000 + 2):
            yield b" " * 100_000

    json = {"Content-Type": "application/json"}
    told = shared_api.client.post("/api/downloads", content=b" " * (MAX_BYTES + 1), headers=json)
    untold = shared_api.client.post("/api/downloads", content=endless(), headers=json)

    assert told.status_code == untold.status_code == 413


def test_who_asks_too_often_is_told_when_to_ask_again() -> None:
    clock = [0.0]
    limits = Limits(_answers, Buckets(clock=lambda: clock[0]))
    statuses = [_limited(limits)[0] for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    status, headers = _limited(limits)
    assert (status, headers["retry-after"]) == (429, "1")
    assert headers["content-type"] == "application/problem+json"
    assert _limited(limits, client="127.0.0.2")[0] == 200
    assert _limited(limits, method="GET")[0] == 200
    clock[0] += 0.5
    assert _limited(limits)[0] == 200
    assert _limited(limits)[0] == 429


async def _answers(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


def _limited(
    limits: Limits, *, method: str = "POST", client: str = "127.0.0.1"
) -> tuple[int, dict[str, str]]:
    """Ask for a preview once more; the status and the headers of the answer."""
    started: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)

    scope: dict[str, Any] = {"type": "http", "method": method, "path": "/api/previews"}
    asyncio.run(limits({**scope, "headers": [], "client": (client, 5)}, receive, send))
    (answer,) = started
    return answer["status"], {key.decode(): value.decode() for key, value in answer["headers"]}


def test_a_bucket_holds_a_burst_and_refills() -> None:
    now = [0.0]
    buckets = Buckets(clock=lambda: now[0])
    rate = Rate(burst=2, per_second=0.5)

    assert [buckets.take("a", rate) for _ in range(3)] == [0, 0, 2.0]
    assert buckets.take("b", rate) == 0
    now[0] += 2
    assert [buckets.take("a", rate) for _ in range(2)] == [0, 2.0]
