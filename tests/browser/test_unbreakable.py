"""Texts of any length: a link or a title without a space is never wider than the screen."""

from __future__ import annotations

import json
import re
import sqlite3
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.app import App, await_stillness, lay_out
from tests.conftest import PATIENCE
from tests.stack.harness import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

WIDTHS = (320, 390, 768, 1280, 1920, 2560)
LANGUAGES = ("en-GB", "de-DE")
VERDICTS = ("ok", "connecting", "starting", "away", "broken", "stopped", "locked")
LONG = 20_000
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
UNBREAKABLE = {"W": "W" * LONG, "word": WORD * 30, "link": "https://" + "a1-_." * 4000}

# Whatever can be seen and reaches past an edge of the screen, unless a box of its own scrolls or
# clips it there; and the controls that are not wholly within.
OUTSIDE = """() => {
  const width = document.documentElement.clientWidth;
  const told = (node) => `${node.nodeName} ${node.className} “${node.textContent.slice(0, 30)}”`;
  const isCut = (node) => {
    for (let box = node.parentElement; box && box !== document.body; box = box.parentElement) {
      const { overflowX, position } = getComputedStyle(box);
      if (overflowX !== 'visible') {
        const { left, right } = box.getBoundingClientRect();
        if (left >= -1 && right <= width + 1) return true;
      }
      if (position === 'fixed') return false;
    }
    return false;
  };
  const found = [];
  for (const node of document.querySelectorAll('body *')) {
    const { left, right, width: w, height: h } = node.getBoundingClientRect();
    const isControl = node.matches('button, input, textarea, select, a');
    if (w <= 1 || h <= 1 || getComputedStyle(node).visibility === 'hidden') continue;
    if (left >= -1 && right <= width + 1) continue;
    if (!isControl && isCut(node)) continue;
    if (node.closest('svg') && node.nodeName !== 'svg') continue;
    found.push(told(node));
  }
  const over = document.documentElement.scrollWidth - width;
  return over > 0 ? [`${over} px too wide`, ...found] : found;
}"""


@pytest.fixture(scope="module", params=LANGUAGES)
def locale(request: pytest.FixtureRequest) -> str:
    """The language that the browser asks for."""
    return str(request.param)


@pytest.fixture
def wide(stack: GuardRun, page: Page, media: MediaSource) -> Iterator[str]:
    """The address of the app with a row in every state, all called something unbreakable."""
    app = App.of(stack, page)
    app.paste(media.mp4, f"{media.short}?{'W' * 1500}", media.missing)
    for name in ("clip", "short"):
        app.await_done(app.row(name))
    expect(app.row("missing").get_by_text("Failed")).to_be_visible()
    media.throttle = 4000
    app.paste(*(f"{media.mp4}?{word}" for word in "abcd"))
    app.await_progress(app.row(re.compile("clip")), beyond=0)
    with sqlite3.connect(stack.environment["DATA_DIR"] + "/app.db", timeout=10) as database:
        for column in ("title", "uploader", "platform"):
            database.execute(
                f"UPDATE downloads SET {column} = CASE number % 3 "  # noqa: S608 - of the list above
                "WHEN 0 THEN ? WHEN 1 THEN ? ELSE ? END",
                [*UNBREAKABLE.values()],
            )
        database.execute(
            "UPDATE downloads SET error = ? WHERE state = 'failed'",
            [json.dumps({"kind": "x", "sentence": "W" * LONG, "fix": WORD * 30})],
        )
    database.close()
    page.close()  # it would draw all of them anew with each piece that comes in
    yield app.url
    media.throttle = 0


def downloads(page: Page) -> None:
    expect(page.locator("li[data-state=failed]")).to_be_visible()


def pasted(page: Page) -> None:
    page.locator("textarea").fill("\n".join(UNBREAKABLE.values()))


def refused(page: Page) -> None:
    pasted(page)
    page.locator("textarea").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()


def menu(page: Page) -> None:
    page.locator("li[data-state=done] button[aria-haspopup=menu]").first.click()
    expect(page.get_by_role("menu")).to_be_visible()


def question(page: Page) -> None:
    menu(page)
    page.get_by_role("menuitem").last.click()
    expect(page.get_by_role("alertdialog")).to_be_visible()


def player(page: Page) -> None:
    page.locator("li[data-state=done] button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def library(page: Page) -> None:
    expect(page.get_by_role("list").get_by_role("listitem").first).to_be_visible()


def selecting(page: Page) -> None:
    library(page)
    page.locator("button[aria-pressed]").click()
    page.get_by_role("checkbox").first.check()


def sheet(number: int) -> Callable[[Page], None]:
    def show(page: Page) -> None:
        page.get_by_role("banner").get_by_role("button").nth(number).click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return show


def toast(page: Page) -> None:
    links = (
        "fetch('/api/downloads').then((r) => r.json()).then((all) => all.items.map((i) => i.url))"
    )
    page.locator("textarea").fill(max(page.evaluate(links), key=len))
    page.locator("textarea").press("Enter")
    expect(page.locator("li[data-tone=bad]")).to_be_visible()


PAGES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "downloads": ("/", downloads),
    "pasted": ("/", pasted),
    "refused": ("/", refused),
    "menu": ("/", menu),
    "question": ("/", question),
    "player": ("/", player),
    "library": ("/library", library),
    "selecting": ("/library", selecting),
    "services": ("/", sheet(0)),
    "settings": ("/", sheet(1)),
    "toast": ("/", toast),
}


def test_nothing_on_any_page_is_wider_than_its_screen(
    wide: str, browser: Browser, locale: str
) -> None:
    context = browser.new_context(locale=locale, reduced_motion="reduce", service_workers="block")
    context.set_default_timeout(PATIENCE)
    outside: dict[str, list[str]] = {}
    for name, (path, show) in PAGES.items():
        page = context.new_page()
        page.goto(wide + path)
        show(page)
        screen = context.new_cdp_session(page)
        for width in WIDTHS:
            lay_out(screen, page, width, 900)
            await_stillness(page)
            outside[f"{name}, {width}"] = page.evaluate(OUTSIDE)
        page.close()
    context.close()
    assert {where: what[:5] for where, what in outside.items() if what} == {}


def test_the_header_fits_whatever_the_status_says(stack: GuardRun, browser: Browser) -> None:
    locales = ROOT / "webapp/frontend/src/i18n/locales"
    outside: dict[str, list[str]] = {}
    for language in ("en", "de", "fr"):
        words = json.loads((locales / f"{language}.json").read_text(encoding="utf-8"))["status"]
        context = browser.new_context(locale=language, service_workers="block")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"http://localhost:{stack.ports['web']}/library")
        said = page.get_by_role("banner").get_by_role("status")
        expect(said).to_have_text(words["ok"])
        longest = max((words[verdict] for verdict in VERDICTS), key=len)
        said.evaluate("(node, text) => { node.textContent = text; }", longest)
        screen = context.new_cdp_session(page)
        for width in range(320, 1120, 16):
            lay_out(screen, page, width, 700)
            outside[f"{language}, {width}"] = page.evaluate(OUTSIDE)
        context.close()
    assert len(outside) == 150
    assert {where: what[:5] for where, what in outside.items() if what} == {}
