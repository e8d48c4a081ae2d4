"""What is done before the first process is started, and what has to wait until after it."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import FreePort

# What takes long to load and is needed only later, or not at all by most.
LATER = {"argparse", "asyncio", "dataclasses", "hashlib", "inspect", "json", "psutil"}
LATER |= {
    f"scripts.guard.app.{name}"
    for name in ("assembly", "event_loop", "followers", "shown", "supervised")
}
LATER |= {"shutil", "ssl", "watchfiles"}

UNTIL_THE_FIRST = """
import os, sys

def look(event, _arguments):
    if event == "subprocess.Popen":
        print(*sorted(sys.modules), flush=True)
        os._exit(0)

sys.addaudithook(look)
from scripts.guard.__main__ import main
main([])
"""


def test_the_first_process_waits_for_nothing_that_it_does_not_need(
    tmp_path: Path, free_port: FreePort
) -> None:
    (tmp_path / "Procfile.dev").write_text("web: exec sleep 100\n")
    done = subprocess.run(
        [sys.executable, "-c", UNTIL_THE_FIRST],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(__file__).parents[3]), "GUARD_PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "honcho.process" in loaded
    assert not loaded & LATER
