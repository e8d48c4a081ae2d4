"""The ways to what a picture shows that several states share."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from scripts.screenshots.films import LIGHTHOUSE, SUNRISE
from scripts.screenshots.stage import PATIENCE, Stage

Show = Callable[[Stage, Page], object]
"""Brings a page of the stage to a state."""
WAIT = PATIENCE * 1000  # milliseconds


def home(stage: Stage, page: Page) -> None:
    """The page of downloads, connected."""
    page.goto(stage.url("web"))
    expect(page.get_by_title("Connection and services")).to_have_text("Connected", timeout=WAIT)


def library(stage: Stage, page: Page) -> None:
    """The library, with what is in it."""
    page.goto(stage.url("web", "/library"))
    page.get_by_role("button", name=f"Play: {SUNRISE.title}").wait_for()


def downloads(stage: Stage, page: Page) -> None:
    """The page of downloads, with what there is."""
    home(stage, page)
    page.get_by_text(LIGHTHOUSE.title).first.wait_for()


def settings(stage: Stage, page: Page) -> Locator:
    """The settings, open; returns their sheet."""
    home(stage, page)
    page.get_by_role("button", name="Settings").click()
    sheet = page.get_by_role("dialog", name="Settings")
    sheet.wait_for()
    return sheet


def open_menu(page: Page, of: Page | Locator) -> None:
    """Open the menu of the first download in `of`."""
    of.get_by_role("button", name=re.compile("^More actions for")).first.click()
    page.get_by_role("menu").wait_for()


def choose(page: Page, of: Page | Locator, entry: str) -> None:
    """Choose an entry of the menu of the first download in `of`."""
    open_menu(page, of)
    page.get_by_role("menuitem", name=entry).click()


def state_of(stage: Stage, item: str) -> object:
    """How a download stands."""
    return next(each["state"] for each in stage.downloads() if each["id"] == item)
