"""A token for a script: made and shown once in the settings, used, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations

if TYPE_CHECKING:
    from tests.browser.app import App
    from tests.stack.harness import GuardRun


@pytest.mark.parametrize("width", [390, 1280])
def test_a_journey(app: App, stack: GuardRun, width: int) -> None:
    page = app.page
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_role("button", name="Settings").click()
    sheet = page.get_by_role("dialog", name="Settings")
    sheet.get_by_role("button", name="Create a token").click()
    expect(sheet.get_by_role("alert")).to_contain_text("The name is empty")
    sheet.get_by_label("Name", exact=True).last.fill("Cron")
    sheet.get_by_label("Access").select_option("see everything")
    sheet.get_by_role("button", name="Create a token").click()
    token = sheet.get_by_label("The token of Cron", exact=True).input_value()
    assert violations(page) == []

    def asked() -> int:
        url = f"http://127.0.0.1:{stack.ports['api']}/api/downloads"
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(url, headers=headers, trust_env=False, timeout=30).status_code

    assert asked() == 200
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Settings").click()
    expect(sheet.get_by_label("The token of Cron", exact=True)).to_have_count(0)
    row = sheet.get_by_role("listitem").filter(has_text="Cron")
    expect(row).to_contain_text("see everything")
    revoke = sheet.get_by_role("button", name="Revoke the token of Cron")
    revoke.click()
    question = page.get_by_role("alertdialog", name="Revoke the token of Cron?")
    assert violations(page) == []
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    assert asked() == 200
    revoke.click()
    question.get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert asked() == 401
