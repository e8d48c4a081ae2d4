"""What to install first: documents and set-up give the same line to paste."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts/setup/python.sh"
NEEDED = ("sh", "id", "rm", "tail", "mkdir", "cat")  # of the system, for the script itself
MANAGERS = {"apt-get": "Debian", "dnf": "Fedora", "pacman": "Arch Linux", "brew": "macOS"}
FIRST_SCREEN = 45  # lines


def row(document: str, system: str) -> str:
    """The last command in the row of the table for `system`."""
    text = (ROOT / document).read_text(encoding="utf-8")
    rows = (line for line in text.splitlines() if line.startswith("| ") and system in line)
    line = next(line for line in rows if "`" in line and "git" in line)
    return str(re.findall(r"`([^`]+)`", line)[-1])


def advice(folder: Path, *programs: str) -> str:
    """What the set-up tells to paste where only these programs are installed."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name in NEEDED:
        program = next(p for p in (Path("/bin") / name, Path("/usr/bin") / name) if p.exists())
        (bin_folder / name).symlink_to(program)
    for name in programs:
        (bin_folder / name).write_text("#!/bin/sh\nexit 1\n")
        (bin_folder / name).chmod(0o755)
    told = subprocess.run(
        ["/bin/sh", SCRIPT],
        cwd=folder,
        env={"PATH": str(bin_folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    found = re.search(r"^  To fix it: (.*)$", told.stderr, re.MULTILINE)
    assert found, told.stderr
    return str(found[1])


@pytest.mark.parametrize("document", ["README.md", "docs/startup-guide.md"])
@pytest.mark.parametrize("manager", MANAGERS)
def test_the_message_and_the_documents_give_the_same_line(
    tmp_path: Path, manager: str, document: str
) -> None:
    assert advice(tmp_path, manager, "sudo") == row(document, MANAGERS[manager])


def test_whoever_has_no_sudo_is_not_told_to_use_it(tmp_path: Path) -> None:
    bare = row("README.md", "Debian").replace("sudo ", "")
    assert advice(tmp_path, "apt-get") == (f"su - -c '{bare}'" if os.geteuid() else bare)


def test_an_unknown_system_is_told_what_to_look_for(tmp_path: Path) -> None:
    assert "Python 3.11 or newer" in advice(tmp_path)


@pytest.mark.parametrize("system", MANAGERS.values())
def test_they_stand_on_the_first_screen_of_the_readme(system: str) -> None:
    first = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:FIRST_SCREEN])
    assert row("README.md", system) in first


def test_packages_of_the_line_for_debian_bring_what_the_set_up_runs() -> None:
    """Where this machine is a Debian: each package of the line is one that apt knows."""
    if not Path("/usr/bin/apt-cache").exists():
        pytest.skip("no apt here")
    packages = row("README.md", "Debian").rpartition("-y ")[2].split()
    assert packages == ["git", "make", "python3", "python3-venv"]
    known = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", *packages],
        env={**os.environ, "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    if not known:
        pytest.skip("apt has no lists here: apt update was never run")
    assert set(packages) <= set(re.findall(r"^Package: (\S+)$", known, re.MULTILINE))
