"""What failed downloads have left behind is listed in the settings, and deleted there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.stack.harness import until

if TYPE_CHECKING:
    import httpx

    from tests.browser.app import App
    from tests.media_source import MediaSource


def test_parts_of_failed_downloads_are_deleted_one_by_one_and_all_at_once(
    app: App, api: httpx.Client, media: MediaSource
) -> None:
    media.faults["/hls/index4.ts"] = 404
    app.paste(*(f"{media.hls}?{name}" for name in ("first", "second", "third")))
    expect(app.page.locator("li[data-state=failed]")).to_have_count(3)

    app.page.get_by_role("button", name="Settings").click()
    parts = app.page.get_by_role("list", name="Parts of failed downloads")
    expect(parts.get_by_role("listitem")).to_have_count(3)
    expect(parts.get_by_role("listitem").first).to_contain_text(re.compile(r"\d (kB|MB)"))
    parts.get_by_role("button", name=re.compile("^Delete")).first.click()
    expect(parts.get_by_role("listitem")).to_have_count(2)
    app.page.get_by_role("button", name=re.compile(r"^Delete all")).click()
    expect(app.page.get_by_text("No parts are left over.")).to_be_visible()
    close = app.page.locator("[data-notices]").get_by_role(
        "button", name="Close", include_hidden=True
    )
    for left in (1, 0):
        close.last.click()
        expect(close).to_have_count(left)
    until(lambda: api.get("leftovers").json() == [], "they are gone")
    expect(app.page.locator("li[data-state=failed]")).to_have_count(3)
