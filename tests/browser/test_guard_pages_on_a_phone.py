"""The pages of the guard by touch, from right to left, with the habits of the reader's country."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.thumb import too_small
from tests.conftest import PATIENCE
from tests.stack.harness import GuardRun, ask, toy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.stack.conftest import Guarded

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        locale="en-GB", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def run(guarded: Guarded) -> GuardRun:
    """A stack with a crash behind it, and a service that is stopped."""
    run = guarded(toy("web"), toy("api"), GUARD_RELAUNCH="process")
    pid = run.await_state("web", "READY")["pid"]
    ask(run.ports["web"], "/exit?7")
    run.await_new_pid("web", pid)
    run.await_state("web", "READY")
    run.post("/api/services/api/stop")
    run.await_state("api", "STOPPED")
    return run


def test_the_dashboard_is_used_with_a_thumb(run: GuardRun, phone: Page) -> None:
    phone.goto(f"http://localhost:{run.ports['guard']}/")
    crash = phone.locator("#crashes summary")
    expect(crash.locator("time")).to_have_text(re.compile(r"^\d\d/\d\d/\d{4}, \d\d:"))
    crash.tap()
    assert too_small(phone) == []
    phone.get_by_role("button", name="Stop everything").tap()
    expect(phone.get_by_role("dialog")).to_be_visible()
    assert too_small(phone) == []


def test_the_standby_page_is_used_with_a_thumb(run: GuardRun, phone: Page) -> None:
    phone.goto(f"http://localhost:{run.ports['api']}/")
    expect(phone.get_by_role("button", name="Start api")).to_be_visible()
    expect(phone.locator("#changed time")).to_have_text(re.compile(r"^\d\d/\d\d/\d{4}, \d\d:"))
    assert too_small(phone) == []


@pytest.mark.parametrize("name", ["guard", "api"])
def test_they_run_from_right_to_left_too(run: GuardRun, phone: Page, name: str) -> None:
    phone.goto(f"http://localhost:{run.ports[name]}/")
    expect(phone.get_by_role("heading").first).to_be_visible()
    phone.evaluate("document.documentElement.dir = 'rtl'")
    for width in (320, 390, 1280):
        phone.set_viewport_size({"width": width, "height": 844})
        assert phone.evaluate(OVERFLOW) == 0, width
