"""Runs pytest, and has it and every Python process that it starts measure itself.

coverage.py comes with a file that starts it in each interpreter of this `.venv`, where a variable
names its settings; so servers, forked ones too, need no word of ours. What is killed from outside
writes nothing, which is what a kill means.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from scripts.coverage.report import Files

HOOK = Path(__file__).with_name("before_kill.py")
SOURCES = ("scripts/guard", "webapp/backend")
SETTINGS = """
[run]
branch = true
parallel = true
sigterm = true
patch = _exit, execv, fork, subprocess
relative_files = false
data_file = {data}
source = {sources}
disable_warnings = no-data-collected, module-not-imported, module-not-measured, no-ctracer,
    already-imported, couldnt-parse
[report]
omit = */store/migrations/*
exclude_also =
    if TYPE_CHECKING:
    class .*\\(Protocol\\):
"""
# Migrations run against every database that a test makes, and are kept by their own tests.


def measure(
    root: Path,
    folder: Path,
    words: Sequence[str],
    *,
    sources: Sequence[str] = SOURCES,
    python: str = sys.executable,
) -> tuple[int, Files]:
    """Run pytest with these words; return its exit code, and what coverage.py reports of each file.

    `folder` is for what the processes write. Files are named from `root` on.
    """
    config, report = folder / "coveragerc", folder / "report.json"
    listed = "".join(f"\n    {root / source}" for source in sources)
    text = SETTINGS.format(data=folder / "data", sources=listed)
    config.write_text(text, encoding="utf-8")
    pytest = [python, "-m", "pytest", "-p", "no:cacheprovider", *words]
    with _hook(python):
        measured = os.environ | {"COVERAGE_PROCESS_START": str(config)}
        code = subprocess.run(pytest, cwd=root, env=measured, check=False).returncode
    for command in (["combine", "-q"], ["json", "-q", "-o", str(report)]):
        reporting = [python, "-m", "coverage", *command, f"--rcfile={config}"]
        subprocess.run(reporting, cwd=root, check=True)
    return code, json.loads(report.read_text(encoding="utf-8"))["files"]


@contextlib.contextmanager
def _hook(python: str) -> Iterator[None]:
    """Have every interpreter of this `.venv` run the hook where it is measured."""
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    libraries = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    file = Path(libraries) / "coverage_before_kill.pth"
    text = HOOK.read_text(encoding="utf-8")
    file.write_text(f'import os; "COVERAGE_PROCESS_START" in os.environ and exec({text!r}, {{}})\n')
    try:
        yield
    finally:
        file.unlink(missing_ok=True)
