"""The plugin measures what tests use, with what they start, also in other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.times.table import Times, read

ROOT = Path(__file__).resolve().parents[2]
BUSY = "import time\nwhile time.process_time() < 0.3: pass"
WHEN_ASKED = f"input()\n{BUSY}\nprint(flush=True)\ninput()"
SHARED = f"""
import subprocess, sys, pytest

@pytest.fixture(scope="session")
def shared():
    command = [sys.executable, "-c", {WHEN_ASKED!r}]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as process:
        yield process
"""


def measured(folder: Path, *options: str, **files: str) -> Times:
    """What the plugin tells of these files of tests."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content)
    (folder / "keeps.py").write_text(  # in this folder, not in the project's
        "import pathlib, scripts.times.plugin as plugin\n"
        "write = plugin.write\n"
        "plugin.write = lambda times, root: write(times, root, pathlib.Path('times.tsv'))\n"
    )
    plugins = ("-p", "xdist", "-p", "keeps", "-p", "scripts.times.plugin", "--keep-times")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, *options],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = read(folder / "times.tsv")
    assert all(f"| `{name}` | " in done.stdout for name in found)
    return found


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "worker"])
def test_the_processor_seconds_of_what_a_test_started_are_its_files(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    found = measured(
        tmp_path,
        *workers,
        test_busy="import subprocess, sys\n"
        f"def test_it(): subprocess.run([sys.executable, '-c', {BUSY!r}])\n",
        test_idle="def test_one(): pass\ndef test_two(): pass\n",
    )
    assert (found["test_busy.py"].tests, found["test_idle.py"].tests) == (1, 2)
    assert found["test_busy.py"].processor >= 0.3 > found["test_idle.py"].processor


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it is not told")
def test_what_several_files_share_falls_on_the_one_that_has_it_work(tmp_path: Path) -> None:
    found = measured(
        tmp_path,
        conftest=SHARED,
        test_a_first="def test_it(shared): assert shared.poll() is None\n",
        test_b_busy="def test_it(shared): shared.stdin.write('\\n'); shared.stdout.readline()\n",
        test_c_last="def test_it(shared): shared.stdin.write('\\n')\n",
    )
    assert found["test_b_busy.py"].processor >= 0.25  # of what it counts, a hundredth is the least
    assert found["test_a_first.py"].processor < 0.25
    assert found["test_c_last.py"].processor < 0.25
