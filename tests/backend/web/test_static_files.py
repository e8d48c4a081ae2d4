"""The built page, sent by the backend itself."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.responses import PlainTextResponse

from web.static_files import SpaFiles

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def build(tmp_path: Path) -> Path:
    build = tmp_path / "dist"
    (build / "assets").mkdir(parents=True)
    (build / "index.html").write_text("<script>first()</script><p>the app</p>")
    (build / "assets" / "app-1a2b.js").write_text("run()")
    (tmp_path / "secret").write_text("not for you")
    return build


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
"""How a browser asks for what somebody has typed or followed."""


def ask(
    build: Path,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    *,
    root_path: str = "",
) -> httpx.Response:
    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(SpaFiles(PlainTextResponse("the API"), build, root_path))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(asking())


@pytest.mark.parametrize("path", ["/", "/library", "/library/", "/subscriptions"])
def test_every_page_of_the_app_is_the_same_file_asked_for_anew(build: Path, path: str) -> None:
    answer = ask(build, path)
    assert "the app" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_a_file_named_by_its_content_is_kept_for_ever(build: Path) -> None:
    answer = ask(build, "/assets/app-1a2b.js")
    assert answer.text == "run()"
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("taken", "encoding"),
    [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None)],
)
def test_a_script_is_sent_compressed_to_whoever_takes_that(
    build: Path, taken: str, encoding: str | None
) -> None:
    script = "run();" * 1000
    file = build / "assets" / "start-3c4d.js"
    file.write_text(script)
    file.with_name("start-3c4d.js.gz").write_bytes(gzip.compress(script.encode()))
    file.with_name("start-3c4d.js.br").write_bytes(b"as if it were brotli")

    answer = ask(build, "/assets/start-3c4d.js", "HEAD", {"Accept-Encoding": taken})
    assert answer.headers.get("content-encoding") == encoding
    assert "javascript" in answer.headers["content-type"]
    assert answer.headers["vary"] == "Accept-Encoding"
    length = int(answer.headers["content-length"])
    assert (length < len(script)) == (encoding is not None)


def test_a_part_of_a_script_is_a_part_of_the_script_itself(build: Path) -> None:
    (build / "assets" / "app-1a2b.js.gz").write_bytes(gzip.compress(b"run()"))
    asked = {"Accept-Encoding": "gzip", "Range": "bytes=0-2"}
    assert ask(build, "/assets/app-1a2b.js", headers=asked).text == "run"


def test_only_scripts_of_the_page_itself_may_run(build: Path) -> None:
    policy = ask(build, "/").headers["content-security-policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.partition("style-src")[0]


@pytest.mark.parametrize(
    "path",
    [
        *("/api/downloads", "/health", "/nothing", "/assets", "/../secret", "/%2e%2e/secret"),
        *("/%00", "/%ff", "/" + "a" * 300),
    ],
)
def test_everything_else_is_the_api_s(build: Path, path: str) -> None:
    assert ask(build, path).text == "the API"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/nothing", "/library/old", "/assets", "/%2e%2e/secret", "/%ff"])
def test_who_looks_for_a_page_that_is_none_is_told_by_the_app_s_own(
    build: Path, path: str, method: str
) -> None:
    answer = ask(build, path, method, BROWSER)
    assert answer.status_code == 404
    assert ("the app" in answer.text) is (method == "GET")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/api/nothing", "/health", "/ready", "/openapi.json"])
def test_an_address_of_the_api_is_its_own_in_a_browser_too(build: Path, path: str) -> None:
    assert ask(build, path, headers=BROWSER).text == "the API"


def test_below_a_path_an_unknown_address_s_page_names_its_parts_with_it(build: Path) -> None:
    (build / "index.html").write_text('<script src="/assets/app-1a2b.js"></script>')
    answer = ask(build, "/nothing", headers=BROWSER, root_path="/media")
    assert (answer.status_code, answer.text) == (
        404,
        '<script src="/media/assets/app-1a2b.js"></script>',
    )


def test_so_is_everything_but_reading(build: Path) -> None:
    assert ask(build, "/", "POST").text == "the API"
    assert ask(build, "/nothing", "POST", BROWSER).text == "the API"


def test_so_is_all_of_it_where_nothing_has_been_built(tmp_path: Path) -> None:
    assert ask(tmp_path / "dist", "/").text == "the API"
    assert ask(tmp_path / "dist", "/nothing", headers=BROWSER).text == "the API"
