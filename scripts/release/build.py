"""What is handed out: an archive of the project, procguard's wheel, container images."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAME = "sy-media-downloader"
IMAGES = {
    "backend": ("Dockerfile", "production"),
    "frontend": ("webapp/frontend/Dockerfile", "production"),
    "single": ("Dockerfile", "single"),
}
ENGINES = ("docker", "podman")


def archive(root: Path, commit: str) -> Path:
    """Pack a commit into `dist/`, in a folder of the project's name."""
    target = root / f"dist/{NAME}.tar.gz"
    target.parent.mkdir(exist_ok=True)
    _run(root, "git", "archive", f"--prefix={NAME}/", "-o", str(target), commit)
    return target


def wheel(root: Path) -> list[Path]:
    """Build procguard's wheel into `dist/`; nothing where the guard is no package."""
    if not (root / "scripts/guard/pyproject.toml").exists():
        return []
    before = set((root / "dist").glob("procguard-*.whl"))
    uv = shutil.which("uv") or str(root / ".venv/bin/uv")
    _run(root, uv, "build", "--quiet", "--wheel", "scripts/guard", "--out-dir", "dist")
    return sorted(set((root / "dist").glob("procguard-*.whl")) - before)


def image_commands(version: str) -> Iterator[list[str]]:
    """The commands that build the production images; none where there is no engine."""
    engine = next(filter(shutil.which, ENGINES), None)
    for name, (file, target) in IMAGES.items() if engine else ():
        tag = f"{NAME}-{name}:{version}"
        yield [str(engine), "build", "--target", target, "-f", file, "-t", tag, "."]


def _run(root: Path, *command: str) -> None:
    subprocess.run(command, cwd=root, check=True)


if __name__ == "__main__":  # `make archive`
    sys.stdout.write(f"{archive(Path(__file__).resolve().parents[2], 'HEAD')}\n")
