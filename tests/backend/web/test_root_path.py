"""The app below a path, whether the proxy takes that away or not."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from settings import SettingsError, parse
from tests.backend.api_process import DEADLINE, Api, running
from web.static_files import rooted

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = "/media"


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(
        tmp_path_factory.mktemp("below"), ROOT_PATH=f"{ROOT}/", ACCESS_TOKEN="s3cret"
    ) as api:
        yield api


@pytest.mark.parametrize("given", [ROOT, ""], ids=["handed on", "taken away"])
def test_everything_is_answered_where_the_proxy_asks_for_it(below: Api, given: str) -> None:
    bearer = {"Authorization": "Bearer s3cret"}

    assert below.client.get(f"{given}/health").status_code == 200
    assert below.client.get(f"{given}/api/queue").status_code == 401
    assert below.client.get(f"{given}/api/queue", headers=bearer).status_code == 200
    assert below.client.get(f"{given}/api/nothing", headers=bearer).status_code == 404


def test_what_only_begins_like_the_path_is_not_below_it(below: Api) -> None:
    assert below.client.get(f"{ROOT}health").status_code == 401  # no public path, and no other


@pytest.mark.parametrize("query", ["", "?url=x%20y"])
def test_the_bare_path_leads_to_the_page(below: Api, query: str) -> None:
    answer = below.client.get(f"{ROOT}{query}")
    assert (answer.status_code, answer.headers["location"]) == (308, f"{ROOT}/{query}")


@pytest.mark.parametrize("given", [ROOT, ""], ids=["handed on", "taken away"])
def test_addresses_that_are_written_have_the_path(below: Api, given: str) -> None:
    bearer = {"Authorization": "Bearer s3cret"}
    led = below.client.get(f"{given}/api/queue/", headers=bearer)
    described = below.client.get(f"{given}/openapi.json", headers=bearer).json()

    assert led.status_code == 307
    assert led.headers["location"].endswith(f"{ROOT}/api/queue")
    assert described["servers"] == [{"url": ROOT}]


@pytest.mark.parametrize(("proto", "name"), [("http", "session"), ("https", "__Secure-session")])
def test_the_cookie_is_for_the_path_alone_and_opens(below: Api, proto: str, name: str) -> None:
    headers = {"X-Forwarded-Proto": proto}
    answer = below.client.post(f"{ROOT}/api/session", json={"token": "s3cret"}, headers=headers)
    given = answer.headers["set-cookie"]
    session = given.partition(";")[0]
    headers |= {"Cookie": session}

    assert given.startswith(f"{name}=")
    assert f"Path={ROOT};" in given
    assert ("Secure" in given.partition(";")[2]) == (proto == "https")
    below.client.cookies.clear()
    assert below.client.get(f"{ROOT}/api/queue", headers=headers).status_code == 200
    gone = below.client.delete(f"{ROOT}/api/session", headers=headers).headers["set-cookie"]
    assert f"Path={ROOT};" in gone
    assert below.client.get(f"{ROOT}/api/queue", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        *("/media/media/api/queue", "//api/queue", "/media//api/queue", "/media/%2Fapi/queue"),
        *("/media%2Fapi%2Fqueue", "/media/health/../api/queue", "/health%2F..%2Fapi%2Fqueue"),
        *("/media/api/podcasts%2F..%2Fqueue", "/media/api/podcasts/../queue", "/%6dedia/api/queue"),
        *("/media/api/podcasts/%2e%2e/queue", "/media/ready;/api/queue", "/media/ready%00/x"),
        *("/media/api/session/../queue", "/media/../media/api/queue", "/api/podcasts/..%5cqueue"),
    ],
)
def test_no_spelling_of_a_path_opens_what_is_closed(below: Api, path: str) -> None:
    for headers in ({}, {"X-Forwarded-Prefix": "/health"}, {"X-Original-URL": "/health"}):
        answer = raw(below, path, **headers)
        assert answer.startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 404 ", b"HTTP/1.1 422 ")), answer


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example/api/queue/", "/media//evil.example/", "/\\evil.example/"],
)
@pytest.mark.parametrize("bearer", ["", "s3cret"])
def test_nothing_leads_to_another_host(below: Api, path: str, bearer: str) -> None:
    spoofed = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "//evil.example"}
    spoofed |= {"Authorization": f"Bearer {bearer}"}
    for asked in (path, f"/media/api/queue/?next={path}", f"/media?next={path}"):
        head = raw(below, asked, **spoofed).partition(b"\r\n\r\n")[0].decode().lower()
        places = re.findall(r"^location: (?:http://localhost)?(.*?)\r?$", head, re.MULTILINE)
        assert all(re.match(r"/(?![/\\])", place) for place in places), places


def raw(api: Api, path: str, **headers: str) -> bytes:
    """What is answered to a path as it is: clients tidy it up."""
    sent = {"Host": "localhost", "Connection": "close"} | headers
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    with socket.create_connection(("127.0.0.1", httpx.URL(api.url).port or 0), DEADLINE) as to:
        to.sendall("\r\n".join([*lines, "", ""]).encode())
        with to.makefile("rb") as answer:
            return answer.read()


def test_the_page_names_what_it_needs_below_the_path() -> None:
    page = '<link href="/icon.svg"><script src="/assets/a.js"></script><a href="//elsewhere/">'
    assert rooted(page, ROOT) == (
        '<link href="/media/icon.svg"><script src="/media/assets/a.js"></script>'
        '<a href="//elsewhere/">'
    )


@pytest.mark.parametrize(
    ("given", "root_path"),
    [("", ""), ("/", ""), ("/media", "/media"), ("/a/b.c_d-e/", "/a/b.c_d-e")],
)
def test_a_path_may_be_written_in_two_ways(given: str, root_path: str) -> None:
    assert parse({"ROOT_PATH": given}).root_path == root_path


@pytest.mark.parametrize(
    "given",
    ["media", "/me dia", '/"', "/a//b", "/../x", "/a/..", "/%6d", "/api", "/library/x", "/health"],
)
def test_a_path_that_cannot_be_is_told(given: str) -> None:
    with pytest.raises(SettingsError, match="ROOT_PATH="):
        parse({"ROOT_PATH": given})
