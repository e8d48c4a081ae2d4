"""Who clicks twice, pastes five hundred links, or changes the language meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.stack.harness import until

if TYPE_CHECKING:
    import httpx

    from tests.browser.app import App
    from tests.media_source import MediaSource

MANY = 500


def states(api: httpx.Client) -> list[str]:
    return [item["state"] for item in api.get("downloads").json()["items"]]


def test_double_clicks_ask_for_nothing_twice(
    app: App, api: httpx.Client, media: MediaSource
) -> None:
    media.throttle = 20_000
    app.link_field.fill(media.mp4)
    app.page.get_by_role("button", name="Download", exact=True).dblclick()
    row = app.row("clip")
    expect(row).to_have_count(1)
    app.await_progress(row, beyond=0)
    row.get_by_title("Cancel").dblclick()
    expect(row.get_by_text("Cancelled", exact=True)).to_be_visible()
    until(lambda: states(api)[0] in {"paused", "cancelled"}, "it is over, or waits for an Undo")
    assert len(states(api)) == 1


def test_five_hundred_links_are_taken_at_once(
    app: App, api: httpx.Client, media: MediaSource
) -> None:
    api.patch("queue", json={"paused": True})
    links = [f"{media.base}/short.mp4?number={number}" for number in range(MANY)]
    app.link_field.fill("\n".join(links))
    expect(app.page.get_by_role("button", name=f"Download {MANY}")).to_be_visible()
    app.link_field.press("Enter")
    expect(app.page.get_by_text(f"{MANY} queued").first).to_be_visible()
    expect(app.link_field).to_have_value("")
    until(lambda: api.get("queue").json()["queued"] == MANY, "the backend has them all")
    first = app.page.locator("li[data-state=queued]").first
    expect(first).to_contain_text("short.mp4?number=")


def test_the_language_changes_while_an_error_is_shown(app: App, media: MediaSource) -> None:
    app.paste(media.missing)
    row = app.row("missing")
    expect(row.get_by_text("There is nothing at this address (HTTP 404).")).to_be_visible()
    app.page.get_by_role("button", name="Settings").click()
    app.page.get_by_label("Language").select_option("de")
    expect(app.page.locator("html")).to_have_attribute("lang", "de")
    app.page.keyboard.press("Escape")
    expect(row).to_contain_text("Unter dieser Adresse gibt es nichts (HTTP 404).")
    expect(row.get_by_title("Erneut versuchen")).to_be_visible()
    app.page.get_by_role("button", name="Einstellungen").click()
    app.page.get_by_label("Sprache").select_option("fr")
    app.page.keyboard.press("Escape")
    expect(row).to_contain_text("(HTTP 404)")
    expect(row).not_to_contain_text("Unter dieser Adresse")
