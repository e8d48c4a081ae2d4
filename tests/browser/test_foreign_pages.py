"""A page on another port of localhost, open in the same browser, gets nothing out of ours."""

from __future__ import annotations

import socket
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.browser.conftest import stacks
from tests.stack.harness import DEADLINE, ROOT, GuardRun, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

TOKEN = "s3cret-of-the-test"
ASK = """
  ({ url, options }) => fetch(url, options).then(
    async (answer) => `${answer.status} ${await answer.text()}`,
    () => 'unreadable',
  )
"""
JSON = {"content-type": "application/json"}


class Foreign(BaseHTTPRequestHandler):
    """Some other program's page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>foreign</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def foreign() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module", params=["Procfile.dev", "Procfile"])
def served(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    free_port: Callable[[], int],
) -> Iterator[GuardRun]:
    """The stack as it is developed, and as it is built, with an access token."""
    with stacks(tmp_path_factory.mktemp("stack"), free_port) as start:
        yield start(request.param, ACCESS_TOKEN=TOKEN)


@pytest.fixture
def logged_in(served: GuardRun, page: Page, foreign: str) -> Page:
    """A browser with a session of ours, on a foreign page."""
    answer = page.context.request.post(
        f"http://localhost:{served.ports['web']}/api/session", data={"token": TOKEN}
    )
    assert answer.ok, answer.text()
    mine = page.context.request.get(f"http://localhost:{served.ports['web']}/api/downloads")
    assert mine.ok, mine.text()
    page.goto(foreign)
    return page


READS = [
    *("web:/", "web:/guard/api/status", "web:/api/downloads", "web:/vite.config.ts"),
    *("web:/src/main.tsx", "api:/api/downloads", "api:/health", "guard:/api/status"),
]


@pytest.mark.parametrize("credentials", ["include", "omit"])
def test_it_reads_nothing(served: GuardRun, logged_in: Page, credentials: str) -> None:
    for read in READS:
        name, _, path = read.partition(":")
        url = f"http://localhost:{served.ports[name]}{path}"
        got = logged_in.evaluate(ASK, {"url": url, "options": {"credentials": credentials}})
        assert got == "unreadable", read


WRITES: list[tuple[str, dict[str, Any]]] = [
    ("web:/api/queue", {"method": "PATCH", "headers": JSON, "body": '{"paused":true}'}),
    ("api:/api/queue", {"method": "PATCH", "headers": JSON, "body": '{"paused":true}'}),
    ("web:/guard/api/restart", {"method": "POST"}),
    ("guard:/api/restart", {"method": "POST"}),
]


def test_it_changes_nothing(served: GuardRun, logged_in: Page) -> None:
    pids = [served.service(name)["pid"] for name in ("web", "api")]
    for write, options in WRITES:
        name, _, path = write.partition(":")
        url = f"http://localhost:{served.ports[name]}{path}"
        wanted = {"credentials": "include", **options}
        assert logged_in.evaluate(ASK, {"url": url, "options": wanted}) == "unreadable", write
        blind = {**wanted, "method": "POST", "mode": "no-cors", "headers": {}}
        logged_in.evaluate(ASK, {"url": url, "options": blind})
    headers = {"Authorization": f"Bearer {TOKEN}"}
    url = f"http://localhost:{served.ports['api']}/api/queue"
    queue = httpx.get(url, headers=headers, timeout=DEADLINE)
    assert queue.json()["paused"] is False
    assert [served.service(name)["pid"] for name in ("web", "api")] == pids


def test_it_opens_no_editor(served: GuardRun) -> None:
    web = served.ports["web"]
    path = "/__open-in-editor?file=/nothing/here"
    for site in ({}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = ask(web, path, headers=site)
        # The built page is served under every path that is no file.
        assert answer.status == 403 or b'id="root"' in answer.body, site
    own = ask(web, path, headers={"Sec-Fetch-Site": "same-origin"})
    assert own.status != 403


def test_it_shows_no_page_of_ours_in_a_frame(served: GuardRun, logged_in: Page) -> None:
    frame = """url => new Promise((done) => {
        const frame = document.createElement('iframe');
        frame.onload = () => done(frame.contentDocument === null);
        frame.src = url;
        document.body.append(frame);
    })"""
    said: list[str] = []
    logged_in.on("console", lambda message: said.append(message.text))
    for name in ("web", "guard"):
        assert logged_in.evaluate(frame, f"http://localhost:{served.ports[name]}/")
    assert sum("frame-ancestors" in line for line in said) == 2, said


@pytest.mark.parametrize("protocol", ["", "Sec-WebSocket-Protocol: chat\r\n"])
@pytest.mark.parametrize("name", ["web", "api", "guard"])
def test_who_wants_an_upgrade_that_nobody_offers_is_answered(
    served: GuardRun, name: str, protocol: str
) -> None:
    port = served.ports[name]
    request = (
        f"GET /health HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n{protocol}"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as connection:
        connection.sendall(request.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 ")


def test_the_built_page_has_the_same_headers_from_whoever_sends_it(
    tmp_path_factory: pytest.TempPathFactory, free_port: Callable[[], int]
) -> None:
    names = ("content-security-policy", "x-content-type-options", "referrer-policy")
    with stacks(tmp_path_factory.mktemp("stack"), free_port) as start:
        run = start("Procfile")
        sent = [ask(run.ports[name]).headers for name in ("web", "api")]
    by_vite, by_backend = ({name: headers[name] for name in names} for headers in sent)
    assert by_vite == by_backend
    template = (ROOT / "webapp/frontend/nginx/default.conf.template").read_text(encoding="utf-8")
    assert f'set $policy "{by_vite["content-security-policy"]}";' in template
    for location in ("location /assets/ {", "location / {"):
        block = template.partition(location)[2].partition("\n    }")[0]
        assert "add_header Content-Security-Policy $policy" in block
        assert "add_header X-Content-Type-Options nosniff" in block
        assert "add_header Referrer-Policy no-referrer" in block
