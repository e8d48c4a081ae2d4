"""The guard's pages: a name or a reason without a space is never wider than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.app import lay_out
from tests.browser.test_unbreakable import LONG, OUTSIDE, WORDS
from tests.conftest import PATIENCE
from tests.stack.harness import GuardRun, toy

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.stack.conftest import Guarded

WIDTHS = (320, 390, 544, 768, 992, 1280, 1472, 1920, 2560)
"""Those at which the pages change, too."""
MODULE = "a" * 300
"""Longer ones are no names any more."""
SAID = {
    "guard": (
        *("#summary", "#guard", "#app", ".service h3", ".service .url", ".service .cause p"),
        *(".service .fix", ".service .restart-with", "#crashes summary b", "#crashes .fix"),
        *("#crashes summary span", "#filters label span", "#count", "#nothing"),
    ),
    "web": ("h1", "#sentence", "#fix", "#restart", "#said"),
}
"""Where something of any length can stand: names, addresses, causes, what a service answers."""
FILL = f"""([selectors, text]) => {{
  for (const selector of selectors) {{
    for (const node of document.querySelectorAll(selector)) node.textContent = text;
  }}
  for (const node of document.querySelectorAll('.cause')) node.hidden = false;
  return ({OUTSIDE})();
}}"""


@pytest.fixture
def run(guarded: Guarded) -> GuardRun:
    """A stack that lacks a module whose name is as long as one can be, and says much."""
    failing = f"python -c 'import {MODULE}' # $WEB_FD ${{WEB_PORT:-1}}"
    run = guarded(f"web: {failing}", toy("api"))
    run.await_state("web", "BROKEN")
    return run


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "fr-FR"])
def test_nothing_on_the_guard_s_pages_is_wider_than_its_screen(
    run: GuardRun, browser: Browser, locale: str
) -> None:
    context = browser.new_context(locale=locale, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    outside: dict[str, list[str]] = {}
    for name, selectors in SAID.items():
        page = context.new_page()
        page.goto(f"http://localhost:{run.ports[name]}/")
        expect(page.locator(".cause").first).to_contain_text(MODULE)
        if name == "guard":
            page.locator("#crashes summary").first.click()
        page.evaluate("document.querySelector('.skip')?.remove()")  # beside the screen by design
        screen = context.new_cdp_session(page)
        for width in WIDTHS:
            lay_out(screen, page, width, 900)
            outside[f"{name}, {width}"] = page.evaluate(OUTSIDE)
            for text in ("W" * LONG, WORDS[locale] * 30):  # drawn and measured at once
                found = page.evaluate(FILL, [selectors, text])
                outside[f"{name}, {width}, {text[:9]}"] = found
        page.close()
    context.close()
    assert {where: what[:5] for where, what in outside.items() if what} == {}
