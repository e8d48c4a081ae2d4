"""What a thumb misses on a page: whatever is pressed is 44 px high and wide, or more."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

LEAST = 43.5  # pixels: 44, less what is rounded away
TOO_SMALL = """least => [...document.querySelectorAll(
  'button, select, textarea, summary, a[href], input:not([type=hidden]), [role=menuitem]')]
  .filter((one) => one.checkVisibility({ checkOpacity: true, visibilityProperty: true }))
  .filter((one) => !one.closest('p, .visually-hidden, [inert]'))  // in a sentence: as high as it
  .map((one) => [one, (one.closest('label') ?? one).getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.bottom > 0)  // on the screen, or below it
  .filter(([, box]) => box.width < least || box.height < least)
  .map(([one, { width, height }]) => `${width} x ${height}: ${one.outerHTML.slice(0, 120)}`)"""


def too_small(page: Page) -> list[str]:
    """What is smaller, with its size."""
    found: list[str] = page.evaluate(TOO_SMALL, LEAST)
    return found
