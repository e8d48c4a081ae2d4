"""Right to left: a title in such a script, and the page as a whole for a language that runs so."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.app import App
    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

HEBREW = "שלום, עולם!"
ARABIC = "أهلاً بالعالم؟ (2)"
ENGLISH = "Hello, world!"

# Where the first letter and the last sign of a text are drawn, from the left.
ENDS = """(node) => {
  const text = document.createTreeWalker(node, NodeFilter.SHOW_TEXT).nextNode();
  const place = (from, to) => {
    const range = document.createRange();
    range.setStart(text, from);
    range.setEnd(text, to);
    const { left, right } = range.getBoundingClientRect();
    return (left + right) / 2;
  };
  return [place(0, 1), place(text.length - 1, text.length)];
}"""
SIDES = """(node) => {
  if (node.matches('textarea, [style]')) {
    const { left, right } = node.getBoundingClientRect();
    return [left, right];
  }
  const range = document.createRange();
  range.selectNodeContents(node);
  const { left, right } = range.getBoundingClientRect();
  return [left, right];
}"""


def call(stack: GuardRun, title: str) -> None:
    """Give all downloads that title, as their site would have."""
    database = Path(stack.environment["DATA_DIR"]) / "app.db"
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute("UPDATE downloads SET title = ?", [title])


@pytest.mark.parametrize(
    ("title", "direction"), [(HEBREW, "rtl"), (ARABIC, "rtl"), (ENGLISH, "ltr")]
)
def test_a_title_is_read_in_its_own_direction_and_keeps_to_the_page_s_side(
    app: App, stack: GuardRun, media: MediaSource, title: str, direction: str
) -> None:
    page = app.page
    app.paste(media.short)
    app.await_done(app.row("short"))
    call(stack, title)
    app.open()
    demand_direction(page.get_by_role("main").get_by_title(title).first, direction)
    page.get_by_role("link", name="Library").click()
    entry = page.get_by_role("list", name="Library").get_by_role("listitem")
    demand_direction(entry.get_by_title(title).first, direction)


def demand_direction(shown: Locator, direction: str) -> None:
    """Its signs are in the order in which they are read, and its line begins where others do."""
    expect(shown).to_have_css("direction", direction)
    first, last = shown.evaluate(ENDS)
    assert (first > last) == (direction == "rtl"), "what ends a sentence stands at its end"
    left, _ = shown.evaluate(SIDES)
    box = shown.bounding_box()
    assert box
    assert abs(left - box["x"]) < 2, "the page's lines begin at the left"


def places(page: Page) -> dict[str, tuple[float, float]]:
    """The left and the right end of what the page consists of."""
    banner, main = page.get_by_role("banner"), page.get_by_role("main")
    parts = {
        "brand": banner.get_by_role("link").first,
        "status": page.get_by_title("Connection and services"),
        "settings": banner.get_by_role("button", name="Settings"),
        "title": page.get_by_role("heading", level=1),
        "field": main.locator("textarea"),
        "download": main.get_by_role("button", name="Download", exact=True),
        "name": main.get_by_role("listitem").get_by_title("clip"),
        "cancel": main.get_by_role("listitem").get_by_title("Cancel"),
        "done so far": main.locator("li > span[style*=scaleX]"),
    }
    return {name: tuple(part.evaluate(SIDES)) for name, part in parts.items()}


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_its_own_mirror_image(app: App, media: MediaSource, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 1400})
    media.throttle = 250_000
    app.paste(media.mp4)
    row = app.row("clip")
    app.await_progress(row, beyond=20)
    row.get_by_title("Pause").click()
    expect(row.get_by_text("Paused", exact=True)).to_be_visible()
    before = places(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    screen = page.evaluate("document.documentElement.clientWidth")
    mirrored = {name: (screen - right, screen - left) for name, (left, right) in before.items()}
    assert before["brand"][1] < before["status"][0]
    assert places(page) == {name: pytest.approx(ends, abs=2) for name, ends in mirrored.items()}
    page.evaluate("document.documentElement.dir = 'ltr'")
