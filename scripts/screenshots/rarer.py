"""States that are seen more rarely: the first visit, what has gone wrong, what is made for them."""

from __future__ import annotations

import re
import shutil
import socket

from playwright.sync_api import Page, Route

from scripts.screenshots.films import SUNRISE
from scripts.screenshots.reach import WAIT, Show, downloads, home, library, settings, state_of
from scripts.screenshots.stage import Stage, ask, until
from tests.backend.feeds import Episode, publish
from tests.media_manners import Manner

PRIVATE = "private.mp4"
GONE = "gone.mp4"
FAULT = "function () { throw new Error('a fault of the page'); }"
API = re.compile(r"^https?://[^/]+/(api|health)\b")
GUARD = re.compile(r"^https?://[^/]+/guard/")


def _first_visit(stage: Stage, page: Page) -> None:
    home(stage, page)
    page.get_by_text("Nothing here yet").wait_for()


def _empty_library(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/library"))
    page.get_by_text("Your library is empty").wait_for()


def _no_subscriptions(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/subscriptions"))
    page.get_by_text("No subscriptions yet").wait_for()


EMPTY: dict[str, Show] = {
    "first visit": _first_visit,
    "empty library": _empty_library,
    "no subscriptions": _no_subscriptions,
}
"""While nothing has been downloaded."""


def _subscribed(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/subscriptions"))
    page.get_by_role("heading", name="A feed").wait_for()


def _feed(stage: Stage, page: Page) -> None:
    library(stage, page)
    page.get_by_role("button", name="Podcast").click()
    page.get_by_role("button", name="Create a feed").click()
    page.get_by_label("The address of Library", exact=True).wait_for()


def _cookies(stage: Stage, page: Page) -> None:
    downloads(stage, page)
    page.get_by_role("button", name="Add cookies").first.click()
    page.get_by_role("dialog").wait_for()
    page.get_by_role("button", name="Save cookies").click()
    page.get_by_role("alert").wait_for()


def _profile(stage: Stage, page: Page) -> None:
    home(stage, page)
    page.get_by_text("More options").click()
    page.locator("label", has_text="Audio").first.click()
    page.get_by_label("Name of the profile").scroll_into_view_if_needed()


def _receivers(stage: Stage, page: Page) -> None:
    form = settings(stage, page).get_by_role("form", name="Add")
    form.get_by_label("Name").fill("My hook")
    form.get_by_label("Address").fill("my hook")
    form.get_by_role("button", name="Add").click()
    form.get_by_role("alert").scroll_into_view_if_needed()


def _token(stage: Stage, page: Page) -> None:
    sheet = settings(stage, page)
    sheet.get_by_label("Name", exact=True).last.fill("Cron")
    sheet.get_by_role("button", name="Create a token").click()
    sheet.get_by_label("The token of Cron", exact=True).scroll_into_view_if_needed()


def _locked(stage: Stage, page: Page) -> None:
    told = {"status": 401, "title": "Unauthorized", "detail": "The access token is missing."}

    def refuse(route: Route) -> None:
        route.fulfill(status=401, json=told, content_type="application/problem+json")

    page.route(API, refuse)
    page.goto(stage.url("web"))
    page.get_by_label("Access token").wait_for(timeout=WAIT)


def _hang(stage: Stage, page: Page) -> None:
    deaf = socket.create_server(("127.0.0.1", 0))  # takes every connection, and answers nobody
    page.on("close", lambda _: deaf.close())
    address = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
    page.route(API, lambda route: route.continue_(url=address))
    page.route(GUARD, lambda route: route.abort())
    page.goto(stage.url("web"))
    page.get_by_text("It is running but not responding.").wait_for(timeout=WAIT)


def _crash(stage: Stage, page: Page) -> None:
    """Nothing of the page is known to fail: what it asks of its browser does."""
    page.add_init_script(f"URLSearchParams = {FAULT}")
    page.goto(stage.url("web"))
    page.get_by_text("Something went wrong on this page.").wait_for()


def _missing_file(stage: Stage, page: Page) -> None:
    page.goto(stage.url("web", "/library"))
    page.get_by_text("File is missing").first.wait_for()


def _entries(stage: Stage, page: Page) -> None:
    videos = "".join(f'<video src="/{SUNRISE.file}?{n}"></video>' for n in range(12))
    page_of_all = f"<html><title>Twelve mornings</title>{videos}</html>"
    (stage.media.folder / "list.html").write_text(page_of_all, encoding="utf-8")
    home(stage, page)
    page.get_by_role("textbox").first.fill(f"{stage.media.base}/list.html")
    page.get_by_role("group", name="Choose what to download").wait_for(timeout=WAIT)


def prepare(stage: Stage) -> list[str]:
    """A site that wants cookies, a lost file, a subscription. Returns what is going to fail."""
    folder = stage.media.folder
    for name in (PRIVATE, GONE):
        shutil.copy(folder / SUNRISE.file, folder / name)
    stage.media.manners[f"/{PRIVATE}"] = Manner(cookie="sid=let-me-in")
    gone = stage.add(f"{stage.media.base}/{GONE}")["id"]
    until(lambda: state_of(stage, gone) == "done", "a file that will be gone")
    for file in stage.media_folder.glob("gone*.mp4"):
        file.unlink()
    feed = publish(stage.media, Episode(1, file=SUNRISE.file), name="stage.rss")
    ask(stage.url("api", "/api/subscriptions"), body={"url": feed, "look_back": {"last": 0}})
    private: str = stage.add(f"{stage.media.base}/{PRIVATE}")["id"]
    return [private]


RARER: dict[str, Show] = {
    "subscriptions": _subscribed,
    "a podcast feed": _feed,
    "cookies are asked for": _cookies,
    "saving a profile": _profile,
    "a receiver that cannot be": _receivers,
    "a new token": _token,
    "a file that is missing": _missing_file,
    "choosing of a list": _entries,
    "locked": _locked,
    "a backend that hangs": _hang,
    "the page has failed": _crash,
}


def _in(language: str, path: str, button: int | None) -> Show:
    """A page in a language, or mirrored, with what a button at its top opens."""

    def show(stage: Stage, page: Page) -> None:
        page.add_init_script(MIRRORED if language == "mirrored" else f"{CHOSEN}'{language}')")
        page.goto(stage.url("web", path))
        page.get_by_role("main").get_by_role("heading").first.wait_for(timeout=WAIT)
        page.locator("button[data-verdict=ok]").wait_for(timeout=WAIT)
        if button is not None:
            page.get_by_role("banner").get_by_role("button").nth(button).click()
            page.get_by_role("dialog").wait_for()

    return show


def _of_the_guard(language: str, port: str) -> Show:
    def show(stage: Stage, page: Page) -> None:
        page.add_init_script(f"{CHOSEN}'{language}')")
        page.goto(stage.url(port))
        page.get_by_role("heading").first.wait_for()

    return show


CHOSEN = "localStorage.setItem('language', "
MIRRORED = """new MutationObserver(() => {
  const { documentElement: root } = document;
  if (root && root.dir !== 'rtl') root.dir = 'rtl';
}).observe(document, { attributes: true, childList: true, subtree: true });"""
OF_THE_APP: dict[str, tuple[str, int | None]] = {
    "downloads": ("/", None),
    "library": ("/library", None),
    "subscriptions": ("/subscriptions", None),
    "services": ("/", 0),
    "settings": ("/", 1),
    "unknown address": ("/nowhere", None),
}
TRANSLATED: dict[str, Show] = {
    f"{name}, {how}": _in(language, path, button)
    for language, how in {"de": "German", "fr": "French", "mirrored": "right to left"}.items()
    for name, (path, button) in OF_THE_APP.items()
} | {
    f"dashboard, {how}": _of_the_guard(code, "guard")
    for code, how in (("de", "German"), ("fr", "French"))
}
