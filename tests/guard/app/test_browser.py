"""What opens a page, on which desktop."""

from pathlib import Path

import pytest

from scripts.guard.app.browser import command

URL = "http://localhost:3000"
EVERYTHING = ("xdg-open", "gio", "open", "wslview", "explorer.exe")


@pytest.fixture
def path(tmp_path: Path) -> str:
    for name in EVERYTHING:
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    return str(tmp_path)


@pytest.mark.parametrize(
    ("environment", "platform", "expected"),
    [
        ({"DISPLAY": ":0"}, "linux", ["xdg-open", URL]),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", ["xdg-open", URL]),
        ({}, "linux", None),  # w3m would draw over the log
        ({}, "darwin", ["open", URL]),
        ({"WSL_DISTRO_NAME": "Debian"}, "linux", ["wslview", URL]),
        ({"BROWSER": "firefox --new-tab:w3m"}, "linux", ["firefox", "--new-tab", URL]),
        ({"BROWSER": "open-it '%s' now"}, "linux", ["open-it", URL, "now"]),
    ],
)
def test_a_page_is_opened_by_what_the_desktop_has(
    path: str, environment: dict[str, str], platform: str, expected: list[str] | None
) -> None:
    assert command(URL, {"PATH": path, **environment}, platform) == expected


def test_a_desktop_without_any_of_these_programs_has_none() -> None:
    assert command(URL, {"PATH": "", "DISPLAY": ":0"}, "linux") is None
