"""Where a file will go, and where it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.app import App
from tests.stack.harness import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx
    from playwright.sync_api import Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun


def test_the_folder_is_told_before_and_a_file_is_found_in_it_afterwards(
    start_stack: Callable[..., GuardRun], page: Page, media: MediaSource, tmp_path: Path
) -> None:
    shown = tmp_path / "shown"
    opener = tmp_path / "bin/xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" >> {shown}\n')
    opener.chmod(0o755)
    path = f"{opener.parent}:{os.environ['PATH']}"
    stack = start_stack(SHOW_FOLDERS="yes", DISPLAY=":0", PATH=path)
    folder = Path(stack.environment["DATA_DIR"]) / "media"
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    app = App.of(stack, page)
    expect(page.locator("[data-destination]")).to_have_text(f"Saved to {folder}")
    app.paste(media.short)
    app.await_done(app.row("short"))

    page.get_by_role("button", name="More actions for short").click()
    page.get_by_role("menuitem", name="Copy path").click()
    expect(page.get_by_text("Path copied", exact=True)).to_be_visible()
    copied = Path(page.evaluate("navigator.clipboard.readText()"))
    assert copied.parent == folder
    assert copied.read_bytes() == (media.folder / "short.mp4").read_bytes()

    page.get_by_role("button", name="More actions for short").click()
    page.get_by_role("menuitem", name="Show in folder").click()
    until(lambda: shown.exists() and shown.read_text() == f"{folder}\n", "the folder is shown")

    page.get_by_role("button", name="Settings").click()
    page.get_by_role("button", name="Open folder").click()
    until(lambda: shown.read_text() == f"{folder}\n" * 2, "it is shown again")


@pytest.fixture
def as_before(api: httpx.Client) -> Iterator[None]:
    """Afterwards files go where they went, and the profiles are those that there were."""
    naming = api.get("naming").json()
    yield
    api.put("naming", json=naming)
    for profile in api.get("profiles").json():
        if profile["own"]:
            api.delete(f"profiles/{profile['id']}")


@pytest.mark.usefixtures("as_before")
def test_the_place_that_is_told_follows_what_is_chosen_and_is_where_the_file_comes(
    app: App, api: httpx.Client, media: MediaSource, media_dir: Path
) -> None:
    page = app.page
    naming = api.get("naming").json()
    api.put("naming", json={**naming, "audio_folder": "Sound"})
    choices = {"folder": "Shows", "template": "{channel}/{title}.{ext}"}
    made = api.post("profiles", json={"name": "Shows", "choices": choices}).json()
    page.reload()
    destination = page.locator("[data-destination]")
    expect(destination).to_contain_text(str(media_dir))
    usual = destination.inner_text().strip()
    assert usual.endswith(f"to {media_dir}")
    page.locator("label", has_text="Audio").first.click()
    expect(destination).to_have_text(f"{usual}/Sound")
    profile = page.get_by_role("combobox", name="Profile")
    profile.select_option(made["id"])
    expect(destination).to_contain_text(f"{usual}/Shows · For example: ")
    expect(destination).to_contain_text("/A walk in the rain.mp4")
    profile.select_option("plays-everywhere")
    expect(destination).to_have_text(usual)

    page.get_by_text("More options").click()
    page.get_by_label("Folder", exact=True).fill("Films/New")
    page.get_by_label("File name", exact=True).fill("My {title}.{ext}")
    told = f"{usual}/Films/New · For example: My A walk in the rain.mp4"
    expect(destination).to_have_text(told)
    page.get_by_label("Folder", exact=True).fill("../elsewhere")
    expect(destination).to_have_text(usual)
    page.get_by_label("Folder", exact=True).fill("Films/New")
    expect(destination).to_have_text(told)
    app.paste(media.short)
    app.await_done(app.row("short"))
    assert (media_dir / "Films/New/My short.mp4").is_file()


@pytest.mark.usefixtures("stack")
def test_what_is_added_here_is_saved_here_by_itself(app: App, media: MediaSource) -> None:
    app.page.get_by_role("button", name="Settings").click()
    app.page.get_by_role("switch", name="Save to this device automatically").check()
    app.page.keyboard.press("Escape")
    expect(app.page.locator("[data-destination]")).to_contain_text("then to this device")
    with app.page.expect_download() as download:
        app.paste(media.short)
    saved = Path(download.value.path()).read_bytes()
    assert saved == (media.folder / "short.mp4").read_bytes()
