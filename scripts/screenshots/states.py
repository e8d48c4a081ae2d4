"""The states that the contact sheet pictures, and how each is reached."""

from __future__ import annotations

import os
import re
import signal

from playwright.sync_api import Page

from scripts.screenshots import rarer
from scripts.screenshots.films import LIGHTHOUSE, MISSING, SUNRISE
from scripts.screenshots.rarer import EMPTY, RARER, TRANSLATED
from scripts.screenshots.reach import (
    Show,
    choose,
    downloads,
    home,
    library,
    open_menu,
    settings,
    state_of,
)
from scripts.screenshots.stage import Stage, until


def _preview(stage: Stage, page: Page) -> None:
    home(stage, page)
    page.get_by_role("textbox").first.fill(SUNRISE.url)
    page.get_by_role("main").get_by_text("Already in your list").wait_for()


def _wrong_link(stage: Stage, page: Page) -> None:
    home(stage, page)
    page.get_by_role("textbox").first.fill("not a link")
    page.keyboard.press("Enter")
    page.get_by_role("alert").first.wait_for()


def _more_options(stage: Stage, page: Page) -> None:
    home(stage, page)
    page.get_by_text("More options").click()


def _menu(stage: Stage, page: Page) -> None:
    downloads(stage, page)
    open_menu(page, page.get_by_role("listitem").filter(has_text=SUNRISE.title))


def _undo(stage: Stage, page: Page) -> None:
    """A page that is closed sends what it holds: so this one removes what is made for it."""
    item = stage.add(MISSING.url)["id"]
    until(lambda: state_of(stage, item) == "failed", "a download that fails")
    downloads(stage, page)
    choose(page, page.locator("li[data-state=failed]"), "Remove from list")
    page.get_by_role("button", name="Undo").wait_for()


def _confirm(stage: Stage, page: Page) -> None:
    library(stage, page)
    choose(page, page, "Remove and delete file")
    page.get_by_role("alertdialog").wait_for()


def _queue(stage: Stage, page: Page) -> None:
    downloads(stage, page)
    page.get_by_role("button", name=re.compile("at once")).click()
    page.get_by_role("dialog", name="Queue").wait_for()


def _list_layout(stage: Stage, page: Page) -> None:
    library(stage, page)
    page.get_by_role("radio", name="List").check(force=True)


def _selecting(stage: Stage, page: Page) -> None:
    library(stage, page)
    page.get_by_role("button", name="Select").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("toolbar").wait_for()


def _no_match(stage: Stage, page: Page) -> None:
    library(stage, page)
    page.get_by_role("searchbox").fill("nothing like it")
    page.get_by_text("Nothing matches").wait_for()


def _player(stage: Stage, page: Page) -> None:
    library(stage, page)
    page.get_by_role("button", name=f"Play: {SUNRISE.title}").click()
    page.get_by_role("dialog").wait_for()


def _services(stage: Stage, page: Page) -> None:
    home(stage, page)
    page.get_by_title("Connection and services").click()
    page.get_by_role("button", name="Restart web").wait_for()


def _shortcuts(stage: Stage, page: Page) -> None:
    home(stage, page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _subscribing(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/subscriptions"))
    page.get_by_role("button", name="Subscribe", exact=True).first.click()
    page.get_by_role("dialog").wait_for()
    page.get_by_text("Filters").click()


def _moving(stage: Stage, page: Page) -> None:
    library(stage, page)
    choose(page, page, "Move or rename")
    page.get_by_role("dialog").wait_for()


def _settings_end(stage: Stage, page: Page) -> None:
    settings(stage, page)
    page.get_by_role("heading", name="Tokens for scripts").scroll_into_view_if_needed()


def _away(stage: Stage, page: Page) -> None:
    stage.command("/api/services/api/start")
    until(lambda: stage.state("api") == "READY", "the backend to be back")
    downloads(stage, page)
    stage.command("/api/services/api/stop")
    page.get_by_role("button", name="Start", exact=True).wait_for()


def _unknown(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/nowhere"))
    page.get_by_text("There is no page at this address.").wait_for()


def _dashboard(stage: Stage, page: Page) -> None:
    page.goto(stage.url("guard"))
    page.locator("#services").get_by_text("MB").first.wait_for()


def _dashboard_crash(stage: Stage, page: Page) -> None:
    _dashboard(stage, page)
    page.locator("#crashes summary").first.click()


def _dashboard_search(stage: Stage, page: Page) -> None:
    _dashboard(stage, page)
    page.get_by_role("searchbox").fill("ready")
    page.locator("mark").first.wait_for()


def _dashboard_asking(stage: Stage, page: Page) -> None:
    _dashboard(stage, page)
    page.get_by_role("button", name="Stop everything").click()
    page.get_by_role("dialog").wait_for()


def _standby(stage: Stage, page: Page) -> None:
    stage.command("/api/services/api/stop")
    until(lambda: stage.state("api") == "STOPPED", "the backend to stop")
    page.goto(stage.url("api"))
    page.get_by_role("heading").first.wait_for()


STATES: dict[str, Show] = {
    **EMPTY,
    "downloads": downloads,
    "preview": _preview,
    "wrong link": _wrong_link,
    "more options": _more_options,
    "menu": _menu,
    "queue": _queue,
    "library": library,
    "library as a list": _list_layout,
    "selecting": _selecting,
    "nothing matches": _no_match,
    "player": _player,
    "undo": _undo,
    "confirm": _confirm,
    "services": _services,
    "settings": settings,
    "shortcuts": _shortcuts,
    "unknown address": _unknown,
    "a new subscription": _subscribing,
    "moving a file": _moving,
    "settings, the end": _settings_end,
    **RARER,
    **TRANSLATED,
    "dashboard": _dashboard,
    "dashboard, a crash": _dashboard_crash,
    "dashboard, searching": _dashboard_search,
    "dashboard, asking": _dashboard_asking,
    "a port whose service is down": _standby,
    "backend away": _away,
}
"""In this order: the first need a stack that is new, the last stop a service."""


def prepare(stage: Stage) -> None:
    """A download that is done, some that failed, one that is under way; and a crash."""
    failing = rarer.prepare(stage)
    items = [stage.add(film.url)["id"] for film in (SUNRISE, MISSING)]
    until(lambda: {state_of(stage, each) for each in items} == {"done", "failed"}, "both to end")
    until(lambda: {state_of(stage, each) for each in failing} == {"failed"}, "the rest to fail")
    stage.media.throttle = 2_000  # bytes/s: it lasts for as long as the pictures take
    stage.add(LIGHTHOUSE.url)
    os.kill(stage.pid("web"), signal.SIGKILL)
    until(lambda: stage.state("web") == "READY", "the page to be back")
