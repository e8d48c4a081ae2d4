"""The app below a path of a server that others share, in a browser: all that has an address."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest
from playwright.sync_api import expect

from scripts.bench.browser import wait_until
from tests.browser.app import App
from tests.conftest import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

ROOT = "/media"


@pytest.fixture
def service_workers() -> Literal["allow", "block"]:
    return "allow"


def test_below_a_path_everything_is_found(
    start_stack: Callable[..., GuardRun], page: Page, media: MediaSource
) -> None:
    stack = start_stack(ROOT_PATH=ROOT)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    servers = {name: f"http://localhost:{stack.ports[name]}" for name in ("web", "api")}

    # The page's own server, and the backend that serves the page by itself.
    for name, server in servers.items():
        app = App(page, server + ROOT).open()
        app.paste(f"{media.short}?{name}")
        app.await_done(app.row("short").first)
        page.get_by_role("link", name="Library").click()
        expect(page).to_have_url(f"{server}{ROOT}/library")
        page.reload()
        expect(page.get_by_role("heading", name="Library")).to_be_visible()
        demand_an_installable_app(page, server)
        shared(app, media)
        page.goto(f"{server}/library")  # past the proxy, which would have been asked for the path
        expect(page).to_have_url(f"{server}{ROOT}/library")
        demand_a_feed_for_apps(page, server)

    page.get_by_role("button", name="Settings").click()
    bookmarklet = page.get_by_role("link", name="Download with SY")
    expect(bookmarklet).to_have_attribute(
        "href", re.compile(re.escape(f"{servers['api']}{ROOT}/?url="))
    )
    everything = page.get_by_role("link", name="Save everything as JSON")
    with page.expect_download() as saved:
        everything.click()
    assert saved.value.failure() is None
    own = [url for url in asked if url.startswith(tuple(servers.values()))]
    beside = {url for url in own if not re.match(rf"http://localhost:\d+{ROOT}/", url)}
    assert beside <= {f"{server}/library" for server in servers.values()}


def demand_an_installable_app(page: Page, server: str) -> None:
    """Its manifest and its worker are about this path and no other."""
    wait_until(page, "navigator.serviceWorker.ready.then(() => true)")
    scope = page.evaluate("navigator.serviceWorker.ready.then(({ scope }) => scope)")
    assert scope == f"{server}{ROOT}/"
    manifest: dict[str, Any] = page.evaluate(
        """async () => {
            const { href } = document.querySelector('link[rel=manifest]');
            const of = await (await fetch(href)).json();
            const at = (url) => new URL(url, href).href;
            const icon = await fetch(at(of.icons[0].src));
            return { start: at(of.start_url), scope: at(of.scope),
                     share: at(of.share_target.action), library: at(of.shortcuts[0].url),
                     icon: icon.headers.get('content-type') };
        }"""
    )
    home = f"{server}{ROOT}/"
    assert manifest == {
        "start": home,
        "scope": home,
        "share": home,
        "library": f"{home}library",
        "icon": "image/svg+xml",
    }


def demand_a_feed_for_apps(page: Page, server: str) -> None:
    """The address that is shown for podcast apps leads to the feed, and the feed to its files."""
    page.get_by_role("button", name="Podcast").click()
    sheet = page.get_by_role("dialog", name="Podcast feed")
    title = f"Of {server}"
    sheet.get_by_label("Title").fill(title)
    sheet.get_by_role("button", name="Create a feed").click()
    address = sheet.get_by_label(f"The address of {title}", exact=True).input_value()
    page.keyboard.press("Escape")
    assert address.startswith(f"{server}{ROOT}/")
    with httpx.Client(trust_env=False, timeout=PATIENCE / 1000) as podcasts:
        feed = podcasts.get(address)
        enclosures = re.findall(r'<enclosure url="([^"]+)"', feed.text)
        assert feed.status_code == 200
        assert enclosures
        for url in enclosures:
            assert url.startswith(f"{server}{ROOT}/")
            assert podcasts.get(url).content.startswith(b"\0\0\0")


def shared(app: App, media: MediaSource) -> None:
    """A link that another app shares is filled in."""
    app.page.goto(f"{app.url}/?url={media.short}")
    expect(app.link_field).to_have_value(media.short)
    expect(app.page).to_have_url(f"{app.url}/")
