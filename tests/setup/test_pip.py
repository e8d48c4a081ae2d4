"""A pip that runs without being installed, wherever it comes from: each is really run."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.setup import SetupError
from scripts.setup import __main__ as setup
from scripts.setup.pip import (
    Words,
    beside_python,
    carried_by_python,
    fetch,
    from_debian,
    from_index,
    pip,
)
from tests.setup.package_index import serving


def output(words: Words, *arguments: str) -> str:
    command = [*words, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def version(words: Words) -> str:
    return output(words, "--version").split()[1]


def program(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """The Python of a fresh environment, as python.sh makes it."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")]
    subprocess.run(command, check=True)
    return tmp_path / "venv/bin/python"


@pytest.fixture
def carried() -> Path:
    """The wheel that this Python carries."""
    wheel = carried_by_python()
    if wheel is None:
        pytest.skip("this Python carries no pip")
    return wheel


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """One is configured, and nobody answers there."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")


def test_the_one_that_python_carries_runs_as_it_is(
    environment: Path, carried: Path, tmp_path: Path
) -> None:
    words = pip(environment, tmp_path / "unused")
    assert words == [environment, carried / "pip"]
    assert version(words) == carried.name.split("-")[1]
    assert not (tmp_path / "unused").exists()


def test_one_that_is_installed_beside_python_serves_the_environment(environment: Path) -> None:
    words = beside_python(environment)
    if words is None:
        pytest.skip("this Python has no pip")
    assert output(words, "list").split() == []  # of the environment, which is empty


def test_it_comes_from_the_index_that_is_configured(
    environment: Path, carried: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, pinned = carried.read_bytes(), carried.name.split("-")[1]
    lock = tmp_path / "requirements-pip.txt"
    lock.write_text(f"pip=={pinned} \\\n --hash=sha256:{hashlib.sha256(content).hexdigest()}\n")
    page = f'<a href="/{carried.name}">pip</a>'.encode()
    with serving({"/simple/pip/": page, f"/{carried.name}": content}) as host:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{host}/simple")
        wheel = from_index(tmp_path / "fetched", lock)
    assert wheel == tmp_path / "fetched" / carried.name
    assert version([environment, wheel / "pip"]) == pinned


def test_without_a_configured_index_none_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert from_index(tmp_path) is None


@pytest.fixture
def of_debian() -> None:
    """The package, in what this machine knows of Debian's archive: asked when it is needed."""
    command = ["apt-cache", "show", "python3-pip-whl"]
    if (
        not shutil.which("apt-cache")
        or subprocess.run(command, capture_output=True, check=False).returncode
    ):
        pytest.skip("no Debian, or apt update was never run here")


@pytest.mark.usefixtures("no_index", "of_debian")
def test_where_the_index_does_not_answer_it_comes_from_debians_archive(
    environment: Path, tmp_path: Path
) -> None:
    wheel = fetch(tmp_path / "fetched")
    assert re.fullmatch(r"\d+\.\d+(\.\d+)?", version([environment, wheel / "pip"]))


@pytest.mark.usefixtures("no_index")
def test_where_there_is_none_the_line_to_paste_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/sh").symlink_to("/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert from_debian(tmp_path / "fetched") is None
    with pytest.raises(SetupError, match="no uv and no pip") as raised:
        fetch(tmp_path / "fetched")
    assert "Python 3.11 or newer with its venv module" in raised.value.fix
    assert "refused" in str(raised.value.tried)


@pytest.mark.usefixtures("no_index")
def test_the_command_that_brings_one_is_the_first_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("apt-get", "dpkg-deb", "sudo"):
        program(tmp_path / "bin" / name, "echo reading; echo 'E: no such package' >&2; exit 100")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    parts = {"runtime": lambda: print(fetch(tmp_path / "fetched"))}
    monkeypatch.setattr(setup, "PARTS", parts)
    assert setup.main(["runtime"]) == 1
    first, *others = capfd.readouterr().err.splitlines()
    assert first.startswith("setup: To fix it: ")
    assert first.endswith("apt install -y git make python3 python3-venv")
    assert others[0] == (
        "  What is missing: this machine has no uv and no pip, and none could be fetched"
    )
    assert "refused" in others[1]
    assert others[2:] == ["  Tried: apt-get: E: no such package"]
