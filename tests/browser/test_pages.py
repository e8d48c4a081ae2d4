"""Every page of the app: judged by axe in both themes, on a phone, and with many entries."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Literal

from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.backend.feeds import Episode, publish
from tests.browser.app import App, await_stillness
from tests.browser.thumb import too_small
from tests.conftest import PATIENCE
from tests.stack.harness import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

MANY = 10_000
WIDTHS = (320, 360, 800)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def overflow(page: Page, width: int) -> int:
    """Pixels by which the page is wider than a screen of that width."""
    page.set_viewport_size({"width": width, "height": 740})
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(wider))


def subscribe(app: App, url: str) -> None:
    app.page.get_by_role("button", name="Subscribe", exact=True).click()
    dialog = app.page.get_by_role("dialog")
    dialog.get_by_label("Link").fill(url)
    dialog.get_by_role("button", name="Subscribe").click()
    expect(dialog).to_have_count(0)


def show_subscriptions(app: App, media: MediaSource, *, form: bool) -> None:
    """One that works and one that does not; or the form with what is wrong in it."""
    page = app.page
    publish(media, Episode(1), name="pages.rss")
    page.get_by_role("link", name="Subscriptions").click()
    if form:
        page.get_by_role("button", name="Subscribe", exact=True).click()
        page.get_by_text("Filters").click()
        page.get_by_label("The title matches").fill("(")
        page.get_by_role("dialog").get_by_role("button", name="Subscribe").click()
        expect(page.get_by_role("alert").first).to_be_visible()
        return
    subscribe(app, f"{media.base}/none.rss")
    subscribe(app, f"{media.base}/pages.rss")
    expect(page.get_by_role("heading", name="A feed")).to_be_visible()
    expect(page.get_by_text("There is nothing at this address")).to_be_visible()


def show(app: App, what: str, media: MediaSource) -> None:  # noqa: C901 - one case for each state
    """Bring the app into one of its states."""
    page = app.page
    if what in {"subscriptions", "subscribing"}:
        show_subscriptions(app, media, form=what == "subscribing")
        return
    if what == "nothing yet":
        expect(page.get_by_text("Nothing here yet")).to_be_visible()
    elif what == "downloads":
        media.throttle = 100_000
        app.paste(media.missing, media.mp4, media.hls)
        expect(app.row("missing").get_by_text("Failed")).to_be_visible()
        app.await_progress(app.row("clip"), beyond=0)
    elif what == "preview":
        app.link_field.fill(media.mp4)
        expect(page.get_by_role("main").get_by_text("clip", exact=True)).to_be_visible()
        page.get_by_text("More options").click()
        expect(page.get_by_text("Embed")).to_be_visible()
    elif what == "library":
        app.paste(media.mp4)
        app.await_done(app.row("clip"))
        page.get_by_role("link", name="Library").click()
        expect(page.get_by_role("button", name="Play: clip")).to_be_visible()
    elif what == "services":
        app.status.click()
        expect(page.get_by_role("button", name="Restart web")).to_be_visible()
    elif what == "unknown address":
        page.goto(f"{app.url}/nowhere")
        expect(page.get_by_role("heading", name="There is no page")).to_be_visible()
    elif what == "settings":
        page.get_by_role("button", name="Settings").click()
        expect(page.get_by_role("dialog")).to_be_visible()
    elif what == "podcast feed":
        page.get_by_role("link", name="Library").click()
        page.get_by_role("button", name="Podcast").click()
        page.get_by_role("button", name="Create a feed").click()
        expect(page.get_by_label("The address of Library", exact=True)).to_be_visible()
    elif what == "selecting":
        page.get_by_role("link", name="Library").click()
        page.get_by_role("button", name="Select").click()
        page.get_by_role("checkbox").first.check()
        expect(page.get_by_role("toolbar")).to_be_visible()
    elif what == "wrong link":
        app.paste("example")
        expect(page.get_by_role("alert")).to_be_visible()
    elif what == "queue, held":
        media.throttle = 20_000
        app.paste(f"{media.mp4}?1", f"{media.mp4}?2")
        page.get_by_role("button", name="Pause all").click()
        expect(page.get_by_text("Everything is paused.")).to_be_visible()
        page.get_by_role("button", name=re.compile("at once")).click()
        expect(page.get_by_role("dialog", name="Queue")).to_be_visible()


STATES = (
    "nothing yet",
    "downloads",
    "preview",
    "library",
    "selecting",
    "subscriptions",
    "subscribing",
    "services",
    "settings",
    "podcast feed",
    "unknown address",
    "wrong link",
    "queue, held",
)


def test_axe_objects_to_nothing_on_any_page(app: App, own_media: MediaSource) -> None:
    media = own_media
    objections = {}
    for state in STATES:
        app.open()
        show(app, state, media)
        for scheme in SCHEMES:
            app.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await_stillness(app.page)
            objections[f"{state}, {scheme}"] = violations(app.page)
        media.throttle = 0
    assert not any(objections.values()), json.dumps(objections, indent=2)


def test_each_page_fits_a_narrow_screen_and_what_is_pressed_a_thumb(
    app: App, own_media: MediaSource
) -> None:
    page = app.page
    page.set_viewport_size({"width": min(WIDTHS), "height": 740})
    wider: dict[tuple[str, int], int] = {}
    small = {}
    for state in STATES:
        app.open()
        show(app, state, own_media)
        own_media.throttle = 0
        wider |= {(state, width): overflow(page, width) for width in WIDTHS}
        page.set_viewport_size({"width": 390, "height": 844})
        small[state] = too_small(page)
        page.set_viewport_size({"width": min(WIDTHS), "height": 740})
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "16px"
    assert not any(wider.values()), wider
    assert not any(small.values()), json.dumps(small, indent=2)


def test_from_right_to_left_each_page_fits_its_screen_too(app: App, media: MediaSource) -> None:
    """As it will for a language that does; where each part is, `test_directions.py` measures."""
    page = app.page
    mirrored: dict[tuple[str, int], int] = {}
    for state in STATES:
        app.open()
        page.evaluate("document.documentElement.dir = 'rtl'")
        show(app, state, media)
        media.throttle = 0
        mirrored |= {(state, width): overflow(page, width) for width in (320, 1280)}
    assert not any(mirrored.values()), mirrored


def test_the_page_speaks_german_to_a_german_browser(app: App, stack: GuardRun) -> None:
    browser = app.page.context.browser
    assert browser is not None
    context = browser.new_context(locale="de-DE")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Link einfügen. Datei behalten.")).to_be_visible()
    expect(page.get_by_title("Verbindung und Dienste")).to_have_text("Verbunden")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    context.close()
    assert stack.service("web")["state"] == "READY"


def test_ten_thousand_entries_scroll_with_only_those_in_sight_drawn(
    start_stack: Callable[..., GuardRun], page: Page, media: MediaSource, tmp_path: Path
) -> None:
    app = App.of(start_stack(), page)
    app.paste(media.mp4)
    app.await_done(app.row("clip"))
    multiply(tmp_path / "data" / "app.db", MANY)
    app.open("/library")
    expect(page.get_by_role("button", name="Play: Entry 9999", exact=True)).to_be_visible()
    most = 0
    for _ in range(30):
        page.mouse.wheel(0, 4000)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        most = max(most, page.get_by_role("listitem").count())
    expect(page.get_by_role("button", name="Play: Entry 9999", exact=True)).to_have_count(0)
    assert 0 < most < 120
    page.get_by_role("searchbox").fill("4321")
    expect(page.get_by_role("button", name="Play: Entry 4321", exact=True)).to_be_visible()


def test_all_of_ten_thousand_are_selected_removed_and_brought_back(
    start_stack: Callable[..., GuardRun], page: Page, media: MediaSource, tmp_path: Path
) -> None:
    app = App.of(start_stack(), page)
    app.paste(media.mp4)
    app.await_done(app.row("clip"))
    database = tmp_path / "data" / "app.db"
    multiply(database, MANY)
    app.open("/library")
    expect(page.get_by_text("10,001 entries")).to_be_visible()

    def select_all_but_one() -> None:
        page.get_by_role("button", name="Select").click()
        page.get_by_role("button", name="Select all 10,001").click()
        page.get_by_role("checkbox", name="Select Entry 9999", exact=True).uncheck()
        expect(page.get_by_text("10,000 selected")).to_be_visible()
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_text("10,000 entries removed", exact=True)).to_be_visible()
        expect(page.get_by_text("1 entry", exact=True)).to_be_visible()

    select_all_but_one()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("10,001 entries")).to_be_visible()
    assert rows(database) == MANY + 1
    select_all_but_one()
    page.get_by_role("button", name="Close").click()  # it is meant
    until(lambda: rows(database) == 1, "they are gone")
    expect(page.get_by_role("button", name="Play: Entry 9999", exact=True)).to_be_visible()


def rows(database: Path) -> int:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        return int(connection.execute("SELECT count(*) FROM downloads").fetchone()[0])


def multiply(database: Path, times: int) -> None:
    """Repeat the one download that is there, under other ids and titles."""
    with sqlite3.connect(database, timeout=10) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM downloads").fetchone())
        last = row.pop("number")
        del row["bytes_key"], row["duration_key"]  # the database computes them
        columns = ", ".join(["number", *row])
        marks = ", ".join("?" for _ in range(len(row) + 1))
        copies = (
            [
                last + 1 + n,
                *(row | {"id": f"{n:05d}{row['id'][5:]}", "title": f"Entry {n}"}).values(),
            ]
            for n in range(times)
        )
        connection.executemany(f"INSERT INTO downloads ({columns}) VALUES ({marks})", copies)  # noqa: S608 - its own columns
    connection.close()
