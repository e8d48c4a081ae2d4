"""The browser that scripts look at pages with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from scripts.setup import system

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")


class NoBrowserError(Exception):
    """There is no Chromium here."""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Run one for as long as the block lasts. Raises `NoBrowserError` where there is none."""
    program = system.browser()
    if program is None:
        raise NoBrowserError("no Chromium is installed")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=FLAGS) as browser,
    ):
        yield browser
