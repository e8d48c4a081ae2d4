"""What nginx does with backends that are away, hang or cannot work, and whom it believes."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.containers.images import ROOT
from tests.containers.nginx import TEMPLATE, Site, serving
from tests.containers.upstreams import NAME, Upstream, answering, naming

Before = Callable[..., AbstractContextManager[tuple[httpx.Client, list[Upstream]]]]

READ_TIMEOUT = "1s"
TURNS = 4  # requests, so that each of two backends is asked first


def of_the_backend(name: str, file: str = "*.py") -> float:
    """A number that the backend's code gives a name."""
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "webapp/backend").rglob(file))
    found = [re.search(rf"^{name} = ([\d_.]+)$", source, re.MULTILINE) for source in sources]
    (value,) = (match[1] for match in found if match)
    return float(value)


@pytest.fixture
def before(tmp_path: Path, free_port: Callable[[], int]) -> Before:
    """nginx before backends of the given manners, which share a name."""

    @contextmanager
    def start(
        *manners: str, trusted: str = "192.0.2.1"
    ) -> Iterator[tuple[httpx.Client, list[Upstream]]]:
        port = free_port()
        with (
            answering(port, *manners) as upstreams,
            naming(free_port(), len(manners)) as resolver,
            serving(
                Site(
                    f"{NAME}:{port}",
                    resolver=resolver,
                    trusted=trusted,
                    read_timeout=READ_TIMEOUT,
                ),
                free_port(),
                tmp_path,
            ) as client,
        ):
            yield client, upstreams

    return start


@pytest.mark.parametrize("bad", ["away", "hangs", "cannot work"])
def test_a_reading_request_is_answered_by_another_backend(before: Before, bad: str) -> None:
    with before(bad, "answers") as (client, _):
        answers = [client.get("/api/queue") for _ in range(TURNS)]
        assert [(answer.status_code, answer.text) for answer in answers] == [
            (200, "127.0.0.2")
        ] * TURNS


def test_a_backend_that_is_away_costs_a_change_nothing(before: Before) -> None:
    with before("away", "answers") as (client, _):
        answers = [client.post("/api/downloads", json={}) for _ in range(TURNS)]
        assert [answer.status_code for answer in answers] == [200] * TURNS


@pytest.mark.parametrize("bad", ["hangs", "cannot work"])
def test_a_change_that_may_have_been_read_is_not_sent_twice(before: Before, bad: str) -> None:
    with before(bad, "answers") as (client, upstreams):
        for turn in range(TURNS):
            client.post(f"/api/downloads/{turn}/pause")
        asked = [path for upstream in upstreams for _, path, _ in upstream.asked]
        assert sorted(asked) == [f"/api/downloads/{turn}/pause" for turn in range(TURNS)]
        assert upstreams[0].asked, "the bad one was never asked: nothing has been tried"


@pytest.mark.parametrize(("manner", "status"), [("away", 502), ("hangs", 504)])
def test_without_any_backend_the_answer_is_a_problem_with_a_fix(
    before: Before, manner: str, status: int
) -> None:
    with before(manner) as (client, _):
        answer = client.get("/api/queue")
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"
        problem = json.loads(answer.text)
        assert problem["status"] == status
        assert problem["service"] == "api"
        assert "docker compose logs backend" in problem["fix"]


def test_a_body_may_be_as_large_as_for_the_backend(before: Before) -> None:
    most = int(of_the_backend("MAX_BYTES", "limits.py"))
    with before("answers") as (client, upstreams):
        assert client.post("/api/downloads", content=b"x" * most).status_code == 200
        refused = client.post("/api/downloads", content=b"x" * (most + 1))
        assert refused.status_code == 413
        assert refused.headers["content-type"] == "application/problem+json"
        assert f"{most // 1_000_000} MB" in refused.json()["detail"]
        assert len(upstreams[0].asked) == 1


CLAIMS = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


def forwarded(upstream: Upstream) -> tuple[str, str]:
    _, _, headers = upstream.asked[-1]
    return headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]


def test_nobody_says_who_the_client_is(before: Before) -> None:
    with before("answers") as (client, (upstream,)):
        client.get("/api/queue", headers=CLAIMS)
        assert forwarded(upstream) == ("127.0.0.1", "http")


def test_but_the_trusted_proxy_does(before: Before) -> None:
    with before("answers", trusted="127.0.0.0/8") as (client, (upstream,)):
        client.get("/api/queue", headers=CLAIMS)
        assert forwarded(upstream) == ("203.0.113.9", "https")
        client.get("/api/queue", headers=CLAIMS | {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
        assert forwarded(upstream) == ("203.0.113.9", "https"), "the client adds addresses in front"
        client.get("/api/queue")
        assert forwarded(upstream) == ("127.0.0.1", "http")


def test_probes_stay_out_of_the_log(before: Before, tmp_path: Path) -> None:
    with before("answers") as (client, _):
        for path in ("/healthz", "/health", "/ready", "/api/queue"):
            assert client.get(path).status_code == 200
    logged = re.findall(r'"GET (\S+)', (tmp_path / "log").read_text())
    assert logged == ["/api/queue"]


def test_no_log_has_the_address_of_a_feed(before: Before, tmp_path: Path) -> None:
    secret = "x" * 43
    with before("away") as (client, _):
        for path in (f"/api/podcasts/{secret}/feed.xml", "/api/queue"):
            assert client.get(path).status_code == 502
    logs = (tmp_path / "log").read_text(), (tmp_path / "errors").read_text()

    assert all("/api/queue" in log for log in logs)
    assert secret not in "".join(logs)


def test_what_lasts_has_its_own_time() -> None:
    """An event stream may be silent between two pings, a preview takes as long as its source."""
    text = TEMPLATE.read_text(encoding="utf-8")
    seconds = {
        route: int(value)
        for route, value in re.findall(
            r"location (?:[=~] )?(\S+) \{\n(?:\s+access_log off;\n)?\s+proxy_read_timeout (\d+)s;",
            text,
        )
    }
    assert len(seconds) == text.count("proxy_pass")
    assert seconds["/api/events"] > 2 * of_the_backend("PING_SECONDS")
    assert seconds["/api/"] < seconds["/api/events"]


@pytest.mark.parametrize("root_path", ["", "/media"])
def test_the_page_names_its_parts_below_the_path_that_a_proxy_in_front_takes_away(
    tmp_path: Path, free_port: Callable[[], int], root_path: str
) -> None:
    page = '<link href="/icon.svg"><script src="/assets/a.js"></script>'
    (tmp_path / "index.html").write_text(page)
    site = Site("127.0.0.1:9", root=str(tmp_path), root_path=root_path)
    with serving(site, free_port(), tmp_path) as client:
        assert client.get("/library").text == page.replace('="/', f'="{root_path}/')


def test_an_address_that_leads_nowhere_is_told_by_the_page_with_status_404(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    (tmp_path / "index.html").write_text('<script src="/assets/a.js"></script>')
    site = Site("127.0.0.1:9", root=str(tmp_path), root_path="/media")
    with serving(site, free_port(), tmp_path) as client:
        answers = {path: client.get(path) for path in ("/library/", "/nowhere", "/assets/b.js")}
        assert {path: answer.status_code for path, answer in answers.items()} == {
            "/library/": 200,
            "/nowhere": 404,
            "/assets/b.js": 404,
        }
        lost = answers["/nowhere"]
        assert lost.text == '<script src="/media/assets/a.js"></script>'
        assert "script-src" in lost.headers["content-security-policy"]
        assert "script" not in answers["/assets/b.js"].text
