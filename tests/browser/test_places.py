"""Where files go: a folder and a name for a download, for all, and for files that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.app import App
from tests.browser.test_choices import demand_nothing_beside_the_page

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.media_source import MediaSource


@pytest.mark.parametrize("width", [390, 1280])
def test_a_folder_and_a_name_are_chosen_tried_and_changed_later(
    app: App, api: httpx.Client, media: MediaSource, media_dir: Path, width: int
) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("More options").click()
    name = page.get_by_label("File name", exact=True)
    page.get_by_label("Folder", exact=True).fill("Films/New")
    name.fill("{titel}.{ext}")
    expect(page.get_by_role("alert")).to_contain_text("{titel} is not a field.")
    demand_nothing_beside_the_page(page)
    name.fill("My {title}.{ext}")
    expect(page.get_by_text("Films/New/My A walk in the rain.mp4")).to_be_visible()
    app.paste(media.short)
    app.await_done(app.row("short"))
    assert (media_dir / "Films/New/My short.mp4").is_file()

    app.row("short").get_by_role("button", name="More actions for").click()
    page.get_by_role("menuitem", name="Move or rename").click()
    sheet = page.get_by_role("dialog", name="Move or rename")
    sheet.get_by_label("Folder", exact=True).fill("Elsewhere")
    sheet.get_by_label("File name", exact=True).fill("{title}.{ext}")
    demand_nothing_beside_the_page(page)
    sheet.get_by_role("button", name="Move or rename").click()
    expect(page.get_by_text("1 file moved", exact=True)).to_be_visible()
    assert (media_dir / "Elsewhere/short.mp4").is_file()
    assert not (media_dir / "Films").exists()
    assert api.get("downloads").json()["items"][0]["file"]["name"] == "Elsewhere/short.mp4"

    page.get_by_role("button", name="Settings").click()
    settings = page.get_by_role("dialog", name="Settings")
    settings.get_by_label("Folder for audio").fill("Sound")
    settings.get_by_label("File name", exact=True).fill("{title}")
    expect(settings.get_by_role("alert")).to_contain_text("must end with .{ext}")
    settings.get_by_label("File name", exact=True).fill("{date} {title}.{ext}")
    expect(settings.get_by_text("2026-01-31 A walk in the rain.mp4")).to_be_visible()
    settings.get_by_role("button", name="Save", exact=True).click()
    expect(settings.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    naming = api.get("naming").json()
    assert (naming["audio_folder"], naming["template"]) == ("Sound", "{date} {title}.{ext}")
    api.put("naming", json={})
