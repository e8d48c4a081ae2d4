"""What is on each picture. The name of a function is that of its picture in docs/images."""

import os
import signal
import sys
from collections.abc import Callable, Mapping

from playwright.sync_api import Browser, Page, ViewportSize

from scripts.guard.pages.ansi_html import ansi_to_html
from scripts.screenshots.films import LIGHTHOUSE, MISSING, SUNRISE
from scripts.screenshots.stage import ROOT, Stage, until

WIDE = ViewportSize(width=1200, height=870)
PHONE = ViewportSize(width=390, height=760)
SHORT = ViewportSize(width=1200, height=345)
SLOW = 100_000  # bytes/s: slow enough to be seen in progress
READY_TWICE = 4  # lines: two services, before and after


def terminal(stage: Stage, browser: Browser) -> Page:
    """`make dev`: the addresses, the merged log, and what is said when a server is killed."""
    os.kill(stage.pid("web"), signal.SIGKILL)
    until(lambda: stage.terminal.count(" is ready after ") == READY_TWICE, "both to be back")
    lines = ["$ make dev", *stage.terminal.rstrip().split("\n")]
    page = browser.new_page(viewport=ViewportSize(width=940, height=40 + 39 * len(lines) // 2))
    page.set_content(TERMINAL.format(lines="\n".join(ansi_to_html(line) for line in lines)))
    return page


def dashboard(stage: Stage, browser: Browser) -> Page:
    """The guard's own page, with that death on it."""
    page = _open(browser, stage.url("guard"))
    page.locator("#crashes").get_by_text("killed").first.wait_for()
    page.locator("#services").get_by_text("MB").first.wait_for()
    return page


def app(stage: Stage, browser: Browser) -> Page:
    """The app: a finished download, one in progress, one that failed."""
    done = stage.add(SUNRISE.url)
    until(lambda: _state(stage, done["id"]) == "done", "the first download")
    failed = stage.add(MISSING.url)
    until(lambda: _state(stage, failed["id"]) == "failed", "the download that fails")
    stage.media.throttle = SLOW
    slow = stage.add(LIGHTHOUSE.url)
    page = _open(browser, stage.url("web"))
    until(lambda: _fraction(stage, slow["id"]) > 0.3, "a download half-way")  # noqa: PLR2004
    page.get_by_text(LIGHTHOUSE.title).first.wait_for()
    return _whole(page)


def app_dark(stage: Stage, browser: Browser) -> Page:
    """The same in the dark."""
    page = _open(browser, stage.url("web"), dark=True)
    page.get_by_text(LIGHTHOUSE.title).first.wait_for()
    return _whole(page)


def app_phone(stage: Stage, browser: Browser) -> Page:
    """The same on a narrow screen."""
    page = _open(browser, stage.url("web"), PHONE)
    page.get_by_text(LIGHTHOUSE.title).first.wait_for()
    return _whole(page)


def away(stage: Stage, browser: Browser) -> Page:
    """The app while its backend is away."""
    page = _open(browser, stage.url("web"))
    page.get_by_text(LIGHTHOUSE.title).first.wait_for()
    stage.command("/api/services/api/stop")
    until(lambda: stage.state("api") == "STOPPED", "the backend to stop")
    page.get_by_role("button", name="Start", exact=True).wait_for()
    return page


def broken(stage: Stage, browser: Browser) -> Page:
    """The page on a port whose service cannot start: here a mistake in the code was saved."""
    stage.command("/api/services/api/start")
    until(lambda: stage.state("api") == "READY", "the backend to be back")
    main = stage.folder / "webapp/backend/main.py"
    main.write_text(main.read_text(encoding="utf-8") + "\ndef unfinished(:\n", encoding="utf-8")
    until(lambda: stage.state("api") == "BROKEN", "the backend to break")
    page = _open(browser, stage.url("api"), SHORT)
    page.get_by_role("button", name="Restart").first.wait_for()
    page.get_by_text("SyntaxError").last.wait_for()
    # The interpreter is that of this clone: its paths are as somebody's would be.
    _say_instead(page, {str(ROOT): str(stage.folder), sys.base_prefix: "/usr"})
    return _whole(page)


SHOTS: tuple[Callable[[Stage, Browser], Page], ...] = (
    terminal,
    dashboard,
    app,
    app_dark,
    app_phone,
    away,
    broken,
)

TERMINAL = """<!doctype html><style>
body {{ margin: 0; background: #1d1f21; color: #d8dad9 }}
pre {{ margin: 18px 20px; font: 13px/1.5 "DejaVu Sans Mono", monospace }}
.bold {{ font-weight: 700 }} .dim {{ opacity: .6 }}
.c1 {{ color: #e06c75 }} .c2 {{ color: #98c379 }} .c3 {{ color: #e5c07b }}
.c4 {{ color: #61afef }} .c5 {{ color: #c678dd }} .c6 {{ color: #56b6c2 }}
</style><pre>{lines}</pre>"""


def _open(browser: Browser, url: str, size: ViewportSize = WIDE, *, dark: bool = False) -> Page:
    context = browser.new_context(
        viewport=size, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    page = context.new_page()
    page.goto(url)
    return page


def _say_instead(page: Page, words: Mapping[str, str]) -> None:
    """Replace these words, wherever the page shows them."""
    page.evaluate(
        """words => {
            const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                for (const [word, other] of Object.entries(words)) {
                    texts.currentNode.data = texts.currentNode.data.replaceAll(word, other);
                }
            }
        }""",
        dict(words),
    )


def _whole(page: Page) -> Page:
    """Make the window as high as the page: no row is cut."""
    height = int(page.evaluate("document.documentElement.scrollHeight"))
    width = int(page.evaluate("innerWidth"))
    page.set_viewport_size(ViewportSize(width=width, height=height))
    return page


def _download(stage: Stage, item: str) -> dict[str, object]:
    return next(each for each in stage.downloads() if each["id"] == item)


def _state(stage: Stage, item: str) -> object:
    return _download(stage, item)["state"]


def _fraction(stage: Stage, item: str) -> float:
    match _download(stage, item)["progress"]:
        case {"fraction": float(fraction)}:
            return fraction
        case _:
            return 0.0
