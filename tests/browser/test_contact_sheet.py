"""The contact sheet of `make screenshots all=1`: every look at every width, judged on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts.screenshots import contact_sheet, states
from scripts.screenshots.stage import set_up

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser


@pytest.mark.timeout(180)
def test_every_look_is_pictured_at_every_width_and_judged(
    browser: Browser, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    ports = {name: free_port() for name in ("web", "api", "guard")}
    with set_up(tmp_path / "stage", ports) as stage:
        states.prepare(stage)
        chosen = ["downloads", "dashboard", "dashboard, asking"]
        sheet = contact_sheet.take(stage, browser, tmp_path / "sheet", chosen)

    assert sheet.judged == 3 * 3 * len(contact_sheet.JUDGED_AT)
    assert sheet.findings == []
    pictures = [path for paths in sheet.pictures.values() for path in paths]
    assert len(pictures) == 3 * 3 * 5
    assert all(path.stat().st_size > 1000 for path in pictures)
    assert {path.name for path in (tmp_path / "sheet").glob("*.png")} == {
        f"{look}.png" for look in contact_sheet.LOOKS
    }


def test_it_is_clean_in_more_than_sixty_states_and_looks() -> None:
    looks = len(states.STATES) * len(contact_sheet.LOOKS)
    assert looks * len(contact_sheet.JUDGED_AT) > 60
