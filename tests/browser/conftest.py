"""The whole stack, started through the guard as `make dev` starts it, and a page that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.app import App
from tests.conftest import PATIENCE
from tests.media_source import media, media_folder
from tests.stack.conftest import guarded
from tests.stack.harness import ROOT, GuardRun

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["guarded", "media", "media_folder"]

StartStack = Callable[..., GuardRun]


@pytest.fixture
def start_stack(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[StartStack]:
    """A function that starts web and api under a guard, with these settings, and waits for both."""
    with ExitStack() as closing:

        def start(**settings: str) -> GuardRun:
            ports = {name: free_port() for name in ("web", "api", "guard")}
            environment = {
                "GUARD_DIR": str(tmp_path / "guard"),
                "DATA_DIR": str(tmp_path / "data"),
                "ALLOW_HOSTS": "127.0.0.1",
                **settings,
            }
            run = GuardRun(ROOT / "Procfile.dev", environment, ports)
            run.directory = tmp_path / "guard"
            run.output_file = tmp_path / "output.log"
            closing.callback(run.close)
            run.start()
            for name in ("web", "api"):
                run.await_state(name, "READY", deadline=60)
            return run

        yield start


@pytest.fixture
def stack(start_stack: StartStack) -> GuardRun:
    """The stack with its defaults."""
    return start_stack()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An English page that fails the test when a script on it fails."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors


@pytest.fixture
def app(stack: GuardRun, page: Page) -> App:
    """The app, open in a browser."""
    return App.of(stack, page)
