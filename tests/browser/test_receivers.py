"""Somebody is told: a webhook from the settings, mended, tried, told of a download, removed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.backend.hooks import Hooks, hooks
from tests.stack.harness import until

if TYPE_CHECKING:
    from tests.browser.app import App
    from tests.media_source import MediaSource

__all__ = ["hooks"]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_journey(app: App, media: MediaSource, hooks: Hooks, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_role("button", name="Settings").click()
    sheet = page.get_by_role("dialog", name="Settings")
    form = sheet.get_by_role("form", name="Add")
    form.get_by_label("Name").fill("My hook")
    form.get_by_label("Address").fill("my hook")
    form.get_by_role("button", name="Add").click()
    expect(form.get_by_role("alert")).to_contain_text("'my hook' is not a web address")
    expect(form.get_by_label("Name")).to_have_value("My hook")
    form.get_by_label("Address").fill(f"{hooks.base}/secret")
    form.get_by_role("button", name="Add").click()

    row = sheet.get_by_role("listitem").filter(has_text="My hook")
    expect(row).to_contain_text("not notified yet")
    expect(sheet.get_by_label("The key of My hook")).to_have_value(expected_key())
    hooks.answers["/secret"] = 404
    row.get_by_role("button", name="Send a test to My hook").click()
    expect(row.get_by_role("status")).to_contain_text("(HTTP 404)")
    hooks.answers.clear()
    row.get_by_role("button", name="Send a test to My hook").click()
    expect(row.get_by_role("status")).to_contain_text("The test was delivered.")
    assert "secret" not in row.inner_text()
    assert violations(page) == []

    page.keyboard.press("Escape")
    app.paste(media.mp4)
    app.await_done(app.row("clip"))
    until(lambda: hooks.types("/secret")["download.finished"] == 1, "it is told")
    page.get_by_role("button", name="Settings").click()
    expect(row).to_contain_text("last notified")
    row.get_by_role("button", name="Remove My hook").click()
    expect(row).to_have_count(0)


def expected_key() -> re.Pattern[str]:
    return re.compile(r"^whsec_\S{44}$")
