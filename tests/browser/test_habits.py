"""Habits: Back, a question mark, a finger on a handle, a mistyped address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from scripts.bench.browser import wait_until
from scripts.screenshots.axe import violations
from tests.browser.app import App
from tests.conftest import PATIENCE
from tests.stack.harness import until

if TYPE_CHECKING:
    import httpx
    from playwright.sync_api import Browser, FloatRect

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun


def test_a_fresh_page_shows_its_shortcuts_and_back_closes_them(app: App) -> None:
    page = app.page
    expect(app.link_field).to_be_focused()
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    wait_until(page, "history.state?.overlay > 0")
    page.go_back()
    expect(sheet).to_have_count(0)
    expect(app.link_field).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    expect(page.get_by_role("dialog", name="Connection and services")).to_be_visible()
    wait_until(page, "history.state?.overlay > 0")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    wait_until(page, "!history.state?.overlay")


def test_back_closes_the_player_and_the_search_survives_it(app: App, media: MediaSource) -> None:
    page = app.page
    app.paste(media.mp4, media.short)
    for name in ("clip", "short"):
        app.await_done(app.row(name))
    page.get_by_role("link", name="Library").click()
    page.get_by_role("searchbox").fill("clip")
    play = page.get_by_role("button", name="Play: clip")
    expect(page.get_by_role("button", name="Play: short")).to_have_count(0)
    play.click()
    expect(page.get_by_role("dialog", name="clip")).to_be_visible()
    wait_until(page, "history.state?.overlay > 0")
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_value("clip")
    page.get_by_role("link", name="Downloads").click()
    expect(app.link_field).to_be_visible()
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("clip")
    expect(play).to_be_visible()
    page.reload()
    expect(page.get_by_role("searchbox")).to_have_value("clip")


def test_an_address_that_leads_nowhere_says_so(app: App) -> None:
    answer = app.page.goto(app.url + "/nowhere")
    assert answer
    assert answer.status == 404
    expect(app.page.get_by_text("There is no page at this address.")).to_be_visible()
    app.page.get_by_role("link", name="Go to your downloads").click()
    expect(app.link_field).to_be_visible()


def test_a_page_that_cannot_be_drawn_says_so_in_words_that_are_found(app: App) -> None:
    page = app.page
    fault = "function () { throw new Error('a fault of the page'); }"
    page.evaluate("sessionStorage.setItem('fault', 'yes')")
    page.add_init_script(f"if (sessionStorage.getItem('fault')) window.URLSearchParams = {fault}")
    page.goto(app.url)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=1)).to_have_text("Something went wrong on this page.")
    assert violations(page) == []
    page.evaluate("sessionStorage.removeItem('fault')")
    main.get_by_role("button", name="Reload the page").click()
    expect(app.status).to_have_text("Connected")


def test_more_options_are_the_same_at_the_next_visit(app: App) -> None:
    page = app.page
    page.get_by_text("More options").click()
    page.get_by_role("checkbox", name="Thumbnail", exact=True).first.check()
    page.reload()
    expect(page.get_by_role("checkbox", name="Thumbnail", exact=True).first).to_be_checked()


def test_a_finger_on_the_handle_moves_a_queued_download(
    app: App, api: httpx.Client, stack: GuardRun, browser: Browser, media: MediaSource
) -> None:
    api.patch("queue", json={"concurrency": 1})
    media.throttle = 20_000
    app.paste(*(f"{media.base}/clip.mp4?{name}" for name in "abc"))
    context = browser.new_context(
        locale="en-GB", has_touch=True, viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    phone = App(page, f"http://localhost:{stack.ports['web']}").open()
    queued = page.locator("li[data-state=queued]")
    expect(queued).to_have_count(2)

    def order() -> list[str]:
        ids: list[str] = queued.evaluate_all("rows => rows.map(row => row.dataset.id)")
        return ids

    first, second = order()
    handles = page.get_by_role("button", name=re.compile("^Move "))
    with page.expect_request("**/*drag*"):
        handles.last.tap()
    wait_until(page, "document.querySelectorAll('li[data-sortable]').length === 2")
    handles.last.evaluate("handle => handle.scrollIntoView({ block: 'center' })")

    def places() -> tuple[FloatRect | None, FloatRect | None]:
        return handles.last.bounding_box(), queued.first.bounding_box()

    def at_rest() -> bool:
        before = places()
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => drawn()))")
        return places() == before

    until(at_rest, "nothing moves any more under the finger")
    start, goal = places()
    assert start
    assert goal
    session = context.new_cdp_session(page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = start["x"] + 10, start["y"] + 10
    touch("touchStart", x, y)
    expect(queued.last).to_have_attribute("data-dragged", "true")
    touch("touchMove", x, (y + goal["y"]) / 2)

    def is_over_the_first() -> bool:
        row = queued.first.bounding_box()  # what is above it may grow meanwhile
        assert row
        touch("touchMove", x, row["y"] + 5)
        return queued.first.get_attribute("data-drop") == "before"

    until(is_over_the_first, "the finger is over the first")
    touch("touchEnd", x, goal["y"] + 5)
    until(lambda: order() == [second, first], "the last one comes first")
    assert phone.page.evaluate("scrollX") == 0
    context.close()
