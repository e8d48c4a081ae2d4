"""Which modules are mutated follows a rule: nobody leaves one out whose mutants survive."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from scripts.mutants.modules import MODULES, PACKAGES

ROOT = Path(__file__).resolve().parents[2]
OF_THE_SYSTEM = frozenset(
    {
        "_thread", "asyncio", "ctypes", "fcntl", "http", "multiprocessing", "os", "pathlib",
        "psutil", "resource", "select", "shutil", "signal", "socket", "ssl", "subprocess",
        "tempfile", "termios", "threading", "time", "urllib", "watchfiles",
    }
)  # fmt: skip
"""What a module imports that asks the system for something, or waits for it."""


def imported(path: Path) -> Iterator[str]:
    """The packages that a module imports when it runs; not those of this project."""
    nodes: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while nodes:
        node = nodes.pop()
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING")):
                continue
            case ast.Import(names=names):
                yield from (name.name.partition(".")[0] for name in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
        nodes += ast.iter_child_nodes(node)


def to_be_mutated() -> set[Path]:
    """The modules of these packages that are pure, and have a test file of their own name."""
    return {
        path.relative_to(ROOT)
        for package, tests in PACKAGES.items()
        for path in (ROOT / package).glob("*.py")
        if (ROOT / tests / f"test_{path.name}").is_file()
        and not OF_THE_SYSTEM & set(imported(path))
    }


def test_every_pure_module_with_tests_of_its_own_is_mutated() -> None:
    assert len(to_be_mutated()) >= 20
    assert to_be_mutated() - {module.file for module in MODULES} == set()


def test_what_asks_the_system_is_told_from_what_does_not(tmp_path: Path) -> None:
    module = tmp_path / "a.py"
    module.write_text("from .os import x\nif TYPE_CHECKING:\n    import time\nimport re\n")
    assert set(imported(module)) == {"re"}
    module.write_text("def f():\n    import os.path\n    from asyncio.tasks import sleep\n")
    assert set(imported(module)) == {"os", "asyncio"}
