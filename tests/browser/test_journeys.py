"""What people do with the app, first link to last, and what it does when things break."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.bench.browser import wait_until
from tests.browser.app import App
from tests.stack.harness import ROOT, GuardRun, until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx
    from playwright.sync_api import Page, Route

    from tests.media_source import MediaSource

SLOW = 250_000  # bytes/s
FAST = 0

# The last of the parts that the page fetches when it has nothing else to do.
FETCHED_AHEAD = """performance.getEntriesByType('resource')
  .some(({ name, responseEnd }) => name.includes('/Player') && responseEnd > 0)"""


def test_a_batch_keeps_its_order_and_names_what_cannot_be_had(app: App, media: MediaSource) -> None:
    app.paste(media.mp4, media.hls, media.missing)
    for name in ("clip", "index"):
        app.await_done(app.row(name))
    failed = app.row("missing")
    expect(failed.get_by_text("Failed", exact=True)).to_be_visible()
    expect(failed).to_contain_text("404")
    expect(app.page.get_by_role("button", name="Clear failed")).to_be_visible()


def test_a_download_is_paused_resumed_and_cancelled(app: App, media: MediaSource) -> None:
    media.throttle = SLOW
    app.paste(media.mp4)
    row = app.row("clip")
    app.await_progress(row, beyond=5)
    row.get_by_title("Pause").click()
    expect(row.get_by_text("Paused", exact=True)).to_be_visible()
    row.get_by_title("Resume").click()
    app.await_progress(row, beyond=10)
    row.get_by_title("Cancel").click()
    expect(row.get_by_text("Cancelled", exact=True)).to_be_visible()
    media.throttle = FAST
    row.get_by_title("Retry").click()
    app.await_done(row)


def test_a_pause_that_comes_too_late_leaves_the_row_as_the_download_is(
    app: App, api: httpx.Client, media: MediaSource
) -> None:
    media.throttle = SLOW
    app.paste(media.mp4)
    row = app.row("clip")
    app.await_progress(row, beyond=5)

    def hold(route: Route) -> None:
        media.throttle = FAST
        until(lambda: api.get("downloads").json()["items"][0]["state"] == "done", "it is done")
        route.continue_()

    app.page.route("**/pause", hold)
    row.get_by_title("Pause").click()
    expect(app.page.get_by_text("That did not work", exact=True)).to_be_visible()
    app.await_done(row)
    assert app.percent(row) is None


def test_what_is_fetched_on_demand_is_there_although_the_page_s_server_is_not(
    start_stack: Callable[..., GuardRun], page: Page
) -> None:
    stack = start_stack()
    App.of(stack, page)
    wait_until(page, FETCHED_AHEAD)
    page.evaluate("window.before = true")
    stack.post("/api/services/web/stop")
    stack.await_state("web", "STOPPED")
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_role("dialog", name="Settings")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Library").click()
    expect(page.get_by_role("heading", name="Library")).to_be_visible()
    assert page.evaluate("window.before") is True


def test_a_link_that_is_there_already_is_offered_again(app: App, media: MediaSource) -> None:
    app.paste(media.mp4)
    app.await_done(app.row("clip"))
    app.paste(media.mp4)
    app.page.get_by_role("button", name="Download again").click()
    expect(app.row("clip")).to_have_count(2)


def test_what_is_finished_plays_in_the_library_and_is_deleted_with_its_file(
    app: App, media: MediaSource, media_dir: Path
) -> None:
    app.paste(media.mp4)
    app.await_done(app.row("clip"))
    app.page.get_by_role("link", name="Library").click()
    app.page.get_by_role("button", name="Play: clip").click()
    video = app.page.locator("video")
    expect(video).to_have_js_property("error", None)
    wait_until(app.page, "document.querySelector('video').readyState >= 2")
    video.evaluate("video => { video.currentTime = 8 }")
    wait_until(app.page, "document.querySelector('video').currentTime >= 8")
    app.page.keyboard.press("Escape")

    app.page.get_by_role("searchbox").fill("nothing like it")
    expect(app.page.get_by_text("Nothing matches")).to_be_visible()
    app.page.get_by_role("searchbox").fill("clip")
    app.page.get_by_role("button", name="More actions for clip").click()
    app.page.get_by_role("menuitem", name="Remove and delete file").click()
    app.page.get_by_role("button", name="Delete").click()
    expect(app.page.get_by_role("button", name="Play: clip")).to_have_count(0)
    until(lambda: not list(media_dir.glob("*.mp4")), "the file is gone")


def test_everything_can_be_done_with_the_keyboard_alone(app: App, media: MediaSource) -> None:
    keys = app.page.keyboard
    app.page.locator("body").evaluate("() => document.activeElement.blur()")
    keys.press("/")
    expect(app.link_field).to_be_focused()
    keys.insert_text(media.mp4)
    keys.press("Enter")
    app.await_done(app.row("clip"))
    app.page.locator("body").evaluate("() => document.activeElement.blur()")
    keys.press("?")
    expect(app.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keys.press("Escape")
    expect(app.page.get_by_role("dialog")).to_have_count(0)
    keys.press("l")
    expect(app.page.get_by_role("heading", name="Library")).to_be_visible()
    play = app.page.get_by_role("button", name="Play: clip")
    play.focus()
    keys.press("Enter")
    expect(app.page.get_by_role("dialog", name="clip")).to_be_visible()
    keys.press("Escape")
    expect(play).to_be_focused()


def test_the_services_are_shown_and_one_is_restarted_from_the_page(
    app: App, stack: GuardRun
) -> None:
    old = stack.service("api")["pid"]
    app.status.click()
    app.page.get_by_role("button", name="Restart api").click()
    stack.await_new_pid("api", old)
    expect(app.page.get_by_role("dialog").get_by_text("Connected")).to_be_visible()


@pytest.fixture
def editable(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[tuple[GuardRun, Path]]:
    """A stack over a copy of the backend, and that copy's main.py."""
    backend = tmp_path / "backend"
    shutil.copytree(ROOT / "webapp/backend", backend, ignore=shutil.ignore_patterns("__pycache__"))
    procfile = tmp_path / "Procfile"
    web, api = (ROOT / "Procfile.dev").read_text().splitlines()
    procfile.write_text(
        web.replace("webapp/frontend", f"{ROOT}/webapp/frontend").replace("$PWD", str(ROOT))
        + "\n"
        + api.replace("webapp/backend", str(backend)).replace("$PWD", str(ROOT))
        + "\n"
    )
    environment = {
        "DATA_DIR": str(tmp_path / "data"),
        "ALLOW_HOSTS": "127.0.0.1",
        "API_WATCH": str(backend),
        "GUARD_RELAUNCH": "process",
    }
    ports = {name: free_port() for name in ("web", "api", "guard")}
    run = GuardRun(procfile, environment, ports).start()
    try:
        for name in ("web", "api"):
            run.await_state(name, "READY", deadline=60)
        yield run, backend / "main.py"
    finally:
        run.close()


def test_a_broken_backend_is_explained_and_what_was_done_meanwhile_is_not_lost(
    editable: tuple[GuardRun, Path], page: Page, media: MediaSource
) -> None:
    stack, main = editable
    app = App.of(stack, page)
    good = main.read_text()
    main.write_text(good + "\ndef broken(:\n")
    stack.await_state("api", "BROKEN")

    expect(app.status).to_have_text("Broken")
    banner = page.get_by_role("region", name="Backend")
    expect(banner).to_contain_text("The backend cannot start.")
    expect(banner).to_contain_text("main.py")
    expect(banner.get_by_role("button", name="Retry now")).to_be_visible()
    app.paste(media.mp4)
    expect(page.get_by_text("Waiting for the backend")).to_be_visible()
    page.reload()
    waiting = page.get_by_role("listitem").filter(has_text="Waiting for the backend")
    expect(waiting).to_be_visible()
    waiting.get_by_role("button", name="Discard").click()
    expect(waiting).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(waiting).to_be_visible()

    main.write_text(good)
    expect(app.status).to_have_text("Connected")
    expect(banner).to_have_count(0)
    app.await_done(app.row("clip"))


def test_without_a_guard_the_page_says_so_and_works(app: App, stack: GuardRun) -> None:
    app.page.route(re.compile("/guard/"), lambda route: route.abort())
    app.page.reload()
    expect(app.status).to_have_text("Connected")
    app.status.click()
    sheet = app.page.get_by_role("dialog")
    expect(sheet.get_by_text("Not running")).to_be_visible()
    expect(sheet.get_by_text("This is not an error", exact=False)).to_be_visible()
    assert stack.service("api")["state"] == "READY"
