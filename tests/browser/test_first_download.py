"""Paste a link, see it come, keep the file; whatever dies meanwhile."""

from __future__ import annotations

import hashlib
import os
import signal
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from scripts.bench.browser import wait_until
from tests.browser.app import App

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

SLOW = 400_000  # bytes/s: some seconds for the whole clip
FAST = 0


@pytest.fixture
def stack(start_stack: Callable[..., GuardRun]) -> GuardRun:
    """One of its own for each test: they kill its services."""
    return start_stack("Procfile.dev")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_pasted_link_becomes_a_file_with_the_source_s_bytes(app: App, media: MediaSource) -> None:
    media.throttle = SLOW
    app.paste(media.mp4)
    row = app.row("clip")
    first = app.await_progress(row, beyond=0)
    assert app.await_progress(row, beyond=first) > first
    app.await_done(row)
    assert digest(app.save(row)) == digest(media.mp4_bytes)


def test_a_playlist_becomes_the_same_file_with_and_without_a_killed_backend(
    app: App, media: MediaSource, stack: GuardRun
) -> None:
    app.paste(media.hls)
    app.await_done(app.row("index"))
    clean = digest(app.save(app.row("index")))

    media.throttle = SLOW
    app.paste(media.hls)
    app.page.get_by_role("button", name="Download again").click()
    row = app.row("index").first
    app.await_progress(row, beyond=25)
    os.kill(stack.service("api")["pid"], signal.SIGKILL)
    media.throttle = FAST
    app.await_done(row)
    assert digest(app.save(row)) == clean


@pytest.mark.parametrize("restart", ["stack", "process"])
def test_a_download_under_way_survives_the_backend_s_death(
    start_stack: Callable[..., GuardRun], page: Page, media: MediaSource, restart: str
) -> None:
    stack = start_stack("Procfile.dev", GUARD_RELAUNCH=restart)
    app = App.of(stack, page)
    media.throttle = SLOW
    app.paste(media.mp4)
    row = app.row("clip")
    app.await_progress(row, beyond=25)
    os.kill(stack.service("api")["pid"], signal.SIGKILL)
    media.throttle = FAST
    app.await_done(row)
    expect(app.status).to_have_text("Connected")
    assert digest(app.save(row)) == digest(media.mp4_bytes)


def test_the_open_page_comes_back_by_itself_when_its_own_server_is_killed(
    app: App, media: MediaSource, stack: GuardRun
) -> None:
    shown: list[str] = []
    app.page.on("framenavigated", lambda frame: shown.append(frame.url))
    app.paste(media.mp4)
    app.await_done(app.row("clip"))
    app.link_field.fill("https://example.org/half-typed")
    old = stack.service("web")["pid"]

    app.page.evaluate("window.before = true")

    os.kill(old, signal.SIGKILL)

    wait_until(app.page, "window.before === undefined")
    expect(app.status).to_have_text("Connected")
    expect(app.row("clip").get_by_text("Done", exact=True)).to_be_visible()
    expect(app.link_field).to_have_value("https://example.org/half-typed")
    assert set(shown) == {f"{app.url}/"}
