"""What a shortcut holds is what its desktop would run."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest

from scripts.desktop import shortcut

AWKWARD = 'it\'s 100% my $HOME `pwd` "quoted" back\\slash'


def executed(entry: str) -> list[str]:
    """The words that a desktop makes of `Exec`: unescape the value, then its quoting."""
    parsed = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(entry)
    value = parsed["Desktop Entry"]["Exec"].replace("\\\\", "\\").replace("%%", "%")
    program, option, argument = value.split(" ", 2)
    quoted = re.fullmatch(r'"((?:[^"`$\\]|\\["`$\\])*)"', argument)
    assert quoted is not None, argument
    return [program, option, re.sub(r"\\(.)", r"\1", quoted[1])]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a folder whose name has everything that shells and desktops treat specially."""
    root = tmp_path / AWKWARD
    root.mkdir()
    (root / "Makefile").write_text("dev:\n\t@echo open=$(open) && cat here\n")
    (root / "here").write_text("started in its folder\n")
    return root


def test_a_linux_entry_starts_the_stack_in_its_folder_whatever_its_name(project: Path) -> None:
    words = executed(shortcut.linux(project).text)
    ran = subprocess.run(words, cwd="/", capture_output=True, text=True, check=False, input="\n")
    assert ran.stdout == "open=1\nstarted in its folder\n", ran


def test_a_mac_command_starts_the_stack_in_its_folder_whatever_its_name(project: Path) -> None:
    text = shortcut.mac(project).text
    ran = subprocess.run(
        ["sh", "-c", text], cwd="/", capture_output=True, text=True, check=False, input="\n"
    )
    assert ran.stdout == "open=1\nstarted in its folder\n", ran


def test_a_start_that_fails_keeps_the_window_open_until_enter(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("dev:\n\t@echo port 3000 is taken; exit 1\n")
    words = executed(shortcut.linux(tmp_path).text)
    ran = subprocess.run(words, capture_output=True, text=True, check=False, input="\n")
    assert "port 3000 is taken" in ran.stdout
    assert "Press Enter to close this window." in ran.stdout


def test_windows_gets_a_command_file_and_a_link(tmp_path: Path) -> None:
    start, link = shortcut.windows(tmp_path, "Debian", "http://localhost:3000")
    assert start.name.endswith(".cmd")
    assert f'wsl.exe --distribution Debian --cd "{tmp_path}" -- make dev open=1\r\n' in start.text
    assert link.name.endswith(".url")
    assert link.text == "[InternetShortcut]\r\nURL=http://localhost:3000\r\n"
