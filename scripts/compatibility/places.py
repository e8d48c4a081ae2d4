"""Where a suite runs: a fresh clone on this machine, or on a Debian."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.compatibility import debian
from scripts.compatibility.outcome import SCRIPT, Outcome, outcome

ROOT = Path(__file__).resolve().parents[2]
FIND_PYTHON = ROOT / "scripts/setup/find-python.sh"


def pythons_here() -> list[str]:
    """Return the versions that this machine has, from 3.11 on."""
    command = ["sh", str(FIND_PYTHON), "--all"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def run(place: str | None, node: str | None, targets: str, log: Path, root: Path = ROOT) -> Outcome:
    """Run make's `targets` in a fresh clone of what is committed, and keep what it prints in `log`.

    `place` is a version of Python that this machine has, or a suite of Debian; None leaves the
    Python to the set-up. `node` is a version of Node that npm has. Raises `DebianError` where no
    Debian can be made.
    """
    with TemporaryDirectory(prefix="compatibility-") as folder, log.open("wb") as output:
        clone = Path(folder) / "clone"
        command = ["git", "clone", "--quiet", "--no-hardlinks", str(root), str(clone)]
        subprocess.run(command, check=True)
        if place is None or place[0].isdigit():
            script = _script(targets, f"python={place}" if place else "")
            status = _call([*_with_node(node), "sh", "-c", script], clone, output.fileno())
        else:
            with debian.entered(place, clone) as enter:
                command = [*enter, *_with_node(node), "sh", "-c", _script(targets, "")]
                status = _call(command, clone, output.fileno())
    return outcome(targets, status, log.read_text(encoding="utf-8", errors="replace"))


def _script(targets: str, python: str) -> str:
    return SCRIPT.replace("{targets}", targets).replace("{python}", python)


def _with_node(version: str | None) -> list[str]:
    if version is None:
        return []
    return ["npm", "exec", "--yes", f"--package=node@{version}", "--"]


def _call(command: Sequence[str], folder: Path, output: int) -> int:
    return subprocess.run(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
    ).returncode
