"""What `make doctor` looks at for this app."""

import os
import subprocess
from pathlib import Path

import pytest

from scripts import checks
from scripts.guard import doctor
from scripts.setup import __main__ as setup


@pytest.mark.starts
def test_a_program_that_is_slow_to_answer_on_a_busy_machine_is_not_missing(tmp_path: Path) -> None:
    slow = tmp_path / "ffmpeg"
    slow.write_text("#!/bin/sh\nsleep 1.5\necho ffmpeg version 7\n")
    slow.chmod(0o755)
    assert checks.ffmpeg(f"{tmp_path}{os.pathsep}{os.environ['PATH']}") is None


def test_the_whole_doctor_waits_longer_than_one_of_its_programs_may_take() -> None:
    assert checks.VERSION_SECONDS < doctor.DEADLINE


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with settings and data, private as the set-up and the backend make them."""
    (tmp_path / "data").mkdir(mode=0o700)
    for name in (".env", "data/app.db"):
        (tmp_path / name).touch(mode=0o600)
    return tmp_path


def told(project: Path, **environment: str) -> doctor.Problem | None:
    return checks.private(project, (project / ".env", project / ".env.local"), environment)


def test_what_only_we_can_read_is_no_problem(project: Path) -> None:
    assert told(project) is None


@pytest.mark.parametrize("name", [".env", ".env.local", "data", "data/app.db"])
@pytest.mark.parametrize("mode", [0o755, 0o640, 0o604])
def test_what_others_can_read_is_named_with_the_command_that_closes_it(
    project: Path, name: str, mode: int
) -> None:
    path = project / name
    path.touch()
    path.chmod(mode)
    problem = told(project)
    assert problem is not None
    assert f"{name} (mode {mode:o})" in problem.message
    subprocess.run(["sh", "-c", problem.fix], cwd=project, check=True)
    assert told(project) is None
    assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_a_group_may_read_the_folder_where_the_setting_says_so(project: Path) -> None:
    (project / "data").chmod(0o750)
    assert told(project) is not None
    assert told(project, DATA_DIR_MODE="750") is None
    (project / "data").chmod(0o755)
    problem = told(project, DATA_DIR_MODE="750")
    assert problem is not None
    assert problem.fix == "chmod 750 data"


def test_the_set_up_makes_settings_that_only_we_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env.example").write_text("# ACCESS_TOKEN=\n")
    (tmp_path / ".env.fresh").touch(mode=0o644)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    before = os.umask(0)
    try:
        setup.settings()
    finally:
        os.umask(before)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / ".env").read_text() == "# ACCESS_TOKEN=\n"


EXAMPLE = "# WEB_PORT=3000  # the page\nAPI_WATCH=a   # folders\nAPI_READY=/ready   # a path\n"


def lacking(project: Path, env: str, **environment: str) -> doctor.Problem | None:
    (project / ".env.example").write_text(EXAMPLE)
    (project / ".env").write_text(env)
    return checks.known(project, (project / ".env",), environment)


def test_a_line_that_an_older_env_lacks_is_named_with_the_command_that_adds_it(
    project: Path,
) -> None:
    problem = lacking(project, "API_WATCH=b")
    assert problem is not None
    assert problem.message.endswith("lacks API_READY=/ready")
    subprocess.run(["sh", "-c", problem.fix], cwd=project, check=True)
    added = (project / ".env").read_text()
    assert added.splitlines() == ["API_WATCH=b", "API_READY=/ready"]
    assert lacking(project, added) is None


@pytest.mark.parametrize("line", ["# API_READY=/ready", "API_READY=", "export API_READY=/other"])
def test_a_line_that_was_changed_or_taken_out_is_left_alone(project: Path, line: str) -> None:
    assert lacking(project, f"API_WATCH=a\n{line}\n") is None


def test_what_the_shell_says_need_not_stand_in_it(project: Path) -> None:
    assert lacking(project, "API_WATCH=a\n", API_READY="/ready") is None


def test_the_projects_own_env_as_it_is_made_lacks_nothing(tmp_path: Path) -> None:
    example = (Path(checks.__file__).parents[1] / ".env.example").read_text(encoding="utf-8")
    for name in (".env.example", ".env"):
        (tmp_path / name).write_text(example)
    assert checks.known(tmp_path, (tmp_path / ".env",), {}) is None
    without = example.replace("API_READY=/ready", "")
    (tmp_path / ".env").write_text(without)
    assert checks.known(tmp_path, (tmp_path / ".env",), {}) is not None
