"""A live stream from the page: waited for, recorded, stopped, kept and played."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.browser.test_choices import demand_nothing_beside_the_page

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.app import App
    from tests.media_source import MediaSource


def left(element: Locator) -> float:
    box = element.bounding_box()
    assert box
    return box["x"]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_journey(app: App, own_media: MediaSource, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 844})
    own_media.live.there = 4
    app.paste(own_media.live_hls)
    row = app.row("index")
    error = row.get_by_text("This is live.")
    expect(error).to_be_visible()
    assert left(error) == left(row.locator("p").first)
    row.get_by_role("button", name="More actions for").click()
    page.get_by_role("menuitem", name="Remove from list").click()
    expect(row).to_have_count(0)

    own_media.live.there = 0
    page.get_by_text("More options").click()
    page.get_by_label("If it is live").select_option("wait for it to begin")
    app.paste(own_media.live_hls)
    expect(row.get_by_text("The stream has not begun.")).to_be_visible()
    expect(row.get_by_text("It is recorded by itself once it begins.")).to_be_visible()
    assert violations(page) == []

    own_media.live.there = 4
    expect(row.get_by_text("Recording")).to_be_visible(timeout=60_000)
    demand_nothing_beside_the_page(page)
    own_media.live.there = 6
    expect(row.get_by_role("button", name="Stop and keep")).to_be_visible()
    assert violations(page) == []
    row.get_by_role("button", name="Stop and keep").click()
    app.await_done(row)

    page.get_by_role("link", name="Library").click()
    page.get_by_role("button", name="Play").click()
    expect(page.locator("video")).to_have_js_property("paused", value=False)
