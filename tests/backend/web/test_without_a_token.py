"""What is answered to who shows nothing: the table of docs/security.md, and no more than that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from main import app
from tests.backend.api_process import Api, running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

SECURITY = Path(__file__).resolve().parents[3] / "docs/security.md"
TOKEN, RUN = "s3cret", "0123456789abcdef"
PROBLEM = {"type", "title", "status", "detail", "fix", "kind"}
HEADERS = {"content-length", "content-type", "date", "server"}
HEADERS |= {"www-authenticate", "allow", "set-cookie", "retry-after"}
FILES = {"accept-ranges", "cache-control", "content-security-policy", "etag", "last-modified"}
FILES |= {"x-content-type-options", "referrer-policy"}
BLOCKED = "a-folder-that-is-a-file"


def told() -> dict[str, set[str]]:
    """The keys that stand in the table, by method and path."""
    section = SECURITY.read_text("utf-8").partition("### What the backend tells anybody")[2]
    rows = re.findall(
        r"^\| `([A-Z]+ /\S*)` \| (.+?) \|$", section.partition("\n#")[0], re.MULTILINE
    )
    return {asked: set(re.findall(r"`(\w+)`", tells)) for asked, tells in rows}


ROUTES = sorted(
    {
        (method, str(getattr(route, "path", "")))
        for included in app.routes
        for route in getattr(included, "original_router", app).routes
        for method in getattr(route, "methods", None) or ()
        if method != "HEAD"  # as GET, without what it says
    }
)
FEEDS = "/api/podcasts/"
"""Their addresses are the token: `test_feeds.py` asks with good ones."""


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """It has a token, works, and has something to tell."""
    folder = tmp_path_factory.mktemp("closed")
    with running(folder, ACCESS_TOKEN=TOKEN, GUARD_RUN=RUN) as api:
        api.ready()
        yield api


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """It has a token, and cannot work: its folder is a file."""
    folder = tmp_path_factory.mktemp("waiting")
    (folder / BLOCKED).write_text("")
    places = {"DATA_DIR": str(folder / BLOCKED / "data")}
    with running(folder, ACCESS_TOKEN=TOKEN, GUARD_RUN=RUN, **places) as api:
        wait_for(lambda: api.client.get("/ready").json()["engine"] == "waiting", "it waits")
        yield api


def ask(api: Api, method: str, path: str) -> httpx.Response:
    given = {"item": "0" * 26, "token": "x" * 43, "kind": "mp4"}
    filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda name: given.get(name[1], "x"), path)
    body = {"token": "wrong"} if method in {"POST", "PUT", "PATCH"} else None
    answer = api.client.request(method, filled, json=body, headers={"Cookie": "session=x"})
    assert set(answer.headers) <= HEADERS | (FILES if path.endswith(".png") else set()), path
    assert answer.headers["server"] == "uvicorn", "no version"
    assert BLOCKED not in answer.text, path
    return answer


def test_the_table_names_routes_that_there_are() -> None:
    assert {tuple(asked.split()) for asked in told()} <= set(ROUTES)
    assert len(told()) > 3


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_that_is_not_in_the_table_is_closed(closed: Api, method: str, path: str) -> None:
    answer = ask(closed, method, path)
    is_json = bool(answer.content) and "json" in answer.headers["content-type"]
    keys: set[str] = set(answer.json()) if is_json else set()

    if (listed := told().get(f"{method} {path}")) is not None:
        assert answer.status_code != 401
        assert keys == listed
    elif path.startswith(FEEDS):
        assert (answer.status_code, keys - {"values"}) == (404, PROBLEM)
    else:
        assert (answer.status_code, keys - {"values"}) == (401, PROBLEM)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nor_does_one_say_why_the_server_cannot_work(waiting: Api, method: str, path: str) -> None:
    answer = ask(waiting, method, path)

    assert answer.status_code in {200, 204, 401, 403, 503}, answer.text


def test_who_may_know_is_told_why(waiting: Api) -> None:
    for headers in ({"Authorization": f"Bearer {TOKEN}"}, {"X-Guard-Run": RUN}):
        answer = waiting.client.get("/ready", headers=headers).json()
        assert BLOCKED in answer["detail"]
        assert answer["work"]["count"] == 0
    right = waiting.client.post("/api/session", json={"token": TOKEN})
    assert (right.status_code, BLOCKED in right.text) == (503, True)


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer wrong"}, {"X-Guard-Run": RUN[:-1]}, {"X-Guard-Run": ""}],
)
def test_what_is_nearly_right_opens_nothing(closed: Api, headers: dict[str, Any]) -> None:
    assert "work" not in closed.client.get("/ready", headers=headers).json()


def test_without_a_token_this_machine_is_told_and_nobody_else(shared_api: Api) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}

    assert "work" in shared_api.client.get("/ready").json()
    assert "work" not in shared_api.client.get("/ready", headers=elsewhere).json()


def test_wrong_tokens_are_counted_here_too(tmp_path: Path) -> None:
    with running(tmp_path, ACCESS_TOKEN=TOKEN) as api:
        for _ in range(20):
            api.client.get("/ready", headers={"Authorization": "Bearer wrong"})
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert api.client.get("/api/queue", headers=right).status_code == 429
        assert "work" not in api.client.get("/ready", headers=right).json()
