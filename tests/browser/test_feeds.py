"""A podcast feed from the page: of a search of the library, and of a subscription."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import httpx
import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.backend.feeds import Episode, publish
from tests.backend.podcast_rules import objections
from tests.browser.test_pages import subscribe

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.app import App
    from tests.media_source import MediaSource


@pytest.mark.parametrize("width", [390, 1280])
def test_a_journey(app: App, own_media: MediaSource, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_role("link", name="Subscriptions").click()
    subscribe(app, publish(own_media, Episode(1)))
    page.get_by_role("link", name="Downloads").click()
    app.await_done(app.row("Episode 1"))
    app.paste(own_media.mp4)
    app.await_done(app.row("clip"))

    page.get_by_role("link", name="Library").click()
    page.get_by_role("searchbox").fill("clip")
    expect(page.get_by_text("1 entry", exact=True)).to_be_visible()
    page.get_by_role("button", name="Podcast").click()
    sheet = page.get_by_role("dialog", name="Podcast feed")
    expect(sheet.get_by_label("Title")).to_have_value("clip")
    sheet.get_by_label("Title").fill(" ")
    sheet.get_by_role("button", name="Create a feed").click()
    expect(sheet.get_by_role("alert")).to_contain_text("The title is empty")
    sheet.get_by_label("Title").fill("My clips")
    sheet.get_by_role("button", name="Create a feed").click()
    address = sheet.get_by_label("The address of My clips", exact=True).input_value()
    assert episodes(address) == ["clip"]
    assert violations(page) == []

    page.keyboard.press("Escape")
    page.get_by_role("link", name="Subscriptions").click()
    page.get_by_role("button", name="Podcast feed of A feed").click()
    expect(sheet.get_by_role("listitem")).to_have_count(1)
    sheet.get_by_role("button", name="Create a feed").click()
    other = sheet.get_by_label("The address of A feed", exact=True).input_value()
    assert episodes(other) == ["Episode 1"]
    remove(page, sheet, "My clips")
    assert httpx.get(address, trust_env=False, timeout=30).status_code == 404
    with page.expect_response(lambda one: one.request.method == "GET" and "/api/feeds" in one.url):
        remove(page, sheet, "A feed")
    expect(sheet.get_by_label("The address of A feed", exact=True)).to_have_count(0)


def remove(page: Page, sheet: Locator, title: str) -> None:
    """Taken back once, by its notice above the sheet; meant the second time."""
    row = sheet.get_by_role("listitem").filter(has_text=title)
    for end in ("Undo", "Close"):
        expect(row).to_have_count(1)
        row.get_by_role("button", name=f"Remove the feed {title}").click()
        expect(row).to_have_count(0)
        notice = page.locator("[data-notices]").get_by_role("button", name=end, include_hidden=True)
        with nullcontext() if end == "Undo" else page.expect_response("**/api/feeds/*"):
            notice.click()
    expect(row).to_have_count(0)
    expect(sheet).to_be_visible()


def episodes(address: str) -> list[str | None]:
    """The titles of what a podcast app finds there, with its first file asked for in part."""
    answer = httpx.get(address, trust_env=False, timeout=30)
    assert objections(answer.content, address) == []
    items = list(ET.fromstring(answer.content).iter("item"))  # noqa: S314 - our own
    file = items[0].find("enclosure")
    assert file is not None
    assert urlsplit(file.get("url")).netloc == urlsplit(address).netloc
    part = httpx.get(
        file.get("url", ""), headers={"Range": "bytes=0-9"}, trust_env=False, timeout=30
    )
    assert (part.status_code, len(part.content)) == (206, 10)
    return [item.findtext("title") for item in items]
