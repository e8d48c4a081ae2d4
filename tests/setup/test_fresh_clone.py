"""A fresh clone on a machine without uv, Node and ffmpeg: everything is brought, once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BROUGHT = {"uv", "uvx", "node", "nodejs", "npm", "npx", "corepack", "ffmpeg"}


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    """Every program of the machine but those that the set-up brings."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for source in ("/usr/local/bin", "/usr/bin", "/bin", Path(sys.executable).resolve().parent):
        for program in Path(source).iterdir():
            link = folder / program.name
            if program.name not in BROUGHT and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


def make(clone: Path, path: str, *targets: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *targets, f"python={Path(sys.executable).resolve()}"],
        cwd=clone,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.timeout(300)
def test_everything_is_brought_once_and_runs(tmp_path: Path, bare_path: str) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), clone], check=True)
    assert shutil.which("node", path=bare_path) is None

    first = make(clone, bare_path, "setup")
    assert first.returncode == 0, first.stderr
    assert ".env made from .env.example" in first.stderr
    version = subprocess.run(
        ["npm", "--version"],
        env={"PATH": f"{clone}/.venv/bin:{bare_path}"},
        cwd=clone / "webapp/frontend",
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout[0].isdigit()
    for program in ("honcho", "uvicorn", "yt-dlp"):
        assert (clone / ".venv/bin" / program).exists()
    subprocess.run([clone / ".venv/bin/ffmpeg", "-version"], stdout=subprocess.DEVNULL, check=True)
    assert (clone / "webapp/frontend/node_modules/.bin/vite").exists()

    (clone / ".env").write_text("WEB_PORT=3001\n")
    second = make(clone, bare_path, "setup")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert (clone / ".env").read_text() == "WEB_PORT=3001\n"
