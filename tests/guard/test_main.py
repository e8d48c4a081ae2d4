"""What the commands are given, and what they do about an error that nobody expected."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.guard import __main__ as commands
from scripts.guard.app import up
from scripts.guard.config.selection import Selection


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ("Procfile.dev", [])),
        (["up"], ("Procfile.dev", [])),
        (["-f", "Other"], ("Other", [])),
        (["-f", "Other", "up", "-e", "its.env"], ("Other", ["its.env"])),
        (["up", "-e", "its.env,other.env"], ("Procfile.dev", ["its.env", "other.env"])),
        (["-f", "Other", "up", "-f", "Last"], ("Last", [])),
    ],
)
def test_an_option_means_the_same_before_a_command_and_after_it(
    arguments: list[str], expected: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, list[str]]] = []

    def note(procfile: Path, env: list[Path], _selection: Selection, *, prefix: bool) -> int:
        assert prefix
        given.append((str(procfile), [str(path) for path in env]))
        return 0

    monkeypatch.setattr(up, "up", note)
    assert commands.main(arguments) == 0
    assert given == [expected]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], Selection()),
        (["up", "web", "worker"], Selection(("web", "worker"))),
        (["up", "-m", "web=2,worker=0"], Selection((), {"web": 2, "worker": 0})),
        (["up", "--exit-with", "test"], Selection((), {}, "test")),
        (["up", "web", "--formation", "all=0, web=3"], Selection(("web",), {"all": 0, "web": 3})),
    ],
)
def test_up_is_told_which_lines_to_start_and_how_often(
    arguments: list[str], expected: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Selection] = []

    def note(_procfile: Path, _env: list[Path], selection: Selection, *, prefix: bool) -> int:
        assert prefix
        given.append(selection)
        return 0

    monkeypatch.setattr(up, "up", note)
    assert commands.main(arguments) == 0
    assert given == [expected]


@pytest.mark.parametrize("raw", ["web", "web=", "web=two", "web=-1", "=2", "web=100", "web=²"])
def test_a_formation_that_is_none_is_refused(raw: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        commands.main(["up", "-m", raw])
    assert "is not of the form web=2" in capsys.readouterr().err


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
