"""`.env` is read as python-dotenv reads it, where honcho would read something else."""

import os
from pathlib import Path

import pytest
from dotenv import dotenv_values

from scripts.guard.config import settings

LINES = [
    "A=hello world", "A=foo#bar", "A=foo # bar", "A=it's", "export A=1", "A=", "A", "A=${HOME}/x",
    "A='${HOME}/x'", "A=${MISSING:-default}", "A=$HOME", 'A="two\nlines"', "A='two\nlines'",
    'A="a # b"', "A=\"it's\"", "A = spaced", " A=indented", "A=1\nA=2", "A=${B}\nB=1",
    "B=1\nA=${B}", "\ufeffA=1", "A=1\r", "# A=1\nA=2", "A='quo\\'ted'", 'A="quo\\"ted"',
    "A=ünïcödé", "A=a=b", "A=\tx\t", 'A=""', "A=''", "A=`x`", "A=$(whoami)", "A=a\\nb",
    "a.b=1\nA=1", "A=x\n\n\nB=y", "A=http://localhost:3000/?a=b&c=d",
]  # fmt: skip


@pytest.mark.fault(row="F20")
@pytest.mark.parametrize("line", LINES)
def test_a_line_means_what_python_dotenv_says(tmp_path: Path, line: str) -> None:
    (tmp_path / "Procfile").write_text("web: true\n")
    env = tmp_path / ".env"
    env.write_text(f"{line}\n", encoding="utf-8")
    shell = {"HOME": os.environ["HOME"]}
    loaded = settings.load(tmp_path / "Procfile", env, shell)
    expected = dotenv_values(env, encoding="utf-8-sig")
    assert loaded.environment == {
        **{key: value for key, value in expected.items() if value is not None},
        **shell,
    }


@pytest.mark.fault(row="F20")
def test_the_shell_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / "Procfile").write_text("web: true\n")
    (tmp_path / ".env").write_text("A=file\nB=file\n")
    loaded = settings.load(tmp_path / "Procfile", None, {"A": "shell"})
    assert loaded.environment == {"A": "shell", "B": "file"}
