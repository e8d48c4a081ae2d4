"""The library from the page: sorted, of one kind, and many entries handled at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.app import App
from tests.stack.harness import until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator

    from tests.media_source import MediaSource


@pytest.fixture
def library(app: App, media: MediaSource) -> App:
    """The library of a video and a song of twelve seconds, and a short video."""
    app.paste(media.mp4, media.short)
    app.page.get_by_role("radio", name="Audio").check(force=True)
    app.paste(media.hls)
    for name in ("clip", "short", "index"):
        app.await_done(app.row(name))
    app.page.get_by_role("link", name="Library").click()
    expect(app.page.get_by_role("list", name="Library").get_by_role("listitem")).to_have_count(3)
    return app


def titles(app: App) -> Locator:
    return app.page.get_by_role("list", name="Library").get_by_role("listitem").locator("p[title]")


def test_it_is_sorted_and_shows_one_kind(library: App) -> None:
    page = library.page
    sort = page.get_by_label("Sort by")
    sort.select_option("Title")
    expect(titles(library)).to_have_text(["clip", "index", "short"])
    sort.select_option("Size")
    expect(titles(library)).to_have_text(["clip", "short", "index"])
    sort.select_option("Oldest")
    expect(titles(library).last).to_have_text("index")
    page.get_by_text("Audio", exact=True).click()
    expect(titles(library)).to_have_text(["index"])
    page.get_by_text("Video", exact=True).click()
    expect(titles(library)).to_have_count(2)


def test_many_are_selected_with_the_keyboard_saved_and_deleted_with_their_files(
    library: App, media_dir: Path
) -> None:
    page = library.page
    saved: list[str] = []
    page.on("download", lambda download: saved.append(download.suggested_filename))
    page.get_by_label("Sort by").select_option("Title")
    expect(titles(library)).to_have_text(["clip", "index", "short"])
    page.get_by_role("button", name="Select").click()
    page.get_by_role("checkbox", name="Select clip").focus()
    page.keyboard.press("Space")
    page.get_by_role("checkbox", name="Select index").click(modifiers=["Shift"])
    bar = page.get_by_role("toolbar", name="Selection")
    expect(bar.get_by_role("status")).to_have_text("2 selected")

    bar.get_by_role("button", name="Save").click()

    def both_are_told() -> bool:
        page.wait_for_timeout(20)  # events come in while Playwright waits
        return len(saved) == 2

    until(both_are_told, "both are saved")
    assert sorted(name.rpartition(".")[2] for name in saved) == ["mp3", "mp4"]

    bar.get_by_role("button", name="Delete").click()
    asked = page.get_by_role("alertdialog", name="Delete 2 entries and their files?")
    asked.get_by_role("button", name="Delete").click()
    expect(titles(library)).to_have_text(["short"])
    expect(bar).to_have_count(0)
    until(lambda: len(list(media_dir.glob("*.mp*"))) == 1, "the files are gone")
    assert [path.stem.partition(" ")[0] for path in media_dir.glob("*.mp*")] == ["short"]


def test_a_file_that_was_deleted_outside_is_said_to_be_gone_and_comes_again(
    library: App, media_dir: Path
) -> None:
    next(media_dir.glob("clip*.mp4")).unlink()
    library.page.reload()
    entry = library.page.get_by_role("listitem").filter(has_text="clip")
    expect(entry).to_contain_text("File is missing")
    expect(entry.get_by_role("button", name="Play: clip")).to_be_disabled()

    entry.get_by_role("button", name="Download again: clip").click()

    expect(entry.get_by_role("link", name="Save: clip")).to_be_visible()
    assert len(list(media_dir.glob("clip*.mp4"))) == 1
