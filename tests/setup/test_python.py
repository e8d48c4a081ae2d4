"""`scripts/setup/python.sh` finds a Python that runs, or says what to type."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/setup/python.sh"


def run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", SCRIPT],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_makes_an_environment_with_the_python_that_is_named(tmp_path: Path) -> None:
    assert run(tmp_path, PYTHON=sys.executable).returncode == 0
    assert (tmp_path / ".venv/bin/python").exists()


def test_an_environment_that_works_is_left_alone(tmp_path: Path) -> None:
    run(tmp_path, PYTHON=sys.executable)
    (tmp_path / ".venv/kept").touch()
    again = run(tmp_path, PYTHON="/nowhere/python")
    assert (again.returncode, again.stdout + again.stderr) == (0, "")
    assert (tmp_path / ".venv/kept").exists()


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    run(tmp_path, PYTHON=sys.executable)
    (tmp_path / ".venv/bin/python").unlink()
    (tmp_path / ".venv/bin/python").symlink_to("/nowhere/python3.11")
    assert run(tmp_path, PYTHON=sys.executable).returncode == 0
    assert subprocess.run([tmp_path / ".venv/bin/python", "-c", ""], check=False).returncode == 0


def test_an_environment_that_was_moved_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    run(tmp_path / "old", PYTHON=sys.executable)
    (tmp_path / "old/.venv/kept").touch()
    moved = (tmp_path / "old").rename(tmp_path / "new")
    assert run(moved, PYTHON=sys.executable).returncode == 0
    assert (moved / ".venv/bin/python").exists()
    assert not (moved / ".venv/kept").exists()


def test_a_name_on_the_path_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    shim = program(tmp_path / "python3.13", "echo 'no such version' >&2; exit 127")
    assert run(tmp_path, PYTHON=f"{shim} {sys.executable}").returncode == 0


def without_venv(path: Path) -> Path:
    """A Python as of Debian's python3-minimal."""
    refuse = 'echo "Traceback" >&2; echo "$0: No module named venv" >&2; mkdir -p .venv; exit 1'
    return program(path, f'[ "$1" = -m ] && {{ {refuse}; }}\nexec {sys.executable} "$@"')


def test_a_python_that_makes_no_environment_is_passed_over(tmp_path: Path) -> None:
    bare = without_venv(tmp_path / "python3.13")
    made = run(tmp_path, PYTHON=f"{bare} {sys.executable}")
    assert (made.returncode, made.stdout + made.stderr) == (0, "")
    assert (tmp_path / ".venv/bin/python").exists()


def with_sudo_and_apt(folder: Path) -> str:
    """A PATH of a Debian, whatever this machine is."""
    programs = folder / "system"
    programs.mkdir()
    for name in ("sudo", "apt-get"):
        program(programs / name, "exit 1")
    return f"{programs}:{os.environ['PATH']}"


def test_where_none_makes_an_environment_the_line_to_paste_is_named(tmp_path: Path) -> None:
    bare = without_venv(tmp_path / "python3.13")
    path = with_sudo_and_apt(tmp_path)
    refused = run(tmp_path, PYTHON=f"{bare} {without_venv(tmp_path / 'python3')}", PATH=path)
    assert refused.returncode == 1
    assert f"{bare} cannot make .venv: {bare}: No module named venv\n" in refused.stderr
    assert "sudo apt install -y git make python3 python3-venv\n" in refused.stderr
    assert "make dev PYTHON=" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_that_is_not_the_systems_own_needs_a_package_of_its_own(tmp_path: Path) -> None:
    program(tmp_path / "python3", "echo 3.99")
    path = f"{tmp_path}:{with_sudo_and_apt(tmp_path)}"
    refused = run(tmp_path, PYTHON=str(without_venv(tmp_path / "python3.13")), PATH=path)
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert f"sudo apt install -y git make python3 python3-venv {package}\n" in refused.stderr


def test_without_any_the_message_says_what_was_found_and_what_to_type(tmp_path: Path) -> None:
    old = program(tmp_path / "python3", 'test "$1" = --version && echo Python 3.9.2')
    refused = run(tmp_path, PYTHON="/nowhere/python", PATH=f"{old.parent}:{os.environ['PATH']}")
    assert refused.returncode == 1
    assert "no Python 3.11 or newer was found (tried: /nowhere/python)" in refused.stderr
    assert "python3 is: Python 3.9.2" in refused.stderr
    assert "make dev PYTHON=" in refused.stderr
    assert not (tmp_path / ".venv").exists()
