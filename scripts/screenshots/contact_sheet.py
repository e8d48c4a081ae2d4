"""A contact sheet: every page and state, in light, dark and forced colours, at five widths.

Each state is reached once for each look, and pictured at every width. On the way it is judged: by
axe, and by whether anything is wider than its screen. The sheet is an HTML page with all pictures,
and one picture of that for each look.
"""

from __future__ import annotations

import html
import json
import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, expect

from scripts.screenshots.films import LIGHTHOUSE, MISSING, SUNRISE
from scripts.screenshots.stage import ROOT, Stage, until

WIDTHS = (320, 390, 768, 1280, 2560)
HEIGHTS = {320: 640, 390: 844, 768: 1024, 1280: 800, 2560: 1440}
THUMBNAIL = 320  # pixels high on the sheet
AXE = ROOT / "webapp/frontend/node_modules/axe-core/axe.min.js"
JUDGED_AT = (390, 1280)
"""The widths at which axe looks: that of a phone and that of a desk."""
OPENER_IN_SIGHT = """() => {
    const opener = document.querySelector('[aria-expanded=true][aria-haspopup]');
    const { top = 0, bottom = 0 } = opener?.getBoundingClientRect() ?? {};
    if (top < 0 || bottom > innerHeight) opener.scrollIntoView({ block: 'center' });
}"""
"""What is open hangs at its button, which another width may have moved off the screen."""
Look = Literal["light", "dark", "forced"]
LOOKS: tuple[Look, ...] = ("light", "dark", "forced")


@dataclass
class Sheet:
    """What was pictured, and what was found on the way."""

    folder: Path
    pictures: dict[tuple[str, Look], list[Path]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    judged: int = 0
    """How often axe has looked: states, looks and widths."""


def take(
    stage: Stage, browser: Browser, folder: Path, states: Iterable[str] | None = None
) -> Sheet:
    """Picture all states, or only these, into `folder`, and write the sheet."""
    sheet = Sheet(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for state in states or STATES:
        for look in LOOKS:
            with _opened(browser, look) as page:
                STATES[state](stage, page)
                sheet.pictures[state, look] = [
                    _picture(sheet, page, state, look, width) for width in WIDTHS
                ]
    _write(sheet, browser)
    return sheet


@contextmanager
def _opened(browser: Browser, look: Look) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1280, "height": HEIGHTS[1280]},
        color_scheme="dark" if look == "dark" else "light",
        forced_colors="active" if look == "forced" else "none",
        reduced_motion="reduce",
        locale="en-GB",
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def _picture(sheet: Sheet, page: Page, state: str, look: Look, width: int) -> Path:
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.evaluate(OPENER_IN_SIGHT)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)))")
    where = f"{state}, {look}, {width} px"
    root = "document.documentElement"
    if page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
        sheet.findings.append(f"{where}: wider than the screen")
    if width in JUDGED_AT:
        sheet.judged += 1
        sheet.findings += [f"{where}: {one}" for one in _violations(page)]
    path = sheet.folder / f"{re.sub(r'[^a-z]+', '-', state.lower())}-{look}-{width}.jpg"
    page.screenshot(path=path, type="jpeg", quality=70, animations="disabled")
    return path


def _violations(page: Page) -> list[str]:
    """What axe objects to, as "rule: element"."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run().then((result) => result.violations)")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


# --- The states -----------------------------------------------------------------------------------


def _home(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web"))
    expect(page.get_by_title("Connection and services")).to_have_text("Connected", timeout=60_000)


def _library(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/library"))
    page.get_by_role("button", name=f"Play: {SUNRISE.title}").wait_for()


def _downloads(stage: Stage, page: Page) -> None:
    _home(stage, page)
    page.get_by_text(LIGHTHOUSE.title).first.wait_for()


def _preview(stage: Stage, page: Page) -> None:
    _home(stage, page)
    page.get_by_role("textbox").first.fill(SUNRISE.url)
    page.get_by_role("main").get_by_text("Already in your list").wait_for()


def _wrong_link(stage: Stage, page: Page) -> None:
    _home(stage, page)
    page.get_by_role("textbox").first.fill("not a link")
    page.keyboard.press("Enter")
    page.get_by_role("alert").first.wait_for()


def _more_options(stage: Stage, page: Page) -> None:
    _home(stage, page)
    page.get_by_text("More options").click()


def _menu(stage: Stage, page: Page) -> None:
    _downloads(stage, page)
    page.get_by_role("button", name=f"More for {SUNRISE.title}").first.click()
    page.get_by_role("menu").wait_for()


def _undo(stage: Stage, page: Page) -> None:
    """A page that is closed sends what it holds: so this one removes what is made for it."""
    item = stage.add(MISSING.url)["id"]
    until(lambda: _state(stage, item) == "failed", "a download that fails")
    _downloads(stage, page)
    row = page.locator("li[data-state=failed]").first
    row.get_by_role("button", name=re.compile("^More for")).click()
    page.get_by_role("menuitem", name="Remove from list").click()
    page.get_by_role("button", name="Undo").wait_for()


def _confirm(stage: Stage, page: Page) -> None:
    _library(stage, page)
    page.get_by_role("button", name=f"More for {SUNRISE.title}").click()
    page.get_by_role("menuitem", name="Remove and delete file").click()
    page.get_by_role("alertdialog").wait_for()


def _queue(stage: Stage, page: Page) -> None:
    _downloads(stage, page)
    page.get_by_role("button", name=re.compile("at once")).click()
    page.get_by_role("dialog", name="Queue").wait_for()


def _list_layout(stage: Stage, page: Page) -> None:
    _library(stage, page)
    page.get_by_role("radio", name="List").check(force=True)


def _selecting(stage: Stage, page: Page) -> None:
    _library(stage, page)
    page.get_by_role("button", name="Select").click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("toolbar").wait_for()


def _no_match(stage: Stage, page: Page) -> None:
    _library(stage, page)
    page.get_by_role("searchbox").fill("nothing like it")
    page.get_by_text("Nothing matches").wait_for()


def _player(stage: Stage, page: Page) -> None:
    _library(stage, page)
    page.get_by_role("button", name=f"Play: {SUNRISE.title}").click()
    page.get_by_role("dialog").wait_for()


def _services(stage: Stage, page: Page) -> None:
    _home(stage, page)
    page.get_by_title("Connection and services").click()
    page.get_by_role("button", name="Restart web").wait_for()


def _settings(stage: Stage, page: Page) -> None:
    _home(stage, page)
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("dialog").wait_for()


def _shortcuts(stage: Stage, page: Page) -> None:
    _home(stage, page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _subscriptions(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/subscriptions"))
    page.get_by_text("No subscriptions yet").wait_for()


def _subscribing(stage: Stage, page: Page) -> None:
    _subscriptions(stage, page)
    page.get_by_role("button", name="Subscribe", exact=True).first.click()
    page.get_by_role("dialog").wait_for()
    page.get_by_text("Filters").click()


def _moving(stage: Stage, page: Page) -> None:
    _library(stage, page)
    page.get_by_role("button", name=f"More for {SUNRISE.title}").click()
    page.get_by_role("menuitem", name="Move or rename").click()
    page.get_by_role("dialog").wait_for()


def _settings_end(stage: Stage, page: Page) -> None:
    _settings(stage, page)
    page.get_by_role("heading", name="For scripts").scroll_into_view_if_needed()


def _in_german(stage: Stage, page: Page) -> None:
    page.add_init_script("localStorage.setItem('language', 'de')")
    page.goto(stage.url("web"))
    page.get_by_text(LIGHTHOUSE.title).first.wait_for()


def _away(stage: Stage, page: Page) -> None:
    stage.command("/api/services/api/start")
    until(lambda: stage.state("api") == "READY", "the backend to be back")
    _downloads(stage, page)
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


STATES: dict[str, Callable[[Stage, Page], None]] = {
    "downloads": _downloads,
    "preview": _preview,
    "wrong link": _wrong_link,
    "more options": _more_options,
    "menu": _menu,
    "queue": _queue,
    "library": _library,
    "library as a list": _list_layout,
    "selecting": _selecting,
    "nothing matches": _no_match,
    "player": _player,
    "undo": _undo,
    "confirm": _confirm,
    "services": _services,
    "settings": _settings,
    "shortcuts": _shortcuts,
    "unknown address": _unknown,
    "subscriptions": _subscriptions,
    "a new subscription": _subscribing,
    "moving a file": _moving,
    "settings, the end": _settings_end,
    "in German": _in_german,
    "dashboard": _dashboard,
    "dashboard, a crash": _dashboard_crash,
    "dashboard, searching": _dashboard_search,
    "dashboard, asking": _dashboard_asking,
    "a port whose service is down": _standby,
    "backend away": _away,
}


def _state(stage: Stage, item: str) -> object:
    return next(each["state"] for each in stage.downloads() if each["id"] == item)


def prepare(stage: Stage) -> None:
    """A download that is done, one that failed, one that is under way; and a crash."""
    items = [stage.add(film.url)["id"] for film in (SUNRISE, MISSING)]
    until(lambda: {_state(stage, each) for each in items} == {"done", "failed"}, "both to end")
    stage.media.throttle = 2_000  # bytes/s: it lasts for as long as the pictures take
    stage.add(LIGHTHOUSE.url)
    os.kill(stage.pid("web"), signal.SIGKILL)
    until(lambda: stage.state("web") == "READY", "the page to be back")


# --- The sheet ------------------------------------------------------------------------------------


def _write(sheet: Sheet, browser: Browser) -> None:
    for look in LOOKS:
        rows = "".join(
            f"<section><h2>{html.escape(state)}</h2><div>"
            + "".join(
                f'<figure><img src="{path.name}" height="{THUMBNAIL}">'
                f"<figcaption>{width}</figcaption></figure>"
                for path, width in zip(paths, WIDTHS, strict=True)
            )
            + "</div></section>"
            for (state, of), paths in sheet.pictures.items()
            if of == look
        )
        document = sheet.folder / f"{look}.html"
        document.write_text(f"{HEAD}<h1>{look}</h1><main>{rows}</main>", encoding="utf-8")
        page = browser.new_page(viewport={"width": 3600, "height": 900})
        page.goto(document.as_uri())
        page.screenshot(path=sheet.folder / f"{look}.png", full_page=True)
        page.close()
    found = {"judged": sheet.judged, "findings": sheet.findings}
    (sheet.folder / "findings.json").write_text(json.dumps(found, indent=1), encoding="utf-8")


HEAD = """<!doctype html><meta charset="utf-8"><style>
body { font: 13px system-ui; margin: 16px } h2 { font-size: 13px; margin: 0 }
main { columns: 2 } section { break-inside: avoid }
section > div { display: flex; gap: 8px; margin: 4px 0 14px }
figure { margin: 0 } img { border: 1px solid #ccc } figcaption { color: #666 }
</style>"""
