"""What becomes of an error, expected or not."""

import os
import shlex
import signal
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


def typed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Type a command of the guard as in a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.guard", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )


def test_what_a_terminal_has_no_character_for_is_told_all_the_same(tmp_path: Path) -> None:
    procfile = tmp_path / "✓ done" / "Procfile"
    procfile.parent.mkdir()
    procfile.write_text("web: sleep 1\n")
    state = {"XDG_STATE_HOME": str(tmp_path), "GUARD_DIR": ""}
    done = typed("-f", str(procfile), "doctor", PYTHONIOENCODING="latin-1", **state)
    assert b"procguard/\\u2713 done-" in done.stdout
    assert done.stderr == b""


def test_in_a_folder_that_is_gone_it_says_so(tmp_path: Path) -> None:
    python = shlex.join([sys.executable, "-m", "scripts.guard"])
    done = subprocess.run(
        ["sh", "-c", f'cd "$1"; rmdir "$1"; exec {python} status', "sh", str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == commands.EXPECTED
    assert "is gone" in done.stderr
    assert 'fix: cd "$PWD"' in done.stderr


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


def test_ctrl_c_ends_the_installed_command_without_a_word(tmp_path: Path) -> None:
    procfile = tmp_path / "Procfile"
    os.mkfifo(procfile)
    installed = "import sys; from scripts.guard.__main__ import program; sys.exit(program())"
    process = subprocess.Popen(
        [sys.executable, "-c", installed, "-f", str(procfile)],
        cwd=ROOT,
        env={**os.environ, "GUARD_DIR": str(tmp_path / "its")},
        stderr=subprocess.PIPE,
    )
    with procfile.open("wb"):  # which waits until it reads
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
    assert process.stderr is not None
    with process.stderr as told:
        assert told.read() == b""
