"""The contact sheet of `make screenshots all=1`: every look at every width, judged on the way."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from scripts.screenshots import __main__ as command
from scripts.screenshots import contact_sheet
from scripts.screenshots.stage import set_up
from scripts.screenshots.states import STATES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from scripts.screenshots.stage import Stage

WRONG = '<!doctype html><html lang="en"><title>Wrong</title><main><h1>Wrong</h1>{}</main>'


def unreadable(_: Stage, page: Page) -> None:
    """A state with a picture that has no name, and a line that leads off the screen."""
    page.set_content(WRONG.format('<img src="data:,"><p style="width: 3000px">too long</p>'))


@pytest.mark.timeout(180)
def test_every_look_is_pictured_at_every_width_and_judged(
    browser: Browser,
    tmp_path: Path,
    free_port: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(STATES, "unreadable", unreadable)
    ports = {name: free_port() for name in ("web", "api", "guard")}
    with set_up(tmp_path / "stage", ports) as stage:
        chosen = ["downloads", "dashboard, asking", "unreadable", "first visit"]
        sheet = contact_sheet.take(stage, browser, tmp_path / "sheet", chosen)

    assert sheet.judged == 4 * 3 * len(contact_sheet.JUDGED_AT)
    pictures = [path for paths in sheet.pictures.values() for path in paths]
    assert len(pictures) == 4 * 3 * 5
    assert all(path.stat().st_size > 1000 for path in pictures)
    assert {path.name for path in (tmp_path / "sheet").glob("*.png")} == {
        f"{look}.png" for look in contact_sheet.LOOKS
    }
    wrong = [f"{each}: wider than the screen" for each in looks_of("unreadable", 5)]
    wrong += [f'{each}: image-alt: <img src="data:,">' for each in looks_of("unreadable", 2)]
    assert sorted(sheet.findings) == sorted(wrong)
    told = json.loads((tmp_path / "sheet/findings.json").read_text(encoding="utf-8"))
    assert told == {"judged": sheet.judged, "findings": sheet.findings}


def looks_of(state: str, widths: int) -> list[str]:
    """Where a state was looked at: at all widths, or at those of axe."""
    chosen = contact_sheet.WIDTHS if widths == 5 else contact_sheet.JUDGED_AT
    return [f"{state}, {look}, {width} px" for look in contact_sheet.LOOKS for width in chosen]


@pytest.mark.parametrize("findings", [[], ["downloads, light, 390 px: color-contrast: <p>"]])
def test_the_command_says_what_was_found_and_fails_for_it(
    findings: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sheet = contact_sheet.Sheet(tmp_path, {("downloads", "light"): []}, findings, judged=2)
    monkeypatch.setattr(command, "chromium", nullcontext)
    monkeypatch.setattr(command, "sheet", lambda *_: sheet)
    monkeypatch.setattr(sys, "argv", ["screenshots", "--all", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == bool(findings)
    said = capsys.readouterr().out
    assert said.splitlines()[:-1] == findings
    assert "of 1 states; axe looked 2 times" in said


def test_all_of_it_is_sixty_states_each_reached_in_its_own_way() -> None:
    assert len(STATES) >= 60
    assert len(set(STATES.values())) == len(STATES)
