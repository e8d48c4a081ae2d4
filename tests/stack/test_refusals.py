"""Why the guard refuses: in the language of who asks, of a kind and with values for programs."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from scripts.guard.attach.protocol import PROTOCOL
from scripts.guard.pages import words
from tests.conftest import AsAnotherUser
from tests.stack.conftest import Guarded
from tests.stack.harness import Answer, GuardRun, ask, toy

LANGUAGES = words.languages()


class Refused(NamedTuple):
    kind: str
    status: int
    method: str
    path: str
    values: tuple[str, ...] = ()
    """The names of what stands in it."""
    headers: Mapping[str, str] = {}
    port: str = "guard"


REFUSALS = (
    Refused("foreign-host", 403, "GET", "/api/status", headers={"Host": "evil.example"}),
    Refused("foreign-page", 403, "GET", "/api/lines", headers={"Sec-Fetch-Site": "cross-site"}),
    Refused("foreign-host", 403, "GET", "/", headers={"Host": "evil.example"}, port="web"),
    Refused("not-allowed", 403, "POST", "/api/restart", headers={"X-Guard-Token": "wrong"}),
    Refused("nothing-there", 404, "GET", "/api/nothing", ("method", "path")),
    Refused("nothing-there", 404, "POST", "/api/nothing", ("method", "path")),
    Refused("no-service", 404, "GET", "/api/logs/nobody", ("name",)),
    Refused("no-service", 404, "POST", "/api/services/nobody/restart", ("name",)),
    Refused("no-service", 404, "POST", "/api/services/nobody/attach", ("name",)),
    Refused("bad-question", 422, "GET", "/api/lines?limit=x", ("most",)),
    Refused("bad-question", 422, "GET", "/api/lines?level=loud", ("levels",)),
    Refused("bad-question", 422, "GET", "/api/logs/web?tail=x", ("most",)),
    Refused("upgrade-needed", 426, "POST", "/api/services/web/attach", ("protocol",)),
    Refused(
        "not-running",
        409,
        "POST",
        "/api/services/web/attach",
        ("name", "state", "typed"),
        {"Upgrade": PROTOCOL},
    ),
    Refused("ports-taken", 409, "POST", "/api/services/api/start", ("port", "setting")),
)


@pytest.fixture(scope="module")
def run(guarded_once: Guarded) -> Iterator[GuardRun]:
    """A guard whose web was stopped, and whose api was left out and finds its port taken."""
    run = guarded_once(toy("web"), toy("api"), up=("web",))
    run.await_state("web", "READY")
    run.post("/api/services/web/stop")
    run.await_state("web", "STOPPED")
    with socket.create_server(("127.0.0.1", run.ports["api"])):
        yield run


def asked(run: GuardRun, refused: Refused, language: str) -> dict[str, Any]:
    headers = {"Accept-Language": language, "X-Guard-Token": run.token()} | dict(refused.headers)
    answer = ask(run.ports[refused.port], refused.path, refused.method, headers)
    return problem(answer, refused)


def problem(answer: Answer, refused: Refused) -> dict[str, Any]:
    assert answer.status == refused.status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    return told


def ageless(text: str) -> str:
    """Without the age of a process, which is a second older when it is asked about again."""
    return re.sub(r"started .+? ago", "", text)


@pytest.mark.parametrize("refused", REFUSALS, ids=lambda one: f"{one.method} {one.path}")
def test_it_is_told_in_every_language_with_one_kind_and_the_same_values(
    run: GuardRun, refused: Refused
) -> None:
    told = {language: asked(run, refused, language) for language in LANGUAGES}
    assert {one["kind"] for one in told.values()} == {refused.kind}
    for one in told.values():
        values = {name: ageless(value) for name, value in one["values"].items()}
        assert values == {name: ageless(value) for name, value in told["en"]["values"].items()}
        assert set(refused.values) <= one["values"].keys()
        for name in refused.values:
            said = f"{one['detail']} {one.get('fix', '')}"
            assert one["values"][name] in said
        assert "{" not in one["detail"]
    assert len({one["detail"] for one in told.values()}) == len(LANGUAGES)
    assert ageless(asked(run, refused, "es")["detail"]) == ageless(told["en"]["detail"])


def test_a_port_that_is_taken_is_told_with_who_has_it_and_what_to_type(run: GuardRun) -> None:
    start = Refused("ports-taken", 409, "POST", "/api/services/api/start")
    port = run.ports["api"]
    told = asked(run, start, "de")
    assert told["detail"].startswith(f"Port {port} (API_PORT) ist von einem anderen Prozess belegt")
    assert "oder nimm andere Ports: API_PORT=" in told["fix"]
    assert told["values"]["port"] == str(port)


def test_a_service_that_is_down_is_told_in_the_language_of_who_asks(run: GuardRun) -> None:
    down = Refused("unavailable", 503, "GET", "/", port="web")
    told = {language: asked(run, down, language) for language in LANGUAGES}
    assert {one["kind"] for one in told.values()} == {"unavailable"}
    assert len({one["detail"] for one in told.values()}) == len(LANGUAGES)


def test_another_user_is_told_so_in_their_language(
    run: GuardRun, as_another_user: AsAnotherUser
) -> None:
    other = Refused("another-user", 403, "GET", "/api/status")
    with as_another_user():
        answers = [
            ask(run.ports["guard"], other.path, headers={"Accept-Language": language})
            for language in LANGUAGES
        ]
    told = [problem(answer, other) for answer in answers]
    assert {one["kind"] for one in told} == {"another-user"}
    assert len({one["detail"] for one in told}) == len(LANGUAGES)
    assert {one["fix"] for one in told} == {told[0]["fix"]}  # a command


def test_the_status_says_the_version_for_whoever_reports_a_bug(run: GuardRun) -> None:
    version = run.run("--version").stdout.split()[-1]
    assert run.status()["guard"]["version"] == version
    assert f"guard: version {version}, pid {run.pid}\n" in run.run("status").stdout
