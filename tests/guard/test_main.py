"""What becomes of an error, expected or not."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.guard import __main__ as commands
from scripts.guard.app import up


@pytest.mark.parametrize("readable", [True, False], ids=["settings", "no settings"])
def test_an_error_of_the_guards_own_is_kept_in_a_file_that_is_named(
    readable: bool,  # noqa: FBT001
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(up, "up", fail)
    monkeypatch.setenv("GUARD_DIR", str(tmp_path / "its"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    procfile = tmp_path / "Procfile"
    if readable:
        procfile.write_text("web: sleep 1\n")

    assert commands.main(["up", "-f", str(procfile)]) == commands.UNEXPECTED

    told = Path(capsys.readouterr().err.strip().rpartition(" ")[2])
    assert "ZeroDivisionError" in told.read_text()
    assert (told == tmp_path / "its/error.log") is readable


ROOT = Path(__file__).resolve().parents[2]


def bare(*arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the guard on a Python without packages, after some code."""
    run = "import runpy; runpy.run_module('scripts.guard', run_name='__main__')"
    code = f"import sys; sys.argv[1:] = {list(arguments)}; {before}\n{run}"
    return subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("command", [[], ["status"], ["why", "web"], ["logs", "-f"], ["stop"]])
def test_before_anything_is_installed_the_fix_is_told_in_one_sentence(command: list[str]) -> None:
    told = bare(*command)
    again = shlex.join([".venv/bin/python", "-m", "scripts.guard", *command])
    assert told.returncode == commands.EXPECTED
    assert "The guard cannot run on Python" in told.stderr
    assert "honcho is not installed for it\n\n" in told.stderr
    assert told.stderr.endswith(f"  fix: make setup && {again}\n")
    assert len(told.stderr.splitlines()) == 3


def test_a_python_that_is_too_old_is_told_so() -> None:
    told = bare("status", before="sys.version_info = (3, 9, 18)")
    assert told.returncode == commands.EXPECTED
    assert ": it is older than 3.11\n" in told.stderr


def test_a_missing_module_of_our_own_is_no_matter_of_setting_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> int:
        raise ModuleNotFoundError(name="scripts.guard.gone")

    monkeypatch.setattr(up, "up", fail)
    monkeypatch.setenv("GUARD_DIR", str(tmp_path / "its"))
    assert commands.main([]) == commands.UNEXPECTED
    assert "Internal error in the guard" in capsys.readouterr().err
