"""How a download is to be made: profiles, parts of a list, and the cookies that a site wants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.browser.app import App
from tests.media_source import Manner, make_sizes
from tests.stack.harness import until

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from playwright.sync_api import Page, Route

    from tests.media_source import MediaSource

WIDTHS = pytest.mark.parametrize("width", [390, 1280])
COOKIES = "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\tlet-me-in\n"


def demand_nothing_beside_the_page(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{wide} pixels stand out"
    assert violations(page) == []


@pytest.fixture(autouse=True)
def no_profiles_left(api: httpx.Client) -> None:
    """Each test finds those that come with the app."""
    for profile in api.get("profiles").json():
        if profile["own"]:
            api.delete(f"profiles/{profile['id']}")
    api.put("profiles/default", json={"id": "plays-everywhere"})


@WIDTHS
def test_choices_get_a_name_become_the_default_and_are_taken(
    app: App, api: httpx.Client, media: MediaSource, width: int
) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    profile = page.get_by_role("combobox", name="Profile")
    expect(profile).to_have_value("plays-everywhere")
    page.get_by_text("More options").click()
    page.locator("label", has_text="Audio").first.click()
    page.get_by_label("Bit rate").select_option("192 kbit/s")
    name = page.get_by_label("Name of the profile")
    name.fill("podcast")
    page.get_by_role("button", name="Save as new").click()
    expect(page.get_by_role("alert")).to_have_text(
        "There is a profile called podcast already. Choose another name."
    )
    demand_nothing_beside_the_page(page)
    name.fill("In the car")
    name.press("Enter")
    expect(name).to_have_count(0)
    own = next(one for one in api.get("profiles").json() if one["own"])
    expect(profile).to_have_value(own["id"])

    page.get_by_role("button", name="Settings").click()
    page.get_by_role("radio", name="In the car").click()
    expect(page.get_by_role("radio", name="In the car")).to_be_checked()
    demand_nothing_beside_the_page(page)
    page.keyboard.press("Escape")
    profile.select_option("plays-everywhere")
    expect(page.get_by_role("combobox", name="Format")).to_have_value("mp4")

    page.goto(f"{app.url}/?url={media.short}&profile={own['id']}")
    expect(app.link_field).to_have_value(media.short)
    expect(profile).to_have_value(own["id"])
    page.get_by_role("button", name="Download", exact=True).click()
    app.await_done(app.row("short"))
    made = api.get("downloads").json()["items"][0]
    assert made["format"] == "mp3"
    assert api.post("downloads", json={"url": media.short}).json()["format"] == "mp3"


@WIDTHS
def test_a_site_that_wants_cookies_gets_them_where_it_says_so(
    app: App, api: httpx.Client, own_media: MediaSource, tmp_path: Path, width: int
) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    own_media.manners["/short.mp4"] = Manner(cookie="sid=let-me-in")
    app.paste(own_media.short)
    row = app.row("short")
    row.get_by_role("button", name="Add cookies").click()
    sheet = page.get_by_role("dialog", name="Cookies for 127.0.0.1")
    sheet.get_by_label("Exported cookies").fill("nonsense")
    sheet.get_by_role("button", name="Save cookies").click()
    expect(sheet.get_by_role("alert")).to_contain_text("there is no cookie in it")
    demand_nothing_beside_the_page(page)
    file = tmp_path / "cookies.txt"
    file.write_text(COOKIES)
    sheet.get_by_label("Choose a file").set_input_files(file)
    expect(sheet.get_by_text("cookies.txt is ready to be sent.")).to_be_visible()
    sheet.get_by_role("button", name="Save cookies").click()
    expect(sheet).to_have_count(0)
    app.await_done(row)

    page.get_by_role("button", name="Settings").click()
    forget = page.get_by_role("button", name="Delete the cookies for 127.0.0.1")
    expect(forget).to_be_visible()
    assert "let-me-in" not in page.content()
    forget.click()
    expect(forget).to_have_count(0)
    page.get_by_role("button", name="Undo", include_hidden=True).click()
    expect(forget).to_be_visible()
    forget.click()
    notices = page.locator("[data-notices]")
    notices.get_by_role("button", name="Close", include_hidden=True).click()  # it is meant
    until(lambda: api.get("cookies").json() == [], "they are gone")


@WIDTHS
def test_of_a_long_list_numbers_and_words_choose(app: App, media: MediaSource, width: int) -> None:
    videos = "".join(f'<video src="/short.mp4?{n}"></video>' for n in range(12))
    (media.folder / "twelve.html").write_text(f"<html><title>Twelve</title>{videos}</html>")
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    app.link_field.fill(f"{media.base}/twelve.html")
    numbers = page.get_by_label("Numbers (1-20, last 10)")
    numbers.fill("20-30")
    numbers.press("Enter")
    expect(page.get_by_role("alert")).to_have_text(
        "Give numbers from 1 to 12, such as 1-20, 35 or last 10"
    )
    demand_nothing_beside_the_page(page)
    numbers.fill("2-3, 12")
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("searchbox", name="Search this list").fill("nothing like it")
    expect(page.get_by_text("Select all 0 found")).to_be_visible()
    page.get_by_role("button", name="Download 3").click()
    expect(page.locator("li[data-state=done]")).to_have_count(3)


@WIDTHS
def test_no_part_of_a_long_list_is_taken_for_all_of_it(
    app: App, api: httpx.Client, own_media: MediaSource, width: int
) -> None:
    feed = publish(own_media, 1200)
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/entries?*", hold)
    app.link_field.fill(feed)
    expect(page.get_by_text("500 of 1,200 entries")).to_be_visible()
    expect(page.get_by_text("500 of 1,200 selected")).to_be_visible()
    expect(page.get_by_role("button", name="Download 1,200")).to_be_disabled()
    app.link_field.press("Enter")
    demand_nothing_beside_the_page(page)
    held.pop().fulfill(status=422, json={"detail": "The site took too long."})
    expect(page.get_by_text("The rest of the list could not be loaded.")).to_be_visible()
    expect(page.get_by_role("button", name="Download the first 500")).to_be_enabled()
    demand_nothing_beside_the_page(page)
    assert api.get("downloads").json()["items"] == []

    page.unroute("**/entries?*")
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("checkbox", name="All 1,200")).to_be_checked()
    expect(page.get_by_role("button", name="Download 1,200")).to_be_enabled()
    expect(page.get_by_text("1,200 entries", exact=False)).to_be_visible()
    demand_nothing_beside_the_page(page)


@WIDTHS
def test_a_list_is_downloaded_in_the_order_in_which_it_is_shown(
    app: App, api: httpx.Client, own_media: MediaSource, width: int
) -> None:
    api.patch("queue", json={"paused": True})
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    app.link_field.fill(publish(own_media, 12))
    page.get_by_label("Order").select_option("Newest first")
    expect(page.get_by_role("checkbox").nth(1)).to_have_accessible_name("12. Episode 12")
    numbers = page.get_by_label("Numbers (1-20, last 10)")
    numbers.fill("first 2, last 1")
    numbers.press("Enter")
    demand_nothing_beside_the_page(page)
    page.get_by_role("button", name="Download 3").click()
    expect(app.row("Episode 1")).to_have_count(3)
    queued = sorted(api.get("downloads").json()["items"], key=lambda one: one["position"])
    assert [one["title"] for one in queued] == ["Episode 12", "Episode 11", "Episode 1"]


@WIDTHS
def test_a_size_that_a_film_does_not_have_is_shown_as_the_one_that_is_fetched(
    app: App, api: httpx.Client, own_media: MediaSource, width: int
) -> None:
    make_sizes(own_media.folder)
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    size = page.get_by_role("combobox", name="Resolution")
    size.select_option("1440p")
    app.link_field.fill(f"{own_media.base}/sizes/wide.m3u8")
    expect(page.get_by_text("1440p is not available; 532p will be downloaded.")).to_be_visible()
    expect(size).to_have_value("532p")
    demand_nothing_beside_the_page(page)
    page.get_by_role("button", name="Download", exact=True).click()
    app.await_done(app.row("wide"))
    assert api.get("downloads").json()["items"][0]["resolution"] == "532p"
    expect(size).to_have_value("1440p")


def publish(media: MediaSource, count: int) -> str:
    """A list, each entry of which came out a day after the one before it."""
    day = datetime(2020, 1, 1, tzinfo=UTC)
    items = "".join(
        f"<item><title>Episode {n}</title>"
        f"<pubDate>{format_datetime(day + timedelta(days=n))}</pubDate>"
        f'<enclosure url="{media.short}?n={n}" type="video/mp4" length="1"/></item>'
        for n in range(1, count + 1)
    )
    feed = f'<rss version="2.0"><channel><title>S</title>{items}</channel></rss>'
    (media.folder / "list.xml").write_text(f'<?xml version="1.0"?>{feed}')
    return f"{media.base}/list.xml"
