"""What to paste, for whoever may become root and however (tests/docs: for each system)."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/setup/prerequisites.sh"


def advice(folder: Path, uid: int, programs: str, *packages: str) -> str:
    scripts = dict.fromkeys(programs.split(), "exit 1") | {"id": f"echo {uid}"}
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    command = ["/bin/sh", str(SCRIPT), *packages]
    return subprocess.check_output(command, env={"PATH": str(folder)}, text=True).strip()


@pytest.mark.parametrize(
    ("uid", "programs", "told"),
    [
        (1000, "apt-get sudo", "sudo apt update && sudo apt install -y git make python3"),
        (0, "apt-get", "apt update && apt install -y git make python3"),
        (1000, "apt-get", "su - -c 'apt update && apt install -y git make python3"),
        (1000, "dnf", "su - -c 'dnf install -y git make python3'"),
        (0, "pacman", "pacman -S --needed git make python"),
    ],
)
def test_the_line_is_for_whoever_runs_it(
    tmp_path: Path, uid: int, programs: str, told: str
) -> None:
    assert advice(tmp_path, uid, programs).startswith(told)


def test_what_else_is_needed_stands_in_the_same_line(tmp_path: Path) -> None:
    line = advice(tmp_path, 1000, "apt-get", "python3.11-venv")
    assert line.endswith("install -y git make python3 python3-venv python3.11-venv'")
