"""Runs the tests that need a container engine, and prints what they measured.

With -w, the figures go into docs/containers.md; those of an engine that is not here stay, and those
of the parts that were not run. Exit code 0 if there is an engine and every test passed, else 1.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from scripts.bench.report import machine
from scripts.containers.measured import MEASURED, PARTS, Measured

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run them all."""
    parser = argparse.ArgumentParser(prog="python -m scripts.containers", description=__doc__)
    parser.add_argument("-w", dest="write", action="store_true", help="write docs/containers.md")
    parser.add_argument("engine", nargs="?", default="", help="podman or docker; all if not named")
    parser.add_argument("--part", choices=PARTS, help="run that one; all if not named")
    options = parser.parse_args()
    day, about = datetime.now(UTC).date().isoformat(), machine()  # the load is that of before
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "figures.jsonl"
        report.touch()
        chosen = ["-k", options.engine] if options.engine else []
        parts = [options.part] if options.part else PARTS
        tests = [f"tests/containers/test_{name}.py" for name in parts]
        command = [sys.executable, "-m", "pytest", "-rs", "--timeout", "1800", *tests, *chosen]
        failed = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "CONTAINERS_REPORT": str(report)}, check=False
        ).returncode
        found = Measured.of(report.read_text(encoding="utf-8"), day, about)
    if not found.runs:
        sys.stderr.write("No container engine could be used: the reasons are above.\n")
        return 1
    sys.stdout.write(found.table() + "\n")
    if options.write and not failed:
        Measured.load().with_runs_of(found).save()
        subprocess.run([sys.executable, "-m", "scripts.docs"], cwd=ROOT, check=True)
        sys.stdout.write(f"Written: {MEASURED.relative_to(ROOT)}, docs/containers.md\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
