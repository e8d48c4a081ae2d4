"""What a page costs its reader, measured in a real Chromium: paint, typing, rows drawn again."""

from __future__ import annotations

import contextlib
import gzip
import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.bench.probe import NoAnswerError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
REDRAWS = HERE / "redraws.js"
DEADLINE_SECONDS = 60
POLL_MS = 20
KEY_SECONDS = 0.06
"""From one key to the next: a fast typist's."""
LEAST_EVENT_SECONDS = 0.016
"""What is shorter, the browser does not tell of."""
SLOW_NETWORK = {
    "offline": False,
    "latency": 400,  # milliseconds before an answer begins
    "downloadThroughput": 50_000,
    "uploadThroughput": 50_000,  # bytes a second
}
"""A bad connection on the way, as the DevTools emulate it."""
WATCH_KEYS = """() => {
  window.keys = new Map();
  const note = ({ interactionId, duration }) => {
    if (interactionId) keys.set(interactionId, Math.max(duration, keys.get(interactionId) ?? 0));
  };
  new PerformanceObserver((seen) => seen.getEntries().forEach(note))
    .observe({ type: 'event', durationThreshold: 16 });
}"""
WATCH = """
  new MutationObserver((_, watching) => {
    if (!(%(there)s)) return;
    window.%(mark)s = performance.now();
    watching.disconnect();
  }).observe(document, { childList: true, characterData: true, subtree: true });
"""
EARLY_FIELD = "#early-link"
"""What a link can be typed in before the page's scripts are there; they put their own in place."""
FIELD = {"mark": "usableAt", "there": "document.querySelector('textarea')"}
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SCRIPTS = """performance.getEntriesByType('resource')
  .filter(({ name, startTime }) => /\\.js$/.test(name) && startTime < shownAt).map(r => r.name)"""


@contextlib.contextmanager
def opened(browser: Browser, url: str, *scripts: str) -> Iterator[Page]:
    """Show a page as to somebody who was never there, with `redraws` counted from the start.

    `scripts` run in it before its own do.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 1600}, locale="en-GB")
    context.set_default_timeout(1000 * DEADLINE_SECONDS)
    try:
        page = context.new_page()
        page.add_init_script(path=REDRAWS)
        for script in (WATCH % FIELD, *scripts):
            page.add_init_script(script)
        page.goto(url)
        page.locator("textarea").wait_for()
        wait_until(page, f"!document.querySelector('{EARLY_FIELD}')")
        yield page
    finally:
        context.close()


@dataclass(frozen=True)
class Visit:
    """What somebody sees who was never there, in seconds from the navigation on."""

    paint: float
    """Until the first contentful paint."""
    usable: float
    """Until there is a text field."""


def wait_until(page: Page, expression: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Wait until a JavaScript expression is true, also on a page whose policy forbids `eval`.

    Playwright's own `wait_for_function` evaluates it within the page, as a script of the page:
    script-src without 'unsafe-eval' refuses that. `evaluate` is the debugger's, and may.

    Raises:
        NoAnswerError: when it is not true in time.

    """
    end = time.monotonic() + seconds
    while not _is_true(page, expression):
        if time.monotonic() > end:
            raise NoAnswerError(f"not within {seconds:.0f} s: {expression}")
        page.wait_for_timeout(POLL_MS)


def _is_true(page: Page, expression: str) -> bool:
    from playwright.sync_api import Error

    try:
        return bool(page.evaluate(expression))
    except Error as error:
        if "context was destroyed" in str(error):  # the page is being replaced by another
            return False
        raise


def visit(browser: Browser, url: str) -> Visit:
    """Open a page, nothing cached."""
    with opened(browser, url) as page:
        wait_until(page, FIRST_PAINT)
        paint, usable = page.evaluate(f"[{FIRST_PAINT}, usableAt]")
        return Visit(paint / 1000, usable / 1000)


def slow_visit(browser: Browser, url: str) -> float:
    """Open a page over `SLOW_NETWORK`, nothing cached; the seconds until there is a text field."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    context.set_default_timeout(1000 * DEADLINE_SECONDS)
    try:
        page = context.new_page()
        page.add_init_script(WATCH % FIELD)
        context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW_NETWORK)
        page.goto(url, wait_until="commit")
        wait_until(page, "window.usableAt")
        return float(page.evaluate("usableAt")) / 1000
    finally:
        context.close()


def typing(page: Page, text: str) -> float:
    """Type into the page's text field; return the seconds of the slowest key, until its paint.

    That is the interaction to next paint (INP) of so few interactions. The browser tells it in
    steps of 8 ms, and nothing below `LEAST_EVENT_SECONDS`, which is then what is returned.
    """
    page.evaluate(WATCH_KEYS)
    page.locator("textarea").fill("")
    page.locator("textarea").press_sequentially(text, delay=1000 * KEY_SECONDS)
    if page.locator("textarea").input_value() != text:
        raise NoAnswerError(f"what was typed is not in the field: {text}")
    page.evaluate("() => new Promise((told) => setTimeout(told, 300))")  # the last key's paint
    slowest = float(page.evaluate("Math.max(0, ...keys.values())"))
    page.locator("textarea").fill("")
    return max(LEAST_EVENT_SECONDS, slowest / 1000)


@dataclass(frozen=True)
class Redraws:
    """What React did with the rows of downloads for a while."""

    commits: int
    """Updates of the page."""
    drawn: int
    """Rows that were drawn again because their download had changed."""
    needless: int
    """Rows that were drawn again although it had not."""


def redraws(page: Page, seconds: float) -> Redraws:
    """Count for so many seconds."""
    page.evaluate("redraws.reset()")
    time.sleep(seconds)
    return Redraws(**page.evaluate("redraws.counted"))


def initial_scripts(browser: Browser, url: str, text: str) -> int:
    """Return the bytes of all JavaScript that a page asks for before it shows a text, gzipped."""
    shown = {"mark": "shownAt", "there": f"document.body?.textContent.includes({json.dumps(text)})"}
    with opened(browser, url, WATCH % shown) as page:
        wait_until(page, "window.shownAt")
        scripts = sorted(set(page.evaluate(SCRIPTS)))
    if not scripts:
        raise NoAnswerError(f"no script was asked for before {text!r} was shown")
    return sum(len(gzip.compress(_fetch(url), 9)) for url in scripts)


def _fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=DEADLINE_SECONDS) as answer:
        content: bytes = answer.read()
        return content
