"""The guard's pages, judged by axe: names, roles, order, contrast, in light and in dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from scripts.screenshots.axe import violations
from tests.stack.conftest import Guarded
from tests.stack.harness import ask, toy

if TYPE_CHECKING:
    from playwright.sync_api import Page

BROKEN = (
    r"printf '\033[31mred\033[0m \033[2;33mdim\033[0m\n'; nosuchcommand $WEB_FD # ${WEB_PORT:-1}"
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("shown", ["guard", "web"])
def test_it_finds_nothing_to_object_to(
    guarded: Guarded, page: Page, shown: str, scheme: Literal["light", "dark"]
) -> None:
    run = guarded(f"web: {BROKEN}", toy("api"), GUARD_RELAUNCH="process")
    run.await_state("web", "BROKEN")
    pid = run.await_state("api", "READY")["pid"]
    ask(run.ports["api"], "/exit?3")
    run.await_new_pid("api", pid)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"http://localhost:{run.ports[shown]}/")
    expect(page.get_by_text("nosuchcommand").first).to_be_visible()
    if shown == "guard":
        page.locator("#crashes summary").first.click()
        page.get_by_role("searchbox").fill("red")
        expect(page.locator("mark")).to_have_text("red")
    assert violations(page) == []
