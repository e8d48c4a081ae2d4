"""State that can be seen without colours: in forced-colours mode and in greyscale."""

from __future__ import annotations

import base64
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from playwright.sync_api import Locator, Page

    from tests.browser.app import App
    from tests.media_source import MediaSource
    from tests.stack.harness import GuardRun

MODES: tuple[Literal["forced", "grey"], ...] = ("forced", "grey")
ENOUGH = 20  # pixels
LEAST_OF_A_DOT = 8  # pixels: the corners of a square that a disc does not have
GREY = "html { filter: grayscale(1) !important }"

# How many pixels of two pictures differ clearly in lightness (of 255).
COMPARE = """async ([one, other]) => {
  const read = async (data) => {
    const picture = new Image();
    picture.src = `data:image/png;base64,${data}`;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, picture.width, picture.height);
  };
  const [a, b] = [await read(one), await read(other)];
  const width = Math.min(a.width, b.width), height = Math.min(a.height, b.height);
  const light = ({ data, width: w }, x, y) => {
    const at = 4 * (y * w + x);
    return 0.3 * data[at] + 0.6 * data[at + 1] + 0.1 * data[at + 2];
  };
  let differing = 0;
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      if (Math.abs(light(a, x, y) - light(b, x, y)) > 40) differing += 1;
  return differing;
}"""


def picture(locator: Locator) -> str:
    return base64.b64encode(locator.screenshot(animations="disabled")).decode()


def difference(page: Page, one: str, other: str) -> int:
    count: int = page.evaluate(COMPARE, [one, other])
    return count


@pytest.fixture(params=MODES)
def plain(request: pytest.FixtureRequest, app: App) -> Iterator[App]:
    """The app without its colours."""
    app.page.emulate_media(forced_colors="active" if request.param == "forced" else "none")
    if request.param == "grey":
        app.page.add_init_script(
            "addEventListener('DOMContentLoaded', () => {"
            "  const style = document.createElement('style');"
            f"  style.textContent = '{GREY}';"
            "  document.head.append(style);"
            "})"
        )
    app.open()
    yield app
    app.page.emulate_media(forced_colors="none")


def test_the_current_page_and_a_choice_can_be_told(plain: App) -> None:
    page = plain.page
    tab = page.get_by_role("link", name="Library")
    other = picture(tab)
    segment = page.locator("label").filter(has=page.get_by_role("radio", name="Audio"))
    unchosen = picture(segment)
    segment.click()
    page.mouse.move(0, 0)
    assert difference(page, unchosen, picture(segment)) > ENOUGH
    tab.click()
    page.mouse.move(0, 0)
    expect(tab).to_have_attribute("aria-current", "page")
    assert difference(page, other, picture(tab)) > ENOUGH


def test_a_switch_that_is_on_can_be_told(plain: App) -> None:
    page = plain.page
    page.keyboard.press("?")
    switch = page.get_by_role("switch")
    on = picture(switch)
    switch.click()
    page.mouse.move(0, 0)
    assert difference(page, on, picture(switch)) > ENOUGH


def test_progress_can_be_told(plain: App, media: MediaSource) -> None:
    media.throttle = 150_000
    plain.paste(media.mp4)
    row = plain.row("clip")
    bar = row.get_by_role("progressbar")
    plain.await_progress(row, beyond=1)
    early = picture(bar)
    plain.await_progress(row, beyond=25)
    assert difference(plain.page, early, picture(bar)) > ENOUGH


def test_what_is_selected_can_be_told(plain: App, media: MediaSource) -> None:
    page = plain.page
    plain.paste(media.short)
    plain.await_done(plain.row("short"))
    page.get_by_role("link", name="Library").click()
    page.get_by_role("button", name="Select", exact=True).click()
    entry = page.get_by_role("list", name="Library").get_by_role("listitem")
    unselected = picture(entry)
    page.get_by_role("checkbox", name="Select short").check()
    page.mouse.move(0, 0)
    selected = picture(entry)
    assert difference(page, unselected, selected) > ENOUGH


# What is left when nobody reads: each word is the same letter, and no picture is seen.
WORDLESS = """(node) => {
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = 'x';
  for (const picture of node.querySelectorAll('img')) picture.style.visibility = 'hidden';
}"""


def told_apart(page: Page, pictures: dict[str, str]) -> dict[str, int]:
    """How much each two of them differ."""
    return {
        f"{one}, {other}": difference(page, pictures[one], pictures[other])
        for one, other in combinations(pictures, 2)
    }


def test_how_a_download_stands_can_be_told_without_words(
    plain: App, api: httpx.Client, media: MediaSource
) -> None:
    page = plain.page
    plain.paste(media.short, media.missing)
    plain.await_done(plain.row("short"))
    expect(plain.row("missing").get_by_text("Failed", exact=True)).to_be_visible()
    media.throttle = 150_000
    plain.paste(media.mp4)
    plain.await_progress(plain.row("clip"), beyond=1)
    plain.row("clip").get_by_title("Pause").click()
    api.patch("queue", json={"paused": True})
    plain.paste(f"{media.short}?queued")
    pictures = {}
    for state in ("done", "failed", "paused", "queued"):
        row = page.locator(f"li[data-state={state}]")
        expect(row).to_be_visible()
        row.evaluate(WORDLESS)
        pictures[state] = picture(row)
    differences = told_apart(page, pictures)
    assert min(differences.values()) > ENOUGH, differences


@pytest.mark.parametrize("shown", ["in the header", "of a service"])
def test_how_the_backend_is_can_be_told_without_words(plain: App, shown: str) -> None:
    page = plain.page
    if shown == "of a service":
        plain.status.click()
        state = page.get_by_role("dialog").get_by_role("listitem").first
        expect(state).to_have_attribute("data-verdict", "ok")
    else:
        state = plain.status
    state.evaluate(WORDLESS)
    pictures = {}
    for verdict in ("ok", "starting", "broken"):
        state.evaluate("(one, verdict) => { one.dataset.verdict = verdict }", verdict)
        pictures[verdict] = picture(state)
    differences = told_apart(page, pictures)
    assert min(differences.values()) > ENOUGH, differences


def test_how_a_service_is_can_be_told_on_the_dashboard_without_words(
    plain: App, stack: GuardRun
) -> None:
    page = plain.page
    page.goto(f"http://localhost:{stack.ports['guard']}/")
    service = page.locator("#services [data-state=READY]").first
    expect(service).to_be_visible()
    pictures = {}
    for state in ("READY", "STOPPED", "BROKEN"):
        shown = page.locator("#services [data-state] .state").first
        shown.evaluate(
            "(one, state) => { one.closest('[data-state]').dataset.state = state; }", state
        )
        shown.evaluate(WORDLESS)
        pictures[state] = picture(shown)
    differences = told_apart(page, pictures)
    assert min(differences.values()) > LEAST_OF_A_DOT, differences
