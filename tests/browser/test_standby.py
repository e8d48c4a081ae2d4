"""The status page on a down port, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.guard.pages import words
from tests.conftest import PATIENCE
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, toy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = r"<img src=x onerror=window.hacked=1>\033[31mred\033[0m\033]0;title\007\033[2J"
FAILING = "web: printf '" + HOSTILE + "\\n'; nosuchcommand $WEB_FD # ${WEB_PORT:-1}"


def opened(page: Page, run: GuardRun, name: str = "web") -> None:
    page.goto(f"http://localhost:{run.ports[name]}/some/page?of=it")


def test_it_says_what_died_why_and_what_to_do(guarded: Guarded, page: Page) -> None:
    run = guarded(FAILING)
    run.await_state("web", "BROKEN")
    opened(page, run)
    expect(page.get_by_role("heading", name="web is not available right now")).to_be_visible()
    expect(page.locator(".state")).to_have_text("BROKEN")
    expect(page.locator(".cause")).to_contain_text("nosuchcommand")
    expect(page.locator(".fix")).not_to_be_empty()
    expect(page.locator("pre")).to_contain_text("red")
    guard = f"http://localhost:{run.ports['guard']}"
    expect(page.get_by_role("link", name="All services")).to_have_attribute("href", guard)


def test_it_turns_into_the_app_by_itself_when_that_is_back(
    guarded: Guarded, page: Page, tmp_path: Path
) -> None:
    app = tmp_path / "app.py"
    app.write_text("def broken(:\n", encoding="utf-8")
    line = toy("web").replace("exec python", f"python {app} && exec python")
    run = guarded(line)
    run.await_state("web", "BROKEN")
    opened(page, run)
    expect(page.locator(".cause")).to_contain_text("app.py")
    app.write_text("", encoding="utf-8")
    run.post("/api/services/web/restart")
    expect(page.locator("body")).to_contain_text('"name": "web"')
    assert page.url.endswith("/some/page?of=it")


def test_its_button_starts_the_service_anew(guarded: Guarded, page: Page, tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("def broken(:\n", encoding="utf-8")
    run = guarded(toy("web").replace("exec python", f"python {app} && exec python"))
    run.await_state("web", "BROKEN")
    opened(page, run)
    app.write_text("", encoding="utf-8")
    page.get_by_role("button", name="Restart web").click()
    expect(page.locator("body")).to_contain_text('"name": "web"')


def test_a_stopped_service_is_started_from_its_page(guarded: Guarded, page: Page) -> None:
    run = guarded(toy("web"))
    run.await_state("web", "READY")
    run.post("/api/services/web/stop")
    run.await_state("web", "STOPPED")
    opened(page, run)
    expect(page.get_by_text("It was stopped on request.")).to_be_visible()
    page.get_by_role("button", name="Start web").click()
    expect(page.locator("body")).to_contain_text('"name": "web"')


def test_it_follows_its_service_in_place_and_takes_the_focus_from_nobody(
    guarded: Guarded, page: Page
) -> None:
    run = guarded(FAILING)
    run.await_state("web", "BROKEN")
    opened(page, run)
    page.evaluate("window.before = true")
    button = page.get_by_role("button", name="Restart web")
    button.focus()
    run.post("/api/services/web/stop")
    expect(page.locator(".state")).to_have_text("STOPPED")
    expect(page.get_by_text("It was stopped on request.")).to_be_visible()
    expect(page.get_by_role("button", name="Start web")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_text("BROKEN")
    expect(page.locator(".cause")).to_contain_text("nosuchcommand")
    expect(page.get_by_role("button", name="Restart web")).to_be_focused()
    assert page.evaluate("window.before") is True


@pytest.mark.fault(row="F25")
def test_html_and_terminal_codes_in_its_last_lines_are_inert(guarded: Guarded, page: Page) -> None:
    run = guarded(FAILING)
    run.await_state("web", "BROKEN")
    opened(page, run)
    lines = page.locator("pre")
    expect(lines).to_contain_text("<img src=x onerror=window.hacked=1>red")
    expect(lines.get_by_text("red", exact=True)).to_have_class("c1")
    tags = page.locator("pre *").evaluate_all("all => all.map((one) => one.tagName)")
    assert set(tags) == {"SPAN"}
    assert page.evaluate("window.hacked") is None
    assert re.fullmatch("web is not available", page.title())


@pytest.mark.parametrize("width", [360, 1600])
def test_nothing_is_wider_than_the_window(guarded: Guarded, page: Page, width: int) -> None:
    run = guarded(FAILING)
    run.await_state("web", "BROKEN")
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, run)
    expect(page.get_by_role("heading")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["de", "fr"])
def test_it_speaks_the_language_that_the_browser_asks_for(
    guarded: Guarded, browser: Browser, language: str
) -> None:
    run = guarded(FAILING)
    run.await_state("web", "BROKEN")
    context = browser.new_context(locale=language)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    opened(page, run)
    speaks(page, language)
    context.close()


@pytest.mark.parametrize("language", ["de", "fr"])
def test_it_and_the_dashboard_speak_the_language_that_was_chosen_in_the_app(
    guarded: Guarded, page: Page, language: str
) -> None:
    run = guarded(FAILING)
    run.await_state("web", "BROKEN")
    opened(page, run)
    expect(page.get_by_role("heading", name="web is not available right now")).to_be_visible()
    page.evaluate("language => localStorage.setItem('language', language)", language)
    opened(page, run)
    speaks(page, language)
    run.post("/api/services/web/stop")
    expect(page.locator(".state")).to_have_text(words.of(language)["state.STOPPED"])
    page.get_by_role("button", name=words.Speech(language)("start.name", name="web")).click()
    expect(page.locator(".state")).to_have_text(words.of(language)["state.BROKEN"])
    page.get_by_role("link", name=words.of(language)["standby.all"]).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page).to_have_url(f"http://localhost:{run.ports['guard']}/")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", language)


def speaks(page: Page, language: str) -> None:
    """See to it that all of the page is in that language."""
    say, own = words.Speech(language), words.of(language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading")).to_have_text(say("standby.heading", name="web"))
    expect(page.locator(".state")).to_have_text(own["state.BROKEN"])
    expect(page.locator("#fix")).to_have_attribute("data-word", own["fix"])
    expect(page.locator("main")).to_contain_text(own["standby.back"])
    expect(page.locator("main")).to_contain_text(own["standby.BROKEN"])
    expect(page.get_by_text(own["standby.noscript"])).to_be_hidden()
    assert page.title() == say("standby.title", name="web")
