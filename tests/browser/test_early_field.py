"""A link can be typed before the page's scripts are there, and nothing of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from web.static_files import rooted

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page, Route

LINK = "https://videos.example.org/watch?v=early"


class SlowScripts:
    """The built page without a backend, whose scripts come when they are let go."""

    def __init__(self, page: Page, dist: Path, root: str) -> None:
        self._dist, self._root = dist, root
        self._held: list[Route] | None = []
        page.route("**/*", self._answer)
        page.goto(f"http://localhost{root}/", wait_until="commit")

    def come(self) -> None:
        held, self._held = self._held, None
        for route in held or []:
            self._answer(route)

    def _answer(self, route: Route) -> None:
        whole = urlsplit(route.request.url).path
        path = whole.removeprefix(self._root).lstrip("/") or "index.html"
        if not whole.startswith(f"{self._root}/") or not (self._dist / path).is_file():
            route.fulfill(status=503)
        elif path == "index.html":
            page = (self._dist / path).read_text(encoding="utf-8")
            route.fulfill(body=rooted(page, self._root), content_type="text/html; charset=utf-8")
        elif self._held is not None and path.endswith(".js"):
            self._held.append(route)
        else:
            route.fulfill(path=self._dist / path)


@pytest.fixture(params=["", "/media"], ids=["at the root", "below a path"])
def scripts(page: Page, dist: Path, request: pytest.FixtureRequest) -> SlowScripts:
    return SlowScripts(page, dist, request.param)


@pytest.fixture
def field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Link to a video or a song")


def test_what_was_typed_stays_with_its_caret(
    page: Page, scripts: SlowScripts, field: Locator
) -> None:
    expect(field).to_be_focused()
    page.keyboard.type(LINK)
    page.keyboard.press("ArrowLeft")
    scripts.come()
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_visible()
    expect(field).to_have_value(LINK)
    expect(field).to_be_focused()
    assert page.evaluate("document.activeElement.selectionStart") == len(LINK) - 1


def test_enter_counts(page: Page, scripts: SlowScripts, field: Locator) -> None:
    expect(field).to_be_focused()
    page.keyboard.type(LINK)
    page.keyboard.press("Enter")
    with page.expect_request(lambda request: "/api/downloads?" in request.url) as asked:
        scripts.come()
    assert LINK in (asked.value.post_data or "")
