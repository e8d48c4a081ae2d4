"""How much the page loads before it can be used."""

import os
import subprocess
from pathlib import Path

from tests.stack.harness import ROOT


def test_the_initial_javascript_stays_within_its_limit(dist: Path) -> None:
    assert (dist / "index.html").is_file()
    path = f"{ROOT / '.venv/bin'}:{os.environ['PATH']}"
    told = subprocess.run(
        ["node", "dev/size.js"],
        cwd=ROOT / "webapp/frontend",
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
