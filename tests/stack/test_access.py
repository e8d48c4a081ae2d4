"""Who may ask the guard: nobody under a foreign name, and only who has the token may write."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.conftest import NOBODY, AsAnotherUser
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, toy, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.fault(row="F24")

ARCHITECTURE = Path(__file__).resolve().parents[2] / "docs/architecture.md"
READS = [
    path.replace("NAME", "web")
    for path in re.findall(r"^\| `GET (/\S*)`", ARCHITECTURE.read_text("utf-8"), re.MULTILINE)
]
WRITES = [
    "/api/restart",
    "/api/stop",
    "/api/services/web/restart",
    "/api/services/web/stop",
    "/api/services/web/start",
]
FOREIGN_HOSTS = ["evil.example", "evil.localhost", "127.0.0.1.evil.example", "10.0.0.1", ""]


@pytest.fixture(scope="module")
def one(guarded_once: Guarded) -> GuardRun:
    return guarded_once(toy("web"))


@pytest.fixture
def run(one: GuardRun) -> GuardRun:
    """A guard whose web runs, whatever the test before did to that."""
    if one.service("web").get("state") == "STOPPED":
        one.post("/api/services/web/start")
    one.await_state("web", "READY")
    return one


@contextmanager
def nothing_happens(run: GuardRun) -> Iterator[None]:
    before = run.status()
    yield
    # Whatever was asked for would have been begun before this answer.
    assert run.status() == before


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_reads_nothing(run: GuardRun, host: str, path: str) -> None:
    port = run.ports["guard"]
    answer = ask(port, path, headers={"Host": f"{host}:{port}"})
    assert answer.status == 403
    assert run.token() not in answer.body.decode()


@pytest.mark.parametrize("path", WRITES)
def test_a_write_needs_our_host_our_origin_and_the_token(run: GuardRun, path: str) -> None:
    port, token = run.ports["guard"], {"X-Guard-Token": run.token()}
    refused: list[Mapping[str, str]] = [
        {},
        {"X-Guard-Token": ""},
        {"X-Guard-Token": "wrong"},
        {"X-Guard-Token": run.token()[:-1]},
        {**token, "Host": f"evil.example:{port}"},
        {**token, "Origin": "http://evil.example"},
        {**token, "Origin": "null"},
        {**token, "Origin": f"https://localhost:{port}"},
        {**token, "Origin": "http://localhost:1"},
        {**token, "Origin": f"http://localhost:{port}.evil.example"},
    ]
    with nothing_happens(run):
        for headers in refused:
            assert ask(port, path, "POST", headers).status == 403, headers


@pytest.mark.parametrize("path", WRITES)
def test_a_write_is_no_get(run: GuardRun, path: str) -> None:
    with nothing_happens(run):
        answer = ask(run.ports["guard"], path, headers={"X-Guard-Token": run.token()})
    assert answer.status in {404, 405}


@pytest.mark.parametrize("origin", ["guard", "web"])
def test_a_page_of_ours_with_the_token_may_write(run: GuardRun, origin: str) -> None:
    pid = run.service("web")["pid"]
    headers = {"X-Guard-Token": run.token(), "Origin": f"http://localhost:{run.ports[origin]}"}
    answer = ask(run.ports["guard"], "/api/services/web/restart", "POST", headers)
    assert answer.status == 202
    run.await_new_pid("web", pid)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_the_page_on_a_down_port_tells_a_foreign_host_nothing(run: GuardRun, accept: str) -> None:
    run.post("/api/services/web/stop")
    run.await_state("web", "STOPPED")
    port = run.ports["web"]
    answer = ask(port, headers={"Host": f"evil.example:{port}", "Accept": accept})
    assert answer.status == 403
    assert run.token() not in answer.body.decode()


def test_another_user_of_this_computer_neither_reads_nor_writes(
    run: GuardRun, as_another_user: AsAnotherUser
) -> None:
    port, token = run.ports["guard"], run.token()
    with nothing_happens(run), as_another_user():
        answers = [ask(port, path) for path in READS]
        answers += [ask(port, path, "POST", {"X-Guard-Token": token}) for path in WRITES]
    for answer in answers:
        assert answer.status == 403
        assert f"you are user {NOBODY}" in answer.json()["detail"]
        assert token not in answer.body.decode()


def test_another_user_is_told_that_a_service_is_down_and_no_more(
    guarded: Guarded, as_another_user: AsAnotherUser
) -> None:
    run = guarded("web: echo a private line; nosuchcommand $WEB_FD # ${WEB_PORT:-1}")
    run.await_state("web", "BROKEN")
    pages = {}
    for accept in ("text/html", "application/json"):
        ours = ask(run.ports["web"], headers={"Accept": accept})
        with as_another_user():
            theirs = ask(run.ports["web"], headers={"Accept": accept})
        for answer in (ours, theirs):
            assert (answer.status, answer.headers["x-guard-standby"]) == (503, "BROKEN")
        pages[accept] = ours.body.decode(), theirs.body.decode()
        assert "nosuchcommand" in pages[accept][0]
        assert "nosuchcommand" not in pages[accept][1]
    mine, yours = pages["text/html"]
    secrets = (run.token(), "a private line", '<div class="actions" >')
    assert [secret in mine for secret in secrets] == [True] * 3
    assert [secret in yours for secret in secrets] == [False] * 3
    assert '<div class="actions" hidden>' in yours
    assert "Another user of this computer runs it" in yours


class Foreign(BaseHTTPRequestHandler):
    """Some other site, open in the same browser."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def foreign_site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_site_in_the_same_browser_neither_reads_nor_writes(
    run: GuardRun, browser: "Browser", foreign_site: str
) -> None:
    guard = f"http://localhost:{run.ports['guard']}"
    page = browser.new_page()
    page.goto(foreign_site)
    read = "url => fetch(url).then((answer) => answer.text(), () => 'unreadable')"
    write = "url => fetch(url, { method: 'POST', mode: 'no-cors' }).then(() => 0, () => 0)"
    frame = """url => new Promise((done) => {
        const frame = document.createElement('iframe');
        frame.onload = () => done(frame.contentDocument === null);
        frame.src = url;
        document.body.append(frame);
    })"""
    with nothing_happens(run):
        ending = [path for path in READS if path != "/api/events"]
        told = [page.evaluate(read, guard + path) for path in ending]
        assert told == ["unreadable"] * len(ending)
        for path in WRITES:
            page.evaluate(write, guard + path)
        assert page.evaluate(frame, guard)
    page.close()


def test_a_name_that_was_made_to_point_here_meets_a_refusal(
    run: GuardRun, browser: "Browser"
) -> None:
    page = browser.new_page()
    # Browsers take every name below localhost for this machine, as a rebound name would be.
    answer = page.goto(f"http://evil.localhost:{run.ports['guard']}/")
    assert answer is not None
    assert answer.status == 403
    assert run.token() not in page.content()
    page.close()
    until(lambda: run.service("web")["state"] == "READY", "web runs on")
