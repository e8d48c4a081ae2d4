"""The guard as a package of its own: any project can install it."""

import os
import signal
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.guard import __version__
from scripts.setup import packages, uv

ROOT = Path(__file__).parents[2]
GUARD = ROOT / "scripts/guard"
LOADED = {"honcho", "watchfiles", "python-dotenv", "psutil", "h11"}


def project() -> dict[str, object]:
    found: dict[str, object] = tomllib.loads((GUARD / "pyproject.toml").read_text())["project"]
    return found


def test_it_depends_on_five_packages_and_nothing_else() -> None:
    wanted = project()["dependencies"]
    assert isinstance(wanted, list)
    assert {str(line).partition(">")[0] for line in wanted} == LOADED


def test_every_package_of_it_is_named() -> None:
    tables = tomllib.loads((GUARD / "pyproject.toml").read_text())["tool"]["setuptools"]
    there = {
        "procguard" + "".join(f".{part}" for part in file.parent.relative_to(GUARD).parts)
        for file in GUARD.rglob("__init__.py")
    }
    assert set(tables["packages"]) == there


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an empty environment into which its wheel was installed."""
    folder = tmp_path_factory.mktemp("procguard")
    uv_command = str(uv.find_uv(packages.VENV, packages.STAMPS / "pip"))
    environment = {**os.environ, **uv.settings()}
    copy = folder / "source"
    subprocess.run(["git", "checkout-index", "--all", f"--prefix={copy}/"], cwd=ROOT, check=True)
    for command in (
        [
            uv_command,
            "build",
            "--wheel",
            "--quiet",
            "--out-dir",
            str(folder),
            str(copy / "scripts/guard"),
        ],
        [uv_command, "venv", "--quiet", "--python", sys.executable, str(folder / "venv")],
    ):
        subprocess.run(command, check=True, capture_output=True, env=environment)
    (wheel,) = folder.glob("procguard-*.whl")
    install = [
        uv_command,
        "pip",
        "install",
        "--quiet",
        "--python",
        str(folder / "venv"),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, env=environment)
    return folder / "venv/bin"


def test_the_command_says_its_version_and_what_it_can_do(installed: Path) -> None:
    def said(*words: str) -> str:
        return subprocess.run(
            [installed / words[0], *words[1:]], check=True, capture_output=True, text=True
        ).stdout

    assert said("procguard", "--version") == f"procguard {__version__}\n"
    assert said("python", "-m", "procguard", "--version") == f"procguard {__version__}\n"
    assert "procguard restart web" in said("procguard", "--help")


def test_a_foreign_project_runs_from_another_folder(
    installed: Path, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    project = tmp_path / "project"
    (project / "scripts").mkdir(parents=True)
    (project / "scripts/__init__.py").write_text("raise RuntimeError('of another project')\n")
    (project / "Procfile").write_text("web: exec python3 -m http.server --bind 127.0.0.1 $PORT\n")
    ports = {"WEB_PORT": str(free_port()), "GUARD_PORT": str(free_port())}
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GUARD_")}
    command = [str(installed / "procguard"), "-f", str(project / "Procfile")]
    with (tmp_path / "output").open("wb") as output:
        running = subprocess.Popen(
            command, cwd=tmp_path, env=clean | ports, stdout=output, stderr=output
        )
    try:
        url = f"http://127.0.0.1:{ports['WEB_PORT']}/"
        until_answers(url, running)
        status = subprocess.run(
            [*command, "status"], cwd=tmp_path, env=clean | ports, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert "web" in status.stdout
        unknown = subprocess.run(
            [*command, "doctor", "db"], cwd=tmp_path, env=clean | ports, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert f"procguard -f {project / 'Procfile'} doctor" in unknown.stderr
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=60) == 128 + signal.SIGTERM


def until_answers(url: str, running: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while True:
        assert running.poll() is None
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                assert answer.status == 200
                return
        except OSError:
            assert time.monotonic() < end, f"nobody answers at {url}"
            time.sleep(0.05)
