"""The keyboard alone: keys are pressed for real, and after each one the focus can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.stack.harness import until

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

MOST = 150  # presses of Tab: more than any page has stops

HAS_MOVED = "document.activeElement !== last"
HAS_FOCUS = "one => one === document.activeElement"

# "" where the focus is on something that is in sight and shows it; else what is wrong.
WRONG = """() => {
  const at = document.activeElement;
  const nowhere = [null, document.body, document.documentElement];
  if (nowhere.includes(at)) return 'nobody has it';
  const name = at.getAttribute('aria-label') ?? at.textContent.trim().slice(0, 40);
  const told = `${at.tagName} ${name}`;
  // A radio button or a file is as small as nothing: its label stands for it, as a frame does
  // for its field.
  const shown = [at, at.closest('label'), at.parentElement].filter(Boolean);
  const outlined = shown.find((one) => {
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(one);
    const { width, height } = one.getBoundingClientRect();
    const isDrawn = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
    const isSeen = isDrawn && !/, 0\\)$/.test(outlineColor);
    return isSeen && width > 2 && height > 2;
  });
  if (!outlined) return `${told}: nothing shows it`;
  const { top, bottom, left, right } = outlined.getBoundingClientRect();
  const isInSight = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
  return isInSight ? '' : `${told}: it is out of sight`;
}"""


class Keyboard:
    """A user without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        """Press keys, one after the other; after each the focus is somewhere in sight."""
        for key in keys:
            self.page.keyboard.press(key)
            self.look(f"after {key}")

    def type(self, text: str) -> None:
        """Type text where the focus is."""
        self.page.keyboard.type(text)
        self.look(f"after “{text}”")

    def look(self, when: str) -> None:
        """Demand that the focus is seen, once what the key has begun is done."""
        wrong: list[str] = [""]

        def is_seen() -> bool:
            wrong[0] = self.page.evaluate(WRONG)
            return wrong[0] == ""

        try:
            until(is_seen, "the focus is seen")
        except AssertionError:
            raise AssertionError(f"{when}: {wrong[0]}") from None

    def await_in(self, front: Locator) -> None:
        """Wait until what has been opened has taken the focus."""
        expect(front).to_be_visible()
        within = "one => one.contains(document.activeElement)"
        until(lambda: front.evaluate(within), "it has the focus")

    def choose(self, entry: str) -> None:
        """Go down the menu that is open to one of its entries, and choose it."""
        menu = self.page.get_by_role("menu")
        item = menu.get_by_role("menuitem", name=entry, exact=True)
        expect(item).to_be_visible()
        self.await_in(menu)
        while not item.evaluate(HAS_FOCUS):
            self.page.evaluate("() => { window.last = document.activeElement; }")
            self.press("ArrowDown")  # its effect comes a moment later
            until(lambda: self.page.evaluate(HAS_MOVED), "the focus has moved")
        self.press("Enter")

    def reach(self, goal: Locator, *, back: bool = False) -> None:
        """Press Tab until `goal` has the focus; every stop on the way shows it."""
        for _ in range(MOST):
            if goal.count() and goal.first.evaluate(HAS_FOCUS):
                return
            self.press("Shift+Tab" if back else "Tab")
        raise AssertionError(f"Tab does not lead to {goal}")

    def round(self) -> list[str]:
        """Press Tab until what has the focus now has it again; the stops in their order.

        Raises where a stop is a trap: where Tab leads to itself.
        """
        stops: list[str] = []
        self.page.evaluate("() => { window.beginning = document.activeElement; }")
        for _ in range(MOST):
            self.page.evaluate("() => { window.last = document.activeElement; }")
            self.page.keyboard.press("Tab")
            if self.page.evaluate("document.activeElement === beginning"):
                return stops
            assert not self.page.evaluate("document.activeElement === last"), (
                f"trap at {stops[-1:]}"
            )
            if self.page.evaluate("document.activeElement === document.body"):
                stops.append("")  # the browser's own controls: the next Tab is the page's first
                continue
            self.look("after Tab")
            stops.append(
                self.page.evaluate(
                    "() => { const at = document.activeElement;"
                    " return at.getAttribute('aria-label') || at.labels?.[0]?.textContent"
                    " || at.textContent.trim(); }"
                )
            )
        raise AssertionError(f"Tab comes back to nothing: {stops[-5:]}")
