"""What axe objects to on a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).resolve().parents[2] / "webapp/frontend/node_modules/axe-core/axe.min.js"
RUN = "() => axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations)"
"""What it finds in order it would else describe as well, element by element."""


def violations(page: Page) -> list[str]:
    """What it objects to, as "rule: element"."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.evaluate(RUN)
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]
