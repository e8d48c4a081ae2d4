"""The app as its user handles it: by what is written on it, never by its markup."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.stack.harness import until

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Locator, Page

    from tests.stack.harness import GuardRun


STILL = """async () => {
  const moving = () => document.getAnimations().filter(
    (one) => one.playState === 'running' && one.effect.getComputedTiming().iterations < Infinity)
  let found
  do {
    for (const frame of [1, 2]) await new Promise(requestAnimationFrame)  // what has just changed
    found = moving()
    await Promise.allSettled(found.map((one) => one.finished))
  } while (found.length)
}"""


def await_stillness(page: Page) -> None:
    """Wait until nothing moves that will come to rest."""
    page.evaluate(STILL)


def lay_out(screen: CDPSession, page: Page, width: int, height: int) -> None:
    """Lay a page out for a screen of that size. To resize its window as well costs twice as much.

    `screen` is a session of the page's, one for all sizes.
    """
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    screen.send("Emulation.setDeviceMetricsOverride", {**size, "dontSetVisibleSize": True})
    assert page.evaluate("[innerWidth, innerHeight]") == [width, height]


class App:
    """One open page of the app."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    @classmethod
    def of(cls, stack: GuardRun, page: Page) -> App:
        """Open the app of a running stack."""
        return cls(page, f"http://localhost:{stack.ports['web']}").open()

    def open(self, path: str = "/") -> App:
        self.page.goto(self.url + path)
        expect(self.status).to_have_text("Connected")
        return self

    @property
    def status(self) -> Locator:
        return self.page.get_by_title("Connection and services")

    @property
    def link_field(self) -> Locator:
        return self.page.get_by_role("textbox", name="Link to a video or a song")

    def paste(self, *links: str) -> None:
        """Put links into the field and press Enter."""
        self.link_field.fill("\n".join(links))
        self.link_field.press("Enter")

    def row(self, name: str | re.Pattern[str] = re.compile("")) -> Locator:
        """The row of the download of that name."""
        main = self.page.get_by_role("main")
        return main.get_by_role("listitem").filter(has=self.page.get_by_text(name))

    def percent(self, row: Locator) -> int | None:
        """How far the row's progress bar is; None when it has none or does not know."""
        values = row.locator("[role=progressbar][aria-valuenow]").evaluate_all(
            "bars => bars.map(bar => bar.getAttribute('aria-valuenow'))"
        )
        # The bar may have come to know no more between its being found and its being asked.
        return int(values[0]) if values and values[0] is not None else None

    def await_progress(self, row: Locator, beyond: int) -> int:
        """Wait until the bar has passed that many percent and return where it is."""

        def look() -> int | None:
            percent = self.percent(row)
            return percent if percent is not None and percent > beyond else None

        return until(look, f"the bar passes {beyond} %")

    def await_done(self, row: Locator) -> None:
        expect(row.get_by_text("Done", exact=True)).to_be_visible()

    def save(self, row: Locator) -> bytes:
        """Save the finished file through the browser and return its bytes."""
        with self.page.expect_download() as download:
            row.get_by_role("link", name="Save").click()
        return Path(download.value.path()).read_bytes()
