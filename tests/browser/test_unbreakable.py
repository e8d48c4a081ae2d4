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

    import httpx
    from playwright.sync_api import Browser, Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

WIDTHS = {
    "en-GB": (320, 2560),
    "de-DE": (320, 544, 704, 1280, 2560),
    "fr-FR": (320, 2560),
}
"""With those at which the pages change; all of them in the language of the longest words."""
VERDICTS = ("ok", "connecting", "starting", "away", "broken", "stopped", "locked")
LONG = 20_000
WORDS = {
    "en-GB": "pneumonoultramicroscopicsilicovolcanoconiosis",
    "de-DE": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "fr-FR": "anticonstitutionnellement",
}
"""The longest of each language."""
LOCALES = ROOT / "webapp/frontend/src/i18n/locales"
LANGUAGES = sorted(file.stem for file in LOCALES.glob("*.json"))
UNBREAKABLE = (
    *("W" * LONG, "https://" + "a1-_." * 4000),
    *(word * 30 for word in WORDS.values()),
)

FAILURE = json.dumps({"kind": "x", "sentence": "W" * LONG, "fix": WORDS["de-DE"] * 30})

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


@pytest.fixture
def wide(stack: GuardRun, api: httpx.Client, page: Page, media: MediaSource) -> Iterator[str]:
    """The address of the app with a row in every state, all called something unbreakable."""
    app = App.of(stack, page)
    made = api.post("subscriptions", json={"url": f"{media.base}/feed?{'W' * 1500}"})
    subscription = made.json()["id"]
    api.post(f"subscriptions/{subscription}/pause")
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
                f"UPDATE downloads SET {column} = CASE number % 5 "  # noqa: S608 - of the list above
                "WHEN 0 THEN ? WHEN 1 THEN ? WHEN 2 THEN ? WHEN 3 THEN ? ELSE ? END",
                UNBREAKABLE,
            )
        database.execute("UPDATE downloads SET error = ? WHERE state = 'failed'", [FAILURE])
        database.execute("UPDATE subscriptions SET title = ?, error = ?", ["W" * LONG, FAILURE])
    database.close()
    page.close()  # it would draw all of them anew with each piece that comes in
    yield app.url
    media.throttle = 0
    api.delete(f"subscriptions/{subscription}")


def downloads(page: Page) -> None:
    expect(page.locator("li[data-state=failed]")).to_be_visible()


def pasted(page: Page) -> None:
    page.locator("textarea").fill("\n".join(UNBREAKABLE))


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


def subscriptions(page: Page) -> None:
    expect(page.get_by_role("listitem").filter(has_text="WWWW").first).to_be_visible()


def queue(page: Page) -> None:
    page.locator("main button[aria-haspopup=dialog]").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def shortcuts(page: Page) -> None:
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def offline(page: Page) -> None:
    downloads(page)
    cause = {"kind": "x", "sentence": "W" * LONG, "fix": WORDS["de-DE"] * 30}
    gone = {"title": "Away", "status": 503, "detail": "Away.", "service": "api", "state": "BROKEN"}
    answer = json.dumps(gone | {"cause": cause})
    page.route("**/guard/**", lambda route: route.abort())
    page.route(
        "**/api/**",
        lambda route: route.fulfill(
            status=503, content_type="application/problem+json", body=answer
        ),
    )
    page.reload()
    expect(page.get_by_role("region").filter(has_text="WWWW")).to_be_visible()


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
    "subscriptions": ("/subscriptions", subscriptions),
    "queue": ("/", queue),
    "shortcuts": ("/", shortcuts),
    "offline": ("/", offline),
    "services": ("/", sheet(0)),
    "settings": ("/", sheet(1)),
    "toast": ("/", toast),
}


@pytest.mark.parametrize("locale", WORDS)
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
        for width in WIDTHS[locale]:
            lay_out(screen, page, width, 900)
            await_stillness(page)
            outside[f"{name}, {width}"] = page.evaluate(OUTSIDE)
        page.close()
    context.close()
    assert {where: what[:5] for where, what in outside.items() if what} == {}


def test_every_language_has_its_longest_word() -> None:
    assert sorted(locale[:2] for locale in WORDS) == LANGUAGES


def test_the_header_fits_whatever_the_status_says(stack: GuardRun, browser: Browser) -> None:
    outside: dict[str, list[str]] = {}
    for language in LANGUAGES:
        words = json.loads((LOCALES / f"{language}.json").read_text(encoding="utf-8"))["status"]
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
    assert len(outside) == 50 * len(LANGUAGES)
    assert {where: what[:5] for where, what in outside.items() if what} == {}
