"""A subscription from the page: made, mended, looked at, held, changed, removed and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.backend.feeds import Episode, publish

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from tests.browser.app import App
    from tests.media_source import MediaSource


@pytest.mark.parametrize("width", [390, 1280])
def test_a_journey(app: App, own_media: MediaSource, media_dir: Path, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 844})
    feed = publish(own_media, *episodes(4))
    page.get_by_role("link", name="Subscriptions").click()
    expect(page).to_have_title("Subscriptions · SY Media Downloader")
    expect(page.get_by_text("No subscriptions yet")).to_be_visible()
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="A feed"))

    subscribe_after_a_mistake(page, feed)
    expect(row).to_contain_text("2 downloads so far")
    expect(row).to_contain_text("Next check:")
    assert violations(page) == []
    publish(own_media, *episodes(5))
    look_pause_and_resume(row)
    page.get_by_role("link", name="Downloads").click()
    for number in (3, 4, 5):
        app.await_done(app.row(f"Episode {number}"))
    page.get_by_role("link", name="Subscriptions").click()
    row.get_by_role("button", name="Edit").click()
    keep_only_the_newest(page, media_dir)

    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("No subscriptions yet")).to_be_visible()
    app.open("/subscriptions")
    expect(page.get_by_text("No subscriptions yet")).to_be_visible()


def episodes(last: int) -> list[Episode]:
    return [Episode(number) for number in range(1, last + 1)]


def subscribe_after_a_mistake(page: Page, feed: str) -> None:
    """What cannot be is told at its field, and nothing that was filled in is lost."""
    page.get_by_role("button", name="Subscribe", exact=True).click()
    dialog = page.get_by_role("dialog", name="New subscription")
    assert violations(page) == []
    dialog.get_by_label("Link").fill(feed)
    dialog.get_by_label("How many").first.fill("2")
    dialog.get_by_text("Folder and file name").click()
    where = dialog.get_by_role("group", name="Folder and file name")
    where.get_by_label("Folder").fill("Shows")
    where.get_by_label("File name").fill("{titel}.{ext}")
    expect(where.get_by_role("alert")).to_contain_text("{titel} is not a field.")
    where.get_by_label("File name").fill("No. {title} [{key}].{ext}")
    expect(where.get_by_text("Shows/No. A walk in the rain")).to_be_visible()
    dialog.get_by_text("Filters").click()
    dialog.get_by_label("The title matches").fill("Episode (")
    dialog.get_by_role("button", name="Subscribe").click()
    expect(dialog.get_by_role("alert")).to_contain_text("is not a regular expression")
    expect(dialog.get_by_label("The title matches")).to_be_focused()
    expect(dialog.get_by_label("Link")).to_have_value(feed)
    dialog.get_by_label("The title matches").fill("Episode")
    dialog.get_by_role("button", name="Subscribe").click()


def look_pause_and_resume(row: Locator) -> None:
    row.get_by_role("button", name="Check now").click()
    expect(row).to_contain_text("1 new")
    expect(row).to_contain_text("3 downloads so far")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused")
    expect(row.get_by_role("button", name="Check now")).to_be_disabled()
    row.get_by_role("button", name="Resume").click()
    expect(row).to_contain_text("Next check:")


def keep_only_the_newest(page: Page, media_dir: Path) -> None:
    """What would be deleted is shown before."""
    dialog = page.get_by_role("dialog", name="Edit subscription")
    dialog.get_by_label("Keep").select_option("the newest")
    dialog.get_by_label("How many").fill("1")
    warning = dialog.get_by_role("status")
    expect(warning).to_contain_text("2 files")
    expect(warning).to_contain_text("Episode 3")
    assert violations(page) == []
    assert len(list(media_dir.glob("Shows/No. Episode*"))) == 3
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    assert [file.name[4:13] for file in media_dir.glob("Shows/*.mp4")] == ["Episode 5"]
