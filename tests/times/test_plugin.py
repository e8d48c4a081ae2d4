"""The plugin measures what tests use, with what they start, also in other processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.times.table import read

ROOT = Path(__file__).resolve().parents[2]
BUSY = "import time\nwhile time.process_time() < 0.3: pass"


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "worker"])
def test_the_processor_seconds_of_what_a_test_started_are_its_files(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_busy.py").write_text(
        f"import subprocess, sys\ndef test_it(): subprocess.run([sys.executable, '-c', {BUSY!r}])\n"
    )
    (tmp_path / "test_idle.py").write_text("def test_one(): pass\ndef test_two(): pass\n")
    plugins = ("-p", "xdist", "-p", "keeps", "-p", "scripts.times.plugin", "--keep-times")
    (tmp_path / "keeps.py").write_text(  # in this folder, not in the project's
        "import pathlib, scripts.times.plugin as plugin\n"
        "write = plugin.write\n"
        "plugin.write = lambda times, root: write(times, root, pathlib.Path('times.tsv'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *workers],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = read(tmp_path / "times.tsv")
    assert (found["test_busy.py"].tests, found["test_idle.py"].tests) == (1, 2)
    assert found["test_busy.py"].processor >= 0.3 > found["test_idle.py"].processor
    assert "| `test_busy.py` | " in done.stdout
