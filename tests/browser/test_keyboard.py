"""Everything is done with the keyboard alone: the focus is seen, never lost, never trapped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.backend.feeds import Episode, publish
from tests.browser.keyboard import Keyboard
from tests.stack.harness import toy, until

if TYPE_CHECKING:
    import httpx
    from playwright.sync_api import Locator, Page

    from tests.browser.app import App
    from tests.media_source import MediaSource
    from tests.stack.conftest import Guarded

SLOW = 20_000  # bytes/s: it lasts for as long as the keys take
FAST = 0


@pytest.fixture
def keys(page: Page) -> Keyboard:
    return Keyboard(page)


def copied(page: Page, text: str) -> None:
    """Put a text on the clipboard, as from another window."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)


def button(of: Page | Locator, name: str | re.Pattern[str]) -> Locator:
    return of.get_by_role("button", name=name)


def test_a_link_is_pasted_its_entries_are_chosen_and_downloaded(
    app: App, keys: Keyboard, media: MediaSource
) -> None:
    page = app.page
    videos = "".join(f'<video src="/short.mp4?{n}"></video>' for n in range(4))
    (media.folder / "list.html").write_text(f"<html><title>Four</title>{videos}</html>")
    copied(page, f"{media.base}/list.html")
    expect(app.link_field).to_be_focused()
    keys.press("Control+v")
    picker = page.get_by_role("group", name="Choose what to download")
    expect(picker).to_contain_text("4 of 4 selected")
    keys.reach(picker.get_by_role("checkbox", name="All"))
    keys.press("Space")
    expect(picker).to_contain_text("0 of 4 selected")
    keys.press("Tab", "Tab", "Space", "Tab", "Tab", "Space")
    keys.reach(button(page, "Download 2"), back=True)
    keys.press("Enter")
    expect(app.link_field).to_be_focused()
    expect(page.locator("li[data-state=done]")).to_have_count(2)


@pytest.mark.parametrize("at", ["the field", "elsewhere"])
def test_two_keys_bring_a_file_to_this_device(
    app: App, keys: Keyboard, media: MediaSource, at: str
) -> None:
    page = app.page
    page.add_init_script("localStorage.setItem('switch.saveHere', 'true')")
    app.open()
    copied(page, media.short)
    if at == "elsewhere":
        app.status.focus()
    with page.expect_download() as saved:
        keys.press("Control+v")
        expect(app.link_field).to_have_value(media.short)
        expect(app.link_field).to_be_focused()
        keys.press("Enter")
    assert saved.value.path().read_bytes() == (media.folder / "short.mp4").read_bytes()


def test_a_download_is_paused_resumed_cancelled_and_brought_back(
    app: App, keys: Keyboard, media: MediaSource
) -> None:
    page = app.page
    media.throttle = SLOW
    copied(page, media.mp4)
    keys.press("Control+v")
    expect(app.link_field).to_have_value(media.mp4)
    keys.press("Enter")
    row = app.row("clip")
    app.await_progress(row, beyond=0)
    keys.reach(button(row, re.compile("^Pause")))
    keys.press("Enter")
    expect(button(row, re.compile("^Resume"))).to_be_focused()
    keys.press("Enter")
    expect(button(row, re.compile("^Pause"))).to_be_focused()
    keys.press("Tab", "Enter")  # Cancel
    expect(row.get_by_text("Cancelled", exact=True)).to_be_visible()
    keys.look("after a cancel")
    keys.press("Control+z")
    app.await_progress(row, beyond=0)

    keys.reach(button(row, re.compile("^More actions for")))
    keys.press("Enter")
    entry = page.get_by_role("menuitem", name="Remove from list")
    keys.await_in(page.get_by_role("menu"))
    keys.press("End")
    expect(entry).to_be_focused()
    keys.press("Enter")
    expect(row).to_have_count(0)
    keys.look("after a removal")
    expect(button(page, "Undo")).to_be_visible()
    keys.press("F8", "Tab")
    expect(button(page, "Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_be_visible()
    expect(button(page, "Undo")).to_have_count(0)
    keys.look("after an undo")


def test_what_is_open_in_front_gives_the_focus_back(
    app: App, keys: Keyboard, media: MediaSource
) -> None:
    page = app.page
    app.paste(media.short)
    app.await_done(app.row("short"))
    keys.press("Escape", "l")
    play = button(page, "Play: short")
    expect(play).to_be_visible()
    keys.reach(play)
    keys.press("Enter")
    player = page.get_by_role("dialog", name="short")
    video = player.locator("video")
    expect(video).to_have_js_property("paused", False)
    keys.reach(video)
    page.keyboard.press("Space")
    expect(video).to_have_js_property("paused", True)
    keys.press("Escape")
    expect(play).to_be_focused()

    more = button(page, "More actions for short")
    keys.reach(more)
    for entry, front in (("Move or rename", "dialog"), ("Remove and delete file", "alertdialog")):
        keys.press("Enter")
        keys.choose(entry)
        opened = page.get_by_role("dialog" if front == "dialog" else "alertdialog")
        expect(opened).to_be_visible()
        assert "" not in keys.round()
        keys.press("Escape")
        expect(opened).to_have_count(0)
        expect(more).to_be_focused()


def test_the_library_is_searched_and_what_is_selected_is_removed(
    app: App, keys: Keyboard, media: MediaSource
) -> None:
    page = app.page
    app.paste(media.mp4, media.short)
    for name in ("clip", "short"):
        app.await_done(app.row(name))
    keys.press("Escape", "l")
    expect(button(page, "Play: clip")).to_be_visible()
    keys.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.type("shor")
    expect(button(page, "Play: clip")).to_have_count(0)
    select = button(page, "Select")
    keys.reach(select)
    keys.press("Enter")
    keys.reach(page.get_by_role("checkbox", name="Select short"))
    keys.press("Space", "Escape")
    expect(page.get_by_role("toolbar")).to_have_count(0)
    keys.look("after Escape")
    keys.reach(select, back=True)
    keys.press("Enter")
    bar = page.get_by_role("toolbar")
    every = button(bar, "Select all")
    keys.reach(every)
    keys.press("Enter")
    expect(bar.get_by_role("status")).to_have_text("1 selected")
    expect(every).to_be_focused()
    keys.reach(button(bar, "Remove"))
    keys.press("Enter")
    expect(bar).to_have_count(0)
    expect(select).to_be_focused()
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    keys.press("Control+z")
    expect(button(page, "Play: short")).to_be_visible()


def test_a_page_of_the_library_is_left_by_a_key_and_the_focus_stays_in_the_list(
    app: App, keys: Keyboard, api: httpx.Client, media: MediaSource
) -> None:
    page = app.page
    page.set_viewport_size({"width": 800, "height": 500})
    for number in range(40):
        api.post("downloads", json={"url": f"{media.short}?{number}"})
    until(lambda: api.get("downloads?state=done").json()["total"] == 40, "all are there")
    app.open("/library")
    page.get_by_role("radio", name="List").check(force=True)
    first = page.get_by_role("listitem").filter(has=button(page, re.compile("^Play"))).first
    keys.reach(button(first, re.compile("^Play")))
    page.evaluate("() => { window.before = document.activeElement; }")
    page.keyboard.press("End")
    end = "scrollY > 1500 && scrollY + innerHeight >= document.documentElement.scrollHeight - 1"
    until(lambda: page.evaluate(end), "the end is shown")
    assert page.evaluate("document.activeElement === before")
    keys.press("Tab")


def test_every_part_of_the_settings_is_reached_and_changed(app: App, keys: Keyboard) -> None:
    page = app.page
    gear = button(page, "Settings")
    keys.press("Shift+Tab")
    keys.reach(gear, back=True)
    keys.press("Enter")
    sheet = page.get_by_role("dialog", name="Settings")
    expect(sheet).to_be_visible()
    expect(button(sheet, "Check the folder")).to_be_visible()
    stops = keys.round()
    assert "" not in stops
    for name in ("Language", "Copy path", "Save to this device automatically", "Create a token"):
        assert any(name in stop for stop in stops), name
    keys.reach(sheet.get_by_role("radio", name="System"))
    keys.press("ArrowRight", "ArrowRight")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    keys.reach(sheet.get_by_label("Audio", exact=False).last)
    keys.type("Music")
    keys.reach(sheet.get_by_role("button", name="Save", exact=True))
    keys.press("Enter")
    keys.look("after the names were saved")
    expect(sheet.get_by_role("alert")).to_have_count(0)
    keys.press("Escape")
    expect(sheet).to_have_count(0)
    expect(gear).to_be_focused()


def test_a_subscription_is_made_held_and_removed(
    app: App, keys: Keyboard, own_media: MediaSource
) -> None:
    page = app.page
    copied(page, publish(own_media, Episode(1)))
    keys.reach(page.get_by_role("link", name="Subscriptions"), back=True)
    keys.press("Enter")
    add = button(page, "Subscribe").first
    keys.reach(add)
    keys.press("Enter")
    sheet = page.get_by_role("dialog", name="New subscription")
    expect(sheet.get_by_label("Link")).to_be_focused()
    assert "" not in keys.round()
    keys.press("Control+v")
    expect(sheet.get_by_label("Link")).not_to_be_empty()
    keys.press("Enter")
    expect(sheet).to_have_count(0)
    keys.look("after it was saved")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="A feed"))
    look = button(row, "Check now")
    expect(look).not_to_have_attribute("aria-disabled", "true")
    keys.reach(look)
    keys.press("Enter")
    expect(look).not_to_have_attribute("aria-disabled", "true")
    expect(look).to_be_focused()
    keys.reach(button(row, "Pause"))
    keys.press("Enter")
    expect(button(row, "Resume")).to_be_focused()
    keys.reach(button(row, "Remove"))
    keys.press("Enter")
    expect(row).to_have_count(0)
    keys.look("after it was removed")
    keys.press("Control+z")
    expect(row).to_be_visible()


def test_the_page_is_gone_round_without_a_trap(
    app: App, keys: Keyboard, media: MediaSource
) -> None:
    app.paste(media.short, media.missing)
    app.await_done(app.row("short"))
    app.page.get_by_text("More options").click()
    expect(app.page.get_by_text("Embed")).to_be_visible()
    app.link_field.focus()
    stops = keys.round()
    assert stops.count("") == 1  # out of the page, and in again
    for name in ("Skip to content", "Library", "Settings", "Format", "More options", "Save: short"):
        assert any(name in stop for stop in stops), name


def test_the_dashboard_is_used(guarded: Guarded, page: Page, keys: Keyboard) -> None:
    run = guarded(toy("web"), toy("api"))
    pids = {name: run.await_state(name, "READY")["pid"] for name in ("web", "api")}
    page.goto(f"http://localhost:{run.ports['guard']}/")
    expect(page.locator("#services [data-service=web]")).to_have_attribute("data-state", "READY")
    keys.press("Tab")
    stops = keys.round()
    assert stops.count("") == 1
    assert {"Restart web", "Stop api", "Pause", "Log lines"} <= set(stops)
    restart = button(page, "Restart web")
    keys.reach(restart)
    keys.press("Enter")
    run.await_new_pid("web", pids["web"])
    expect(restart).to_be_focused()
    stop = button(page, "Stop web")
    keys.reach(stop)
    keys.press("Enter")
    start = button(page, "Start web")
    expect(start).to_be_focused()
    keys.press("Enter")
    run.await_state("web", "READY")
    keys.press("j", "k", "/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.type("ready")
    expect(page.locator("mark").first).to_be_visible()
    keys.press("Escape", "w", "p", "g")
    keys.reach(button(page, "Stop everything"), back=True)
    keys.press("Enter")
    asked = page.get_by_role("dialog", name="Stop everything?")
    expect(button(asked, "Cancel")).to_be_focused()
    keys.press("Escape")
    expect(button(page, "Stop everything")).to_be_focused()
