"""Ten seconds in which cancel and remove can be taken back, and the bytes are still there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.stack.harness import until

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.browser.app import App
    from tests.media_source import MediaSource

SLOW = 250_000  # bytes/s
FAST = 0


def test_a_cancelled_download_goes_on_where_it_was(app: App, media: MediaSource) -> None:
    media.throttle = SLOW
    app.paste(media.mp4)
    row = app.row("clip")
    app.await_progress(row, beyond=30)
    row.get_by_title("Cancel").click()
    expect(row.get_by_text("Cancelled", exact=True)).to_be_visible()
    until(lambda: not media.sending, "what fetched it has stopped")
    media.requests.clear()
    media.throttle = FAST
    app.page.get_by_role("button", name="Undo").click()
    app.await_done(row)
    assert app.save(row) == media.mp4_bytes
    assert any(first > 0 for _, first in media.requests)


def test_a_cancelled_download_is_cancelled_when_the_time_is_over(
    app: App, api: httpx.Client, media: MediaSource
) -> None:
    media.throttle = SLOW
    app.paste(media.mp4)
    app.await_progress(app.row("clip"), beyond=5)
    app.row("clip").get_by_title("Cancel").click()

    def state() -> str:
        return str(api.get("downloads").json()["items"][0]["state"])

    until(lambda: state() == "paused", "it stands still at once")
    until(lambda: state() == "cancelled", "and is cancelled later")
    expect(app.page.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_deleted_file_comes_back_and_a_closed_page_means_it(
    app: App, media: MediaSource, media_dir: Path
) -> None:
    page = app.page
    app.paste(media.short)
    app.await_done(app.row("short"))

    def delete() -> None:
        page.get_by_role("button", name="More actions for short").click()
        page.get_by_role("menuitem", name="Remove and delete file").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
        expect(app.row("short")).to_have_count(0)

    delete()
    assert list(media_dir.glob("short*.mp4"))
    page.get_by_role("button", name="Undo").click()
    expect(app.row("short")).to_be_visible()
    delete()
    page.close(run_before_unload=True)
    until(lambda: not list(media_dir.glob("short*.mp4")), "the file is gone")


def test_everything_paused_keeps_its_bar(app: App, media: MediaSource) -> None:
    media.throttle = SLOW
    app.paste(media.mp4)
    row = app.row("clip")
    reached = app.await_progress(row, beyond=20)
    app.page.get_by_role("button", name="Pause all").click()
    expect(row.get_by_text("Queued", exact=True)).to_be_visible()
    kept = app.percent(row)
    assert kept is not None
    assert kept >= reached
    app.page.reload()
    expect(row.get_by_role("progressbar")).to_have_attribute("aria-valuenow", str(kept))
