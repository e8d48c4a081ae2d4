"""Tokens for scripts, and requests that are sent again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import httpx
import pytest

from domain.tokens import TokenScope, may
from scripts.get import client
from tests.backend.api_process import DEADLINE, Api, running
from tests.conftest import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import AsAnotherUser, FreePort
    from tests.media_source import MediaSource

ROOT = Path(__file__).resolve().parents[3]
ITEM = "/api/downloads/" + "0" * 26


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An api that asks for a token; its client has the operator's."""
    with running(tmp_path_factory.mktemp("locked"), ACCESS_TOKEN="operator") as api:
        api.client.headers["Authorization"] = "Bearer operator"
        api.ready()
        yield api


def made(api: Api, scope: str) -> str:
    token: str = api.ask("POST", "/api/tokens", json={"name": "A script", "scope": scope})["token"]
    return token


def ask(api: Api, token: str, method: str, path: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx names them
    headers = {"Authorization": f"Bearer {token}"}
    options = {"timeout": DEADLINE, "trust_env": False, **options}
    return httpx.request(method, api.url + path, headers=headers, **options)


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("POST", "/api/downloads", {"add", "all"}),
        ("POST", "/api/downloads/bulk", {"add", "all"}),
        ("POST", "/api/previews", {"add", "all"}),
        ("GET", ITEM, {"add", "read", "all"}),
        ("GET", "/api/downloads", {"read", "all"}),
        ("GET", f"{ITEM}/file", {"read", "all"}),
        ("DELETE", ITEM, {"all"}),
        ("POST", f"{ITEM}/cancel", {"all"}),
        ("PATCH", "/api/queue", {"all"}),
        ("PUT", "/api/cookies/example.org", {"all"}),
        ("GET", "/api/tokens", set()),
        ("POST", "/api/tokens", set()),
        ("DELETE", "/api/tokens/x", set()),
    ],
)
def test_what_each_scope_allows(method: str, path: str, scopes: set[str]) -> None:
    assert {scope for scope in get_args(TokenScope) if may(scope, method, path)} == scopes


def test_a_token_does_what_its_scope_says_until_it_is_revoked(locked: Api) -> None:
    token = made(locked, "read")
    assert ask(locked, token, "GET", "/api/downloads").status_code == 200
    refused = ask(locked, token, "POST", "/api/downloads", json={"url": "http://127.0.0.1:9/a"})
    assert refused.status_code == 403
    assert "scope 'read' does not allow POST" in refused.json()["detail"]

    listed = locked.client.get("/api/tokens")
    [one] = [each for each in listed.json() if each["scope"] == "read"]
    assert one["last_used"] is not None
    assert token not in listed.text
    locked.client.delete(f"/api/tokens/{one['id']}").raise_for_status()
    assert ask(locked, token, "GET", "/api/downloads").status_code == 401


def test_it_is_kept_hashed(locked: Api) -> None:
    token = made(locked, "all")
    files = [path.read_bytes() for path in (locked.folder / "data").glob("app.db*")]
    assert files
    assert not any(token.encode() in content for content in files)


def test_a_token_limits_its_script_where_no_token_is_asked_for(shared_api: Api) -> None:
    token = made(shared_api, "add")
    assert ask(shared_api, token, "GET", "/api/downloads").status_code == 403
    assert ask(shared_api, "sy_wrong", "GET", "/api/downloads").status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": " ", "scope": "add"}, "name"), ({"name": "x", "scope": "most"}, "scope")],
)
def test_bad_tokens_are_told_on_their_field(
    shared_api: Api, body: dict[str, str], field: str
) -> None:
    answer = shared_api.client.post("/api/tokens", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_what_is_sent_again_is_queued_once(api: Api, media: MediaSource) -> None:
    body, key = {"url": media.short}, {"Idempotency-Key": "once"}
    url = f"{api.url}/api/downloads"

    def send(_: int) -> httpx.Response:
        return httpx.post(url, json=body, headers=key, timeout=DEADLINE, trust_env=False)

    with ThreadPoolExecutor(6) as together:
        answers = list(together.map(send, range(6)))
    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 5
    api.kill()
    api.start()
    assert send(0).json()["id"] == answers[0].json()["id"]
    assert len(api.ask("GET", "/api/downloads")["items"]) == 1

    other = api.client.post("/api/downloads", json={"url": media.mp4}, headers=key)
    assert other.status_code == 422
    assert "another request" in other.json()["detail"]
    api.client.delete(f"/api/downloads/{answers[0].json()['id']}").raise_for_status()
    assert send(0).status_code == 410
    wrong = api.client.post("/api/downloads", json=body, headers={"Idempotency-Key": "x" * 201})
    assert wrong.status_code == 422

    with sqlite3.connect(api.folder / "data/app.db", timeout=10) as database:
        database.execute("UPDATE idempotency_keys SET created = '2026-01-01T00:00:00.000Z'")
    database.close()
    assert "Idempotent-Replayed" not in send(0).headers, "a day later it is a new request"


def get(api: Api, *arguments: str, token: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.get", "--api", api.url, *arguments]
    environ = {**os.environ, "API_TOKEN": token}
    return subprocess.run(
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_command_line_tells_no_token_to_another_user_who_has_the_port(
    as_another_user: AsAnotherUser, free_port: FreePort
) -> None:
    heard: list[str | None] = []

    class Impostor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers["Authorization"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"items": []}')

        def log_message(self, *_: object) -> None:
            """Nothing is logged."""

    port = free_port()
    with as_another_user():
        server = HTTPServer(("127.0.0.1", port), Impostor)
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked = subprocess.run(
            [sys.executable, "-m", "scripts.get", "list"],
            cwd=ROOT,
            env={**os.environ, "API_PORT": str(port), "API_TOKEN": "secret"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        server.shutdown()
    assert heard == []
    assert asked.returncode == 3
    assert f"port {port} belongs to user {NOBODY}" in asked.stderr


def test_the_command_line_waits_and_tells_by_its_exit_code(api: Api, media: MediaSource) -> None:
    done = get(api, "add", media.short, "--format", "mp4", "--wait")
    assert done.returncode == 0, done.stderr
    assert " done " in done.stdout.splitlines()[-1]
    failed = get(api, "add", media.missing, "--wait")
    assert failed.returncode == 1
    assert "There is nothing at this address" in failed.stdout
    listed = get(api, "list", "--state", "done")
    assert len(listed.stdout.splitlines()) == 1
    assert get(api, "wait", done.stdout.split()[0]).returncode == 0
    refused = get(api, "add", "no link")
    assert (refused.returncode, "not a web address" in refused.stderr) == (3, True)
    reader = made(api, "read")
    assert get(api, "list", token=reader).returncode == 0
    assert get(api, "add", media.short, token=reader).returncode == 3


def test_the_command_line_says_that_nobody_answers(
    free_port: FreePort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAUSE_SECONDS", 0)
    nobody = client.Client(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(client.UnreachableError):
        nobody.get("x")
