"""No compiled form of a source hides a save from Python."""

import os
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.guard.watching.bytecode import discard_ambiguous

SECOND = 1_700_000_000


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """Return a module that was imported, so that its compiled form is there."""
    source = tmp_path / "value[1].py"
    save(source, "V = 1")
    assert seen(source) == "1"
    return source


def save(source: Path, text: str, second: float = SECOND) -> None:
    source.write_text(text, encoding="utf-8")
    os.utime(source, (second, second))


def seen(source: Path) -> str:
    """Return what Python takes the module for."""
    code = f"import importlib; print(importlib.import_module({source.stem!r}).V)"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=source.parent,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def compiled(source: Path) -> list[Path]:
    return list((source.parent / "__pycache__").iterdir())


def test_a_save_within_the_second_of_the_last_is_seen(module: Path) -> None:
    save(module, "V = 2", SECOND + 0.5)
    assert seen(module) == "1", "Python tells them apart: this module is needed no more"
    discard_ambiguous([module])
    assert seen(module) == "2"


@pytest.mark.parametrize(
    ("text", "second"), [("V = 10", SECOND), ("V = 2", SECOND + 1), ("V = 2", SECOND - 1)]
)
def test_what_python_tells_apart_stays(module: Path, text: str, second: float) -> None:
    save(module, text, second)
    before = compiled(module)
    discard_ambiguous([module])
    assert compiled(module) == before


def test_what_is_not_valid_by_time_stays(module: Path) -> None:
    [kept] = compiled(module)
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    py_compile.compile(str(module), cfile=str(kept), invalidation_mode=mode)
    discard_ambiguous([module])
    assert compiled(module) == [kept]


def test_what_is_no_module_or_gone_is_no_fault(module: Path) -> None:
    [kept] = compiled(module)
    kept.write_bytes(b"cut")
    module.unlink()
    discard_ambiguous([module, module.with_suffix(".css"), module.parent / "nowhere/x.py"])
    assert compiled(module) == [kept]
