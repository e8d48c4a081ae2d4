"""Who may import whom in the backend: .importlinter there says it, `lint-imports` holds it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2] / "webapp/backend"
LINTER = Path(sys.executable).with_name("lint-imports")


def test_every_import_keeps_the_contracts() -> None:
    checked = subprocess.run(
        [LINTER, "--no-cache", "--no-logo"],
        cwd=BACKEND,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_package_is_under_the_contracts() -> None:
    packages = {path.parent.name for path in BACKEND.glob("*/__init__.py")}
    roots = (BACKEND / ".importlinter").read_text().partition("root_packages =")[2]
    named = roots.partition("include_external_packages")[0].split()
    assert packages == set(named)


def test_settings_import_nothing_of_the_backend_but_net() -> None:
    """The linter takes settings.py, which is no package, for something from outside."""
    tree = ast.parse((BACKEND / "settings.py").read_text())
    imported = {
        node.module.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
    }
    ours = {path.name for path in BACKEND.iterdir()} | {path.stem for path in BACKEND.glob("*.py")}
    assert imported & ours == {"net"}
