"""Hangs and lost files: the page notices, says what is true, and comes back by itself."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.app import App

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.stack.harness import GuardRun


def test_a_backend_that_stands_still_is_noticed_before_the_guard_acts(
    start_stack: Callable[..., GuardRun], page: Page
) -> None:
    stack = start_stack(GUARD_HANG_SECONDS="3600")
    app = App.of(stack, page)
    page.wait_for_timeout(2500)  # a ping has come: its absence means something
    pid = stack.service("api")["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        expect(app.status).to_have_text("Not responding")
        banner = page.get_by_role("region", name="Backend")
        expect(banner).to_contain_text("The backend is not responding.")
        expect(banner).not_to_contain_text("make dev")
        assert stack.service("api")["pid"] == pid
    finally:
        os.kill(pid, signal.SIGCONT)
    expect(app.status).to_have_text("Connected")
    expect(banner).to_have_count(0)


def test_a_script_that_was_lost_is_fetched_again(stack: GuardRun, page: Page) -> None:
    url = f"http://localhost:{stack.ports['web']}"
    page.route("**/assets/*.js", lambda route: route.abort())
    page.goto(url)
    expect(page.get_by_role("alert")).to_contain_text("Retrying…")
    page.unroute("**/assets/*.js")
    expect(App(page, url).status).to_have_text("Connected")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('load-tries')") is None


def test_what_is_lost_is_said_in_the_language_that_was_chosen(stack: GuardRun, page: Page) -> None:
    page.add_init_script("localStorage.setItem('language', 'de')")
    page.route("**/assets/*.js", lambda route: route.abort())
    page.goto(f"http://localhost:{stack.ports['web']}")
    expect(page.get_by_role("alert")).to_contain_text("Neuer Versuch läuft")


def test_a_style_that_stays_lost_is_said_and_offered_again(stack: GuardRun, page: Page) -> None:
    url = f"http://localhost:{stack.ports['web']}"
    page.add_init_script("sessionStorage.setItem('load-tries', '3')")
    page.route("**/assets/index*.css", lambda route: route.abort())
    page.route("**/assets/*.js", lambda route: route.abort())
    page.goto(url)
    alert = page.get_by_role("alert")
    expect(alert).to_have_text("The page could not be loaded completely.")
    page.unroute_all()
    page.get_by_role("button", name="Reload").click()
    expect(App(page, url).status).to_have_text("Connected")
