"""The queue from the page: how many at once, all paused, another order, and many at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.stack.harness import until

if TYPE_CHECKING:
    import httpx
    from playwright.sync_api import Locator

    from tests.browser.app import App
    from tests.media_source import MediaSource

SLOW = 20_000  # bytes/s: more than a minute for the whole clip
SLOWER = 10_000
FAST = 0
MANY = 20


@pytest.fixture
def one_at_a_time(app: App, api: httpx.Client, media: MediaSource) -> App:
    """A queue of four, of which one runs, slowly."""
    api.patch("queue", json={"concurrency": 1})
    media.throttle = SLOW
    app.open()
    app.paste(*(f"{media.base}/clip.mp4?{name}" for name in "abcd"))
    expect(rows(app, "queued")).to_have_count(3)
    expect(rows(app, "running")).to_have_count(1)
    return app


def rows(app: App, state: str) -> Locator:
    """The rows in that state, in their order."""
    return app.page.locator(f"li[data-state={state}]")


def order(app: App) -> list[str]:
    """The ids of what waits, the next one first."""
    ids: list[str] = rows(app, "queued").evaluate_all("rows => rows.map(row => row.dataset.id)")
    return ids


def test_more_are_let_run_at_once_while_they_run(one_at_a_time: App) -> None:
    page = one_at_a_time.page
    page.get_by_role("button", name=re.compile("1 at once")).click()
    page.get_by_role("button", name="One more").click()
    page.get_by_role("button", name="One more").click()
    expect(rows(one_at_a_time, "running")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=re.compile("3 at once"))).to_be_focused()


def test_everything_is_paused_over_a_reload_and_goes_on(
    one_at_a_time: App, media: MediaSource
) -> None:
    page = one_at_a_time.page
    page.get_by_role("button", name="Pause all").click()
    expect(page.get_by_text("Everything is paused.")).to_be_visible()
    expect(rows(one_at_a_time, "queued")).to_have_count(4)
    page.reload()
    expect(page.get_by_text("Everything is paused.")).to_be_visible()
    media.throttle = FAST
    page.get_by_role("button", name="Resume").click()
    expect(rows(one_at_a_time, "done")).to_have_count(4)
    expect(page.get_by_text("Everything is paused.")).to_have_count(0)


def test_a_waiting_one_is_dragged_to_another_place(one_at_a_time: App) -> None:
    page = one_at_a_time.page
    first, second, third = order(one_at_a_time)
    grips = page.get_by_role("button", name=re.compile("^Move "))
    with page.expect_request("**/*drag*"):  # fetched when it is first wanted
        grips.last.hover()
    grips.last.drag_to(grips.first, target_position={"x": 5, "y": 5})
    until(lambda: order(one_at_a_time) == [third, first, second], "the last one comes first")
    page.reload()
    until(lambda: order(one_at_a_time) == [third, first, second], "and it stays so")

    grips.first.focus()
    page.keyboard.press("ArrowDown")
    until(lambda: order(one_at_a_time) == [first, third, second], "a key does the same")
    expect(grips.nth(1)).to_be_focused()


def test_a_host_that_fails_again_and_again_is_named_while_it_is_left_alone(
    one_at_a_time: App, media: MediaSource
) -> None:
    page = one_at_a_time.page
    page.get_by_role("button", name="Cancel all").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel all").click()
    expect(rows(one_at_a_time, "cancelled")).to_have_count(4)
    media.faults = {f"/broken-{number}.mp4": 503 for number in range(5)}
    one_at_a_time.paste(*(media.base + path for path in media.faults))
    page.get_by_role("button", name=re.compile("1 site on hold")).click()
    box = page.get_by_role("dialog", name="Queue")
    expect(box).to_contain_text(f"127.0.0.1:{media.port}")
    expect(box).to_contain_text(re.compile(r"until \d\d:\d\d:\d\d"))


# Rows that come, go or shift; the figures within a row may push each other.
WATCH = """() => {
  window.moves = [];
  const list = document.querySelector('li[data-state=running]').parentElement;
  const told = (change) => [...change.addedNodes, ...change.removedNodes];
  const note = (nodes) => moves.push(...nodes.map((n) => n?.nodeName).filter((n) => n === 'LI'));
  new MutationObserver((changes) => note(changes.flatMap(told))).observe(list, { childList: true });
  const shifted = (seen) => seen.getEntries().flatMap((entry) => entry.sources.map((s) => s.node));
  new PerformanceObserver((seen) => note(shifted(seen))).observe({ type: 'layout-shift' });
}"""


def test_twenty_at_once_move_forward_in_rows_that_stay_where_they_are(
    app: App, api: httpx.Client, media: MediaSource
) -> None:
    page = app.page
    api.patch("queue", json={"concurrency": MANY})
    media.throttle = SLOWER
    page.set_viewport_size({"width": 1280, "height": 2200})  # all of them in sight
    app.paste(*(f"{media.base}/clip.mp4?{number}" for number in range(MANY)))
    running = rows(app, "running")
    expect(running).to_have_count(MANY)
    bars = page.locator("[role=progressbar][aria-valuenow]")
    expect(bars).to_have_count(MANY)
    page.evaluate(WATCH)

    read = "bars => bars.map(bar => Number(bar.ariaValueNow))"
    before: list[int] = bars.evaluate_all(read)

    def all_moved() -> bool:
        now: list[int] = bars.evaluate_all(read)
        return len(now) == MANY and all(b > a for a, b in zip(before, now, strict=True))

    until(all_moved, "every bar moves forward")
    assert page.evaluate("moves") == []
