"""How people and links get in: with a token, out of a list, shared; and how they are told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from playwright.sync_api import expect

from scripts.bench.browser import wait_until
from tests.browser.app import App

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

TOKEN = "open sesame, please"


def test_a_locked_server_asks_for_its_token_once(
    start_stack: Callable[..., GuardRun], page: Page, media: MediaSource
) -> None:
    stack = start_stack(ACCESS_TOKEN=TOKEN)
    page.goto(f"http://localhost:{stack.ports['web']}")
    app = App(page, page.url.rstrip("/"))
    expect(app.status).to_have_text("Locked")
    page.get_by_label("Access token").fill("open barley")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("alert")).to_contain_text("That is not the access token.")
    page.get_by_label("Access token").fill(TOKEN)
    page.get_by_role("button", name="Unlock").click()
    expect(app.status).to_have_text("Connected")
    app.paste(media.short)
    app.await_done(app.row("short"))
    page.reload()
    expect(app.status).to_have_text("Connected")
    assert app.save(app.row("short")) == (media.folder / "short.mp4").read_bytes()


def test_of_a_list_only_what_is_chosen_is_downloaded(app: App, media: MediaSource) -> None:
    videos = "".join(f'<video src="/short.mp4?{n}"></video>' for n in range(4))
    (media.folder / "list.html").write_text(f"<html><title>Four</title>{videos}</html>")
    page = app.page
    app.link_field.fill(f"{media.base}/list.html")
    picker = page.get_by_role("group", name="Choose what to download")
    expect(picker).to_contain_text("4 of 4 selected")
    picker.get_by_role("checkbox", name="All").click()
    expect(page.get_by_role("button", name="Download", exact=True)).to_be_disabled()
    picker.get_by_role("checkbox").nth(1).check()
    picker.get_by_role("checkbox").nth(3).check()
    page.get_by_role("button", name="Download 2").click()
    done = page.locator("li[data-state=done]")
    expect(done).to_have_count(2)
    expect(app.row("Failed")).to_have_count(0)
    expect(app.link_field).to_have_value("")


def test_a_link_shared_by_another_app_waits_in_the_field(app: App, media: MediaSource) -> None:
    text = quote(f"Look at this: {media.mp4}")
    app.open(f"/?title=A+clip&text={text}")
    expect(app.link_field).to_have_value(media.mp4)
    assert "?" not in app.page.url


HIDDEN = """
  window.told = [];
  window.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      told.push([title, options.body]);
    }
  };
  Object.defineProperty(document, 'hidden', { get: () => window.away === true });
"""  # a real notification, noted down; and a tab that can be said to be out of sight


def test_a_download_that_ends_while_nobody_looks_is_announced(app: App, media: MediaSource) -> None:
    page = app.page
    page.context.grant_permissions(["notifications"])
    page.add_init_script(HIDDEN)
    app.open()
    page.get_by_role("button", name="Settings").click()
    switch = page.get_by_role("switch", name="Notify me when a download finishes")
    switch.click()
    expect(switch).to_be_checked()
    page.keyboard.press("Escape")

    app.paste(media.short)  # seen to end: no need to say so
    app.await_done(app.row("short"))
    page.evaluate("window.away = true")
    app.paste(media.mp4, media.missing)
    wait_until(page, "told.length === 2")
    told = dict(page.evaluate("told"))
    assert told.pop("clip") == "Done"
    assert all("404" in reason for reason in told.values())
