"""The built page, served by the api alone: installed, it opens although nothing answers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from scripts.bench.browser import wait_until
from tests.browser.app import App
from tests.stack.harness import ROOT, GuardRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.media_source import MediaSource


@pytest.fixture
def service_workers() -> Literal["allow", "block"]:
    """They are what is tested here."""
    return "allow"


@pytest.fixture
def built(tmp_path: Path, free_port: Callable[[], int], dist: Path) -> Iterator[GuardRun]:
    """The api over a copy of the built page."""
    webapp = tmp_path / "webapp"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "webapp/backend", webapp / "backend", ignore=ignored)
    shutil.copytree(dist, webapp / "frontend/dist")
    line = (ROOT / "Procfile").read_text().splitlines()[1]
    procfile = tmp_path / "Procfile"
    procfile.write_text(line.replace("cd webapp", f"cd {webapp}").replace("$PWD", str(ROOT)) + "\n")
    environment = {"DATA_DIR": str(tmp_path / "data"), "ALLOW_HOSTS": "127.0.0.1"}
    run = GuardRun(procfile, environment, {name: free_port() for name in ("api", "guard")})
    run.start()
    try:
        run.await_state("api", "READY")
        yield run
    finally:
        run.close()


def test_the_installed_page_opens_when_nobody_answers_and_leaves_the_guard_s_alone(
    built: GuardRun, page: Page, media: MediaSource
) -> None:
    app = App(page, f"http://localhost:{built.ports['api']}").open()
    app.paste(media.short)
    app.await_done(app.row("short"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # now the worker keeps what the page consists of
    wait_until(page, "navigator.serviceWorker.controller !== null")
    expect(app.status).to_have_text("Connected")

    built.post("/api/services/api/stop")
    built.await_state("api", "STOPPED")
    page.reload()
    expect(page.get_by_role("button", name="Start api")).to_be_visible()  # the guard's own page

    built.post("/api/stop")
    built.await_end()
    page.goto(app.url)
    expect(app.link_field).to_be_visible()
    expect(app.row("short")).to_contain_text("Done")  # as it stood
    expect(page.get_by_role("alert")).to_contain_text("not responding")
    app.paste(media.mp4)
    expect(page.get_by_text("Waiting for the backend")).to_be_visible()

    built.start()
    built.await_state("api", "READY")
    app.await_done(app.row("clip"))
    expect(app.status).to_have_text("Connected")


def test_the_page_can_be_installed_and_is_a_target_to_share_to(built: GuardRun, page: Page) -> None:
    App(page, f"http://localhost:{built.ports['api']}").open()
    session = page.context.new_cdp_session(page)
    manifest = session.send("Page.getAppManifest")
    problems = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert manifest["errors"] == []
    assert '"share_target"' in manifest["data"]
    # Private windows, as this one, install nothing; there must be no other reason.
    assert [problem["errorId"] for problem in problems] in ([], ["in-incognito"])


def test_an_address_that_leads_nowhere_is_told_by_the_page_and_of_the_api_by_the_api(
    built: GuardRun, page: Page
) -> None:
    app = App(page, f"http://localhost:{built.ports['api']}")
    answer = page.goto(f"{app.url}/nowhere?or=other")
    assert answer
    assert answer.status == 404
    expect(page.get_by_text("There is no page at this address.")).to_be_visible()
    page.get_by_role("link", name="Go to your downloads").click()
    expect(app.link_field).to_be_visible()
    of_the_api = page.goto(f"{app.url}/api/nowhere")
    assert of_the_api
    assert of_the_api.header_value("content-type") == "application/problem+json"
