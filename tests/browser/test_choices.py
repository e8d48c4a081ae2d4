"""How a download is to be made: profiles, parts of a list, and the cookies that a site wants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.browser.app import App
from tests.media_source import Manner

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from playwright.sync_api import Page

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
    assert api.get("cookies").json() == []


@WIDTHS
def test_of_a_long_list_numbers_and_words_choose(app: App, media: MediaSource, width: int) -> None:
    videos = "".join(f'<video src="/short.mp4?{n}"></video>' for n in range(12))
    (media.folder / "twelve.html").write_text(f"<html><title>Twelve</title>{videos}</html>")
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    app.link_field.fill(f"{media.base}/twelve.html")
    numbers = page.get_by_label("Numbers, such as 1-20, 35")
    numbers.fill("20-30")
    numbers.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Give numbers from 1 to 12, such as 1-20, 35")
    demand_nothing_beside_the_page(page)
    numbers.fill("2-3, 12")
    page.get_by_role("button", name="Select", exact=True).click()
    page.get_by_role("searchbox", name="Search this list").fill("nothing like it")
    expect(page.get_by_text("Select all 0 found")).to_be_visible()
    page.get_by_role("button", name="Download 3").click()
    expect(page.locator("li[data-state=done]")).to_have_count(3)
