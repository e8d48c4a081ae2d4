"""A long library is found again where it was left: by Back, and by nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.test_pages import multiply
from tests.stack.harness import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

MANY = 1000


def test_back_finds_the_place_in_a_long_library_and_a_link_its_top(
    start_stack: Callable[..., GuardRun], page: Page, media: MediaSource, tmp_path: Path
) -> None:
    app = App.of(start_stack(), page)
    app.paste(media.short)
    app.await_done(app.row("short"))
    multiply(tmp_path / "data" / "app.db", MANY)
    app.open("/library?q=Entry")
    entry = page.get_by_role("button", name="Play: Entry 700", exact=True)

    def is_reached() -> bool:
        page.mouse.wheel(0, 2000)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        return entry.count() > 0

    page.mouse.move(400, 400)
    until(is_reached, "the list has been scrolled far down")
    entry.evaluate("(one) => one.scrollIntoView({ block: 'center' })")
    assert page.evaluate("scrollY") > 3000
    expect(entry).to_be_in_viewport()
    page.get_by_role("link", name="Downloads").click()
    expect(app.link_field).to_be_visible()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("Entry")
    expect(entry).to_be_in_viewport()

    page.get_by_role("link", name="Downloads").click()
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_role("button", name="Play: Entry 999", exact=True)).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0
