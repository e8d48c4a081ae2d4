"""A contact sheet: every page and state, in light, dark and forced colours, at five widths.

Each state is reached once for each look, and pictured at every width. On the way it is judged: by
axe, and by whether anything is wider than its screen. The sheet is an HTML page with all pictures,
and one picture of that for each look.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page

from scripts.screenshots.axe import violations
from scripts.screenshots.rarer import EMPTY
from scripts.screenshots.stage import Stage
from scripts.screenshots.states import STATES, prepare

WIDTHS = (320, 390, 768, 1280, 2560)
HEIGHTS = {320: 640, 390: 844, 768: 1024, 1280: 800, 2560: 1440}
THUMBNAIL = 320  # pixels high on the sheet
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
    is_prepared = False
    for state in sorted(states or STATES, key=lambda one: one not in EMPTY):
        if state not in EMPTY and not is_prepared:
            prepare(stage)
            is_prepared = True
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
        sheet.findings += [f"{where}: {one}" for one in violations(page)]
    path = sheet.folder / f"{re.sub(r'[^a-z]+', '-', state.lower())}-{look}-{width}.jpg"
    page.screenshot(path=path, type="jpeg", quality=70, animations="disabled")
    return path


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
