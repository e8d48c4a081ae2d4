"""Who may import whom in the guard: .importlinter there says it, `lint-imports` holds it."""

import subprocess
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")


def test_every_import_keeps_the_contracts() -> None:
    checked = subprocess.run(
        [LINTER, "--no-cache", "--no-logo", ROOT / "scripts/guard/.importlinter"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_core_needs_the_standard_library_only() -> None:
    graph = grimp.build_graph("scripts", include_external_packages=True, cache_dir=None)
    core = {name for name in graph.modules if name.startswith("scripts.guard.core")}
    assert core
    imported = set().union(*map(graph.find_modules_directly_imported_by, core)) - core
    assert imported <= sys.stdlib_module_names
