"""Files that are there already: looked at, imported and shown; and everything saved."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.app import App
    from tests.media_source import MediaSource


@pytest.mark.parametrize("width", [390, 1280])
def test_a_journey(app: App, media_dir: Path, media: MediaSource, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 844})
    folder = media_dir / f"Old {width}"
    folder.mkdir()
    shutil.copy(media.folder / "short.mp4", folder / f"Walk {width} [abc].mp4")

    page.get_by_role("button", name="Settings").click()
    sheet = page.get_by_role("dialog", name="Settings")
    part = sheet.locator("section").filter(has_text="Existing files and export")
    part.get_by_label("Folder").fill("../up")
    part.get_by_role("button", name="Check the folder").click()
    expect(part.get_by_role("alert")).to_contain_text("begins with a dot")
    part.get_by_label("Folder").fill(f"Old {width}")
    part.get_by_role("button", name="Check the folder").click()
    expect(part.get_by_text("New: 1")).to_be_visible()
    assert violations(page) == []
    part.get_by_role("button", name="Import", exact=True).click()
    row = part.get_by_role("listitem").filter(has_text=f"Old {width}")
    expect(row).to_contain_text("Imported · 1 of 1", timeout=60_000)

    with page.expect_download() as saved:
        part.get_by_role("link", name="Save everything as JSON").click()
    told = json.loads(saved.value.path().read_text(encoding="utf-8"))
    assert f"Walk {width}" in {one["title"] for one in told["downloads"]}
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_text(f"Walk {width}")).to_be_visible()
