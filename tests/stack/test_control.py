"""The control API as docs/architecture.md describes it."""

import json
import re
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, toy

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
ROUTES = re.findall(r"^\| `(GET|POST) (/\S*)` \|", DOCUMENT, re.MULTILINE)


@pytest.fixture(scope="module")
def asked(guarded_once: Guarded) -> GuardRun:
    """One that is only asked."""
    run = guarded_once(toy("web"))
    run.await_state("web", "READY")
    run.await_output("web is up")
    return run


def test_every_documented_route_is_there(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    assert len(ROUTES) == 14
    # What ends the guard comes last; an event stream would not end at all.
    ordered = sorted(ROUTES, key=lambda route: route[1] == "/api/stop")
    for method, path in ordered:
        if path == "/api/events":
            continue
        headers = {"X-Guard-Token": run.token()} if method == "POST" else {}
        answer = ask(run.ports["guard"], path.replace("NAME", "web"), method, headers)
        expected = 200 if method == "GET" else 202
        assert answer.status == (426 if path.endswith("attach") else expected), path
    assert run.await_end() == 0


def test_head_is_answered_as_get_without_the_body(guarded: Guarded) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    for method, path in ROUTES:
        if method == "GET":
            answer = ask(run.ports["guard"], path.replace("NAME", "web"), "HEAD")
            assert (answer.status, answer.body) == (200, b""), path
    run.post("/api/services/web/stop")
    run.await_state("web", "STOPPED")
    answer = ask(run.ports["web"], method="HEAD", headers={"Accept": "text/html"})
    assert (answer.status, answer.body) == (503, b"")
    assert answer.headers["x-guard-standby"] == "STOPPED"
    assert "error" not in run.output().lower()


def test_a_page_of_one_port_reads_why_another_is_down(guarded: Guarded) -> None:
    run = guarded(toy("web"), toy("api"))
    run.await_state("api", "READY")
    run.post("/api/services/api/stop")
    run.await_state("api", "STOPPED")
    ours = {"Origin": f"http://localhost:{run.ports['web']}"}
    asks = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "content-type,x-own",
    }
    allowed = ask(run.ports["api"], "/thing", "OPTIONS", {**ours, **asks})
    assert allowed.status == 204
    assert allowed.headers["access-control-allow-methods"] == "PATCH"
    assert allowed.headers["access-control-allow-headers"] == "content-type,x-own"
    assert allowed.headers["access-control-max-age"] == "0"
    told = ask(run.ports["api"], "/thing", "PATCH", ours)
    assert told.status == 503
    for answer in (allowed, told):
        assert answer.headers["access-control-allow-origin"] == ours["Origin"]
        assert answer.headers["access-control-allow-credentials"] == "true"
        exposed = answer.headers["access-control-expose-headers"]
        assert exposed == "Retry-After, X-Guard-Standby"
    for method in ("OPTIONS", "PATCH"):
        foreign = ask(run.ports["api"], "/thing", method, {"Origin": "http://evil.example", **asks})
        assert "access-control-allow-origin" not in foreign.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/logs/nosuch", 404),
        ("/api/logs/web?tail=-1", 422),
        ("/api/logs/web?tail=10001", 422),
        (f"/api/logs/web?tail={'9' * 6000}", 422),
        ("/api/logs/web?tail=%D9%A3", 422),
        ("/nosuch", 404),
        ("/api/services/web/restart", 404),
    ],
)
def test_what_makes_no_sense_is_refused_as_a_problem(
    asked: GuardRun, path: str, status: int
) -> None:
    answer = ask(asked.ports["guard"], path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert "Task exception" not in asked.output()


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 6000, "1e3"])
def test_a_reader_that_says_nonsense_of_where_it_was_is_given_everything(
    asked: GuardRun, after: str
) -> None:
    import socket

    port = asked.ports["guard"]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as reader:
        target = f"/api/events?logs=web&after={after}"
        reader.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        stream = reader.makefile("r", encoding="utf-8")
        while not (line := next(stream)).startswith('data: [{"service'):
            pass
    assert json.loads(line[6:])[0]["text"] == "web is up"
