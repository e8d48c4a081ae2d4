"""`make update-ytdlp` gets the newest yt-dlp that the project allows, and changes nothing else."""

import os
import shlex
import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from tests.setup.package_index import serving

ROOT = Path(__file__).resolve().parents[2]
PROJECT = """
[project]
name = "app"
version = "1"
requires-python = ">=3.11"
dependencies = ["yt-dlp>=2026.1,<2027", "steady"]

[dependency-groups]
dev = ["tool"]
node = ["tool"]
uv = ["tool"]
pip = ["tool"]
"""


def wheel(name: str, version: str) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        folder = f"{name}-{version}.dist-info"
        about = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        archive.writestr(f"{folder}/METADATA", about)
        archive.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{folder}/RECORD", "")
    return packed.getvalue()


def index(*versions: tuple[str, str]) -> dict[str, bytes]:
    """The pages of an index with these packages."""
    pages: dict[str, bytes] = {}
    for name, version in versions:
        file = f"{name.replace('-', '_')}-{version}-py3-none-any.whl"
        pages[f"/files/{file}"] = wheel(name.replace("-", "_"), version)
        page = pages.get(f"/simple/{name}/", b"")
        pages[f"/simple/{name}/"] = page + f'<a href="/files/{file}">{file}</a>\n'.encode()
    return pages


def update(project: Path, address: str) -> str:
    """Type what the target runs first; what is locked then."""
    environment = os.environ | {
        "PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}",
        "UV_DEFAULT_INDEX": f"http://{address}/simple/",
        "UV_CACHE_DIR": str(project / "cache"),
    }
    for name in ("UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX"):
        environment.pop(name, None)
    [command] = [
        line.removeprefix("\t@")
        for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
        if "--upgrade-package yt-dlp " in line
    ]
    typed = shlex.split(command.replace("scripts/", f"{ROOT}/scripts/"))
    subprocess.run(typed, cwd=project, env=environment, check=True, timeout=300)
    return (project / "requirements.txt").read_text()


def test_the_newest_that_is_allowed_is_locked_and_all_else_stays(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    old = [("yt-dlp", "2026.1.1"), ("yt-dlp-ejs", "1"), ("steady", "1"), ("tool", "1")]
    new = [("yt-dlp", "2026.9.9"), ("yt-dlp", "2027.1.1"), ("steady", "2"), ("tool", "2")]
    with serving(index(*old)) as address:
        assert "yt-dlp==2026.1.1" in update(tmp_path, address)

    with serving(index(*old, *new)) as address:
        locked = update(tmp_path, address)

    assert "yt-dlp==2026.9.9 " in locked
    assert "steady==1 " in locked
    assert "tool==1 " in (tmp_path / "requirements-dev.txt").read_text()
    assert "--hash=sha256:" in locked
