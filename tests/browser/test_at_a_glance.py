"""What is seen without a click: in the tab, on a wide screen, of a long title."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright._impl._api_structures import FloatRect
    from playwright.sync_api import Locator

    from tests.browser.app import App
    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

LONG = "A title of many words that goes on and on " * 12
LINES = """(one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  const { top, bottom } = one.getBoundingClientRect();
  const tops = [...range.getClientRects()].map((line) => Math.round(line.top));
  return new Set(tops.filter((line) => line >= top - 2 && line < bottom - 2)).size;
}"""


def test_the_tab_tells_how_it_goes_and_what_has_failed(app: App, media: MediaSource) -> None:
    page = app.page
    icon = page.locator("link[rel=icon]")
    own = icon.get_attribute("href")
    media.throttle = 50_000
    app.paste(media.mp4)
    expect(page).to_have_title(re.compile(r"^\d+ % · 1 running · \d+:\d\d left · SY Media"))
    expect(icon).to_have_attribute("href", re.compile("^data:image/svg"))
    app.row("clip").get_by_title("Pause").click()
    expect(page).to_have_title("SY Media Downloader")
    expect(icon).to_have_attribute("href", str(own))
    app.paste(media.missing)
    expect(page).to_have_title("1 failed · SY Media Downloader")
    expect(icon).to_have_attribute("href", re.compile("d33"))
    page.get_by_role("link", name="Library").click()
    expect(page).to_have_title("1 failed · Library · SY Media Downloader")


def box(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found
    return found


@pytest.mark.parametrize(("width", "columns"), [(1599, 1), (1600, 2), (2560, 2)])
def test_a_wide_screen_has_what_runs_beside_what_is_over(
    app: App, media: MediaSource, width: int, columns: int
) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    app.paste(media.short)
    app.await_done(app.row("short"))
    media.throttle = 20_000
    app.paste(media.mp4)
    running, done = page.locator("li[data-state=running]"), page.locator("li[data-state=done]")
    expect(running).to_be_visible()
    one, other = box(running), box(done)
    beside = other["x"] >= one["x"] + one["width"] and other["y"] < one["y"] + one["height"]
    below = other["x"] == one["x"] and other["y"] >= one["y"] + one["height"]
    assert (beside, below) == (columns == 2, columns == 1)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_title_has_two_lines_and_is_told_whole_by_its_tip(
    app: App, stack: GuardRun, media: MediaSource, width: int
) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    app.paste(media.short)
    app.await_done(app.row("short"))
    database = Path(stack.environment["DATA_DIR"]) / "app.db"
    with closing(sqlite3.connect(database, timeout=10)) as connection, connection:
        connection.execute("UPDATE downloads SET title = ?", [LONG.strip()])
    app.open()
    shown = page.get_by_role("main").get_by_title(LONG.strip()).first
    assert shown.evaluate(LINES) == 2
    page.get_by_role("link", name="Library").click()
    entry = page.get_by_role("list", name="Library").get_by_role("listitem")
    assert entry.get_by_title(LONG.strip()).first.evaluate(LINES) == 2
