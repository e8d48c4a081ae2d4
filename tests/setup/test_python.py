"""`scripts/setup/python.sh` makes `.venv` of the Python that is asked for, or says what to type."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.docs.starts import NO_PYTHON

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts/setup"
HERE = ".".join(map(str, sys.version_info[:3]))
MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSION = "import sys; print('%d.%d.%d' % sys.version_info[:3])"
NAMES = ("python3.14", "python3.13", "python3.12", "python3.11", "python3", "python")


def run(folder: Path, *python: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", SCRIPTS / "python.sh", *python],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def version_of(environment: Path) -> str:
    command = [str(environment / "bin/python"), "-ISc", VERSION]
    return subprocess.check_output(command, text=True).strip()


def other_python() -> tuple[str, str]:
    """Version and path of a Python on this machine of another minor version than this one."""
    for minor in {"3.11", "3.12", "3.13", "3.14"} - {MINOR}:
        command = ["sh", str(SCRIPTS / "find-python.sh"), minor]
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
        if found:
            return subprocess.check_output([found, "-ISc", VERSION], text=True).strip(), found
    pytest.skip("this machine has one Python only")


def test_makes_an_environment_with_the_python_that_is_named(tmp_path: Path) -> None:
    assert run(tmp_path, sys.executable).returncode == 0
    assert version_of(tmp_path / ".venv") == HERE


@pytest.mark.parametrize("again", [None, HERE, MINOR, sys.executable], ids=str)
def test_an_environment_that_is_as_asked_for_is_left_alone(
    tmp_path: Path, again: str | None
) -> None:
    run(tmp_path, sys.executable)
    (tmp_path / ".venv/kept").touch()
    second = run(tmp_path, *filter(None, [again]))
    assert (second.returncode, second.stdout + second.stderr) == (0, "")
    assert (tmp_path / ".venv/kept").exists()


def test_a_link_to_the_environment_of_another_checkout_is_replaced_and_not_emptied(
    tmp_path: Path,
) -> None:
    mine, other = tmp_path / "mine", tmp_path / "other"
    for folder in (mine, other):
        folder.mkdir()
    run(other, sys.executable)
    (mine / ".venv").symlink_to(other / ".venv")
    assert run(mine, sys.executable).returncode == 0
    assert not (mine / ".venv").is_symlink()
    assert version_of(other / ".venv") == version_of(mine / ".venv") == HERE


def test_another_python_makes_the_environment_again_and_says_so(tmp_path: Path) -> None:
    version, path = other_python()
    for asked in (version, sys.executable, path):
        old = version_of(tmp_path / ".venv") if (tmp_path / ".venv").exists() else None
        made = run(tmp_path, asked)
        new = version_of(tmp_path / ".venv")
        assert (made.returncode, new) == (0, HERE if asked == sys.executable else version)
        said = f"setup: .venv had Python {old}; making it again with {new}\n" if old else ""
        assert made.stderr == said


def test_an_environment_that_an_app_runs_from_is_not_replaced(tmp_path: Path) -> None:
    _, path = other_python()
    run(tmp_path, sys.executable)
    for package in ("scripts", "scripts/guard"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "scripts/guard/__main__.py").write_text("print('{\"services\": []}')")
    refused = run(tmp_path, path)
    assert refused.returncode == 1
    assert f"the app is running on Python {HERE} in .venv" in refused.stderr
    assert "make stop" in refused.stderr
    assert version_of(tmp_path / ".venv") == HERE


def test_a_python_that_is_not_there_leaves_the_environment_as_it_was(tmp_path: Path) -> None:
    run(tmp_path, sys.executable)
    for asked in ("3.99", "/nowhere/python"):
        refused = run(tmp_path, asked)
        assert refused.returncode == 1
        assert f"python={asked}: there is no such Python here" in refused.stderr
        assert MINOR in refused.stderr.partition("found: ")[2].partition("\n")[0]
        assert "make dev python=/path/to/python3" in refused.stderr
        assert version_of(tmp_path / ".venv") == HERE


def test_an_environment_whose_python_is_gone_is_made_again(tmp_path: Path) -> None:
    run(tmp_path, sys.executable)
    (tmp_path / ".venv/bin/python").unlink()
    (tmp_path / ".venv/bin/python").symlink_to("/nowhere/python3.11")
    assert run(tmp_path, sys.executable).returncode == 0
    assert version_of(tmp_path / ".venv") == HERE


def test_an_environment_that_was_moved_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    run(tmp_path / "old", sys.executable)
    (tmp_path / "old/.venv/kept").touch()
    moved = (tmp_path / "old").rename(tmp_path / "new")
    assert run(moved, sys.executable).returncode == 0
    assert version_of(moved / ".venv") == HERE
    assert not (moved / ".venv/kept").exists()


def only(folder: Path) -> str:
    """A PATH on which these programs hide every other Python."""
    return f"{folder}:{os.environ['PATH']}"


def test_a_name_on_the_path_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    for name in NAMES:
        program(tmp_path / "bin" / name, "echo 'no such version' >&2; exit 127")
    (tmp_path / "bin/python3.11").unlink()
    (tmp_path / "bin/python3.11").symlink_to(Path(sys.executable).resolve())
    assert run(tmp_path, PATH=only(tmp_path / "bin")).returncode == 0
    assert version_of(tmp_path / ".venv") == HERE


def without_venv(path: Path) -> Path:
    """A Python as of Debian's python3-minimal."""
    refuse = 'echo "Traceback" >&2; echo "$0: No module named venv" >&2; mkdir -p .venv; exit 1'
    return program(path, f'[ "$1" = -m ] && {{ {refuse}; }}\nexec {sys.executable} "$@"')


def test_a_python_that_makes_no_environment_is_passed_over(tmp_path: Path) -> None:
    without_venv(tmp_path / "bin/python3.13")
    (tmp_path / "bin/python3.12").symlink_to(Path(sys.executable).resolve())
    made = run(tmp_path, PATH=only(tmp_path / "bin"))
    assert (made.returncode, made.stdout + made.stderr) == (0, "")
    assert version_of(tmp_path / ".venv") == HERE


def with_sudo_and_apt(folder: Path) -> str:
    """A PATH of a Debian, whatever this machine is."""
    for name in ("sudo", "apt-get"):
        program(folder / "system" / name, "exit 1")
    return f"{folder / 'system'}:{os.environ['PATH']}"


def test_where_none_makes_an_environment_the_line_to_paste_is_named(tmp_path: Path) -> None:
    for name in NAMES:
        without_venv(tmp_path / "bin" / name)
    refused = run(tmp_path, PATH=f"{tmp_path / 'bin'}:{with_sudo_and_apt(tmp_path)}")
    first = tmp_path / "bin/python3.13"
    assert refused.returncode == 1
    assert f"{first} cannot make .venv: {first}: No module named venv\n" in refused.stderr
    assert "sudo apt install -y git make python3 python3-venv\n" in refused.stderr
    assert "make dev python=" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_python_that_is_not_the_systems_own_needs_a_package_of_its_own(tmp_path: Path) -> None:
    program(tmp_path / "bin/python3", "echo 3.99")
    bare = without_venv(tmp_path / "python3.13")
    refused = run(tmp_path, str(bare), PATH=f"{tmp_path / 'bin'}:{with_sudo_and_apt(tmp_path)}")
    assert f"apt install -y git make python3 python3-venv python{MINOR}-venv\n" in refused.stderr


def test_without_any_the_message_says_what_was_found_and_what_to_type(tmp_path: Path) -> None:
    for name in NAMES:
        program(tmp_path / "bin" / name, 'test "$1" = --version && echo Python 3.9.2')
    refused = run(tmp_path, PATH=f"{tmp_path / 'bin'}:{with_sudo_and_apt(tmp_path)}")
    assert refused.returncode == 1
    first, second, fix, *_ = refused.stderr.splitlines()
    assert first == NO_PYTHON.says
    assert second == "  python3 is: Python 3.9.2"
    assert fix == f"  To fix it: {NO_PYTHON.fix}"
    assert "make dev python=" in refused.stderr
    assert not (tmp_path / ".venv").exists()
    for name in NAMES:  # what the line installs comes to light
        (tmp_path / "bin" / name).unlink()
    assert run(tmp_path, PATH=only(tmp_path / "bin")).returncode == 0
    assert (tmp_path / ".venv/bin/python").exists()


def found(version: str, path: Path, home: Path) -> str:
    done = subprocess.run(
        ["sh", SCRIPTS / "find-python.sh", version],
        env={"PATH": f"{path}:/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def test_a_version_is_looked_for_on_the_path_then_in_pyenv(tmp_path: Path) -> None:
    """The newest patch of it; a shim that names no version is passed over."""
    of_pyenv = tmp_path / ".pyenv/versions"
    for version in ("3.98.2", "3.98.10", "3.9.8"):
        program(of_pyenv / version / "bin/python", f"echo {version}")
    shim = program(tmp_path / "shims/python3.98", "exit 127").parent
    newest, older, short = (of_pyenv / f"{v}/bin/python" for v in ("3.98.10", "3.98.2", "3.9.8"))
    assert found("3.98", shim, tmp_path) == str(newest)
    assert found("3.98.2", shim, tmp_path) == str(older)
    assert found("3.9", shim, tmp_path) == str(short)
    on_path = program(tmp_path / "bin/python3.98", "echo 3.98.1")
    assert found("3.98", on_path.parent, tmp_path) == str(on_path)
    assert found("3.97", on_path.parent, tmp_path) == ""
