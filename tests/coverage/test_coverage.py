"""What a test enters in any process counts, however that process ends; what none enters is told."""

from __future__ import annotations

import ast
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from scripts.coverage import __main__ as command
from scripts.coverage.measured import measure
from scripts.coverage.report import Function, reasons, table, unentered

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("at_home", "in_a_process", "in_a_fork", "before_sigterm", "before_its_own_kill", "never")
PART = (
    "".join(f"def {name}():\n    return 1\n" for name in NAMES)
    + """
def by_a_branch(taken):
    if taken:
        return 7
    return 8
"""
)
TESTS = """
import subprocess, sys
from kept import part

PROCESS = "part.in_a_process()\\nif os.fork() == 0:\\n    part.in_a_fork(); os._exit(0)\\nos.wait()"
TERMINATED = "part.before_sigterm(); os.kill(os.getpid(), 15)"
KILLED = "os.setsid(); part.before_its_own_kill(); os.killpg(0, 9)"

def run(code):
    words = [sys.executable, "-c", f"import os\\nfrom kept import part\\n{code}"]
    return subprocess.run(words).returncode

def test_all():
    part.at_home(), part.by_a_branch(True)
    assert [run(code) for code in (PROCESS, TERMINATED, KILLED)] == [0, -15, -9]
"""


@pytest.fixture
def python(tmp_path: Path) -> str:
    """An interpreter of its own, with our libraries: what is put beside those disturbs nobody."""
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    (libraries,) = place.glob("lib/python*/site-packages")
    ours = sysconfig.get_path("purelib")
    (libraries / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    return str(place / "bin/python")


def test_every_process_counts_however_it_ends(tmp_path: Path, python: str) -> None:
    project, folder = tmp_path / "project", tmp_path / "found"
    (project / "kept").mkdir(parents=True)
    folder.mkdir()
    (project / "kept/part.py").write_text(PART)
    (project / "test_kept.py").write_text(TESTS)
    code, files = measure(project, folder, ["-q"], sources=["kept"], python=python)
    assert code == 0
    assert unentered(files) == [Function("kept/part.py", "never")]
    assert "| `kept` | 16 | 87 % | 2 | 50 % | 1 |" in table(files)
    assert not list(Path(python).parents[1].glob("lib/*/site-packages/coverage_before_kill.pth"))


def found(lines: int, entered: int, **functions: tuple[int, list[int]]) -> dict[str, Any]:
    """A file as coverage.py reports it: functions with their lines and those that were run."""
    return {
        "summary": {
            "num_statements": lines,
            "covered_lines": entered,
            "num_branches": 0,
            "covered_branches": 0,
        },
        "functions": {
            name: {"summary": {"num_statements": count}, "executed_lines": run}
            for name, (count, run) in functions.items()
        },
    }


def test_packages_are_added_up_and_rounded_down() -> None:
    files = {
        "a/b/c/one.py": found(1000, 999, f=(2, [3])),
        "a/b/c/d/two.py": found(1000, 1000, g=(1, [])),
        "a/b/e/three.py": found(0, 0, h=(0, [])),
    }
    assert table(files).splitlines()[2:] == [
        "| `a/b/c` | 2000 | 99 % | 0 | \u2013 | 1 |",
        "| `a/b/e` | 0 | \u2013 | 0 | \u2013 | 0 |",
        "| all | 2000 | 99 % | 0 | \u2013 | 1 |",
    ]
    assert unentered(files) == [Function("a/b/c/d/two.py", "g")]


@pytest.mark.parametrize(
    ("code", "run", "known", "ends"),
    [
        (0, [3], {}, 0),
        (1, [3], {}, 1),
        (0, [], {}, 1),
        (0, [], {Function("a/b/c/one.py", "f"): "Only macOS comes here."}, 0),
    ],
    ids=["all is well", "a test fails", "none enters it", "none does, for a reason"],
)
def test_what_no_test_enters_and_nobody_explains_fails_the_command(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: int,
    run: list[int],
    known: dict[Function, str],
    ends: int,
) -> None:
    files = {"a/b/c/one.py": found(2, len(run), f=(1, run))}
    monkeypatch.setattr(command, "measure", lambda *_: (code, files))
    monkeypatch.setattr(command, "reasons", lambda: known)
    assert command.main([]) == ends
    said = "no test enters a/b/c/one.py: f" in capsys.readouterr().out
    assert said is (not run and not known)


def test_what_is_listed_is_there_and_has_a_reason() -> None:
    for function, why in reasons().items():
        assert function.name in names_in(ROOT / function.file), function
        assert why.endswith("."), function


def names_in(file: Path) -> set[str]:
    """The functions of a file as coverage.py names them: with the classes that they are in."""

    def walk(node: ast.AST, above: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.add(f"{above}{child.name}")
                walk(child, f"{above}{child.name}.")
            else:
                walk(child, above)

    names: set[str] = set()
    walk(ast.parse(file.read_text(encoding="utf-8")), "")
    return names


def test_a_table_of_a_part_of_the_tests_says_so() -> None:
    part = command.about(["tests/a", "tests/b"])
    assert "of these tests only: `tests/a`, `tests/b`." in part
    assert "its last column is no finding" in part
    assert "only" not in command.about([])
