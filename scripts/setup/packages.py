"""Install the locked Python packages into `.venv`, by uv: the machine's, or one that pip brings."""

import os
import shutil
import sysconfig
from pathlib import Path

from scripts.setup import ROOT
from scripts.setup.run import step
from scripts.setup.stamps import is_current, record
from scripts.setup.uv import OFFLINE, find_uv, settings

VENV = ROOT / ".venv"
STAMPS = VENV / ".setup"
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"  # a superset of RUNTIME, at the same versions


def install(lock: Path) -> None:
    """Bring `.venv` in step with `lock`, hash-checked; nothing to do costs one comparison.

    Raises `SetupError` when that fails.
    """
    stamp = STAMPS / lock.name
    if is_current(stamp, lock, site_packages()):
        return
    stamp.unlink(missing_ok=True)
    uv = find_uv(VENV, STAMPS / "pip")
    step(
        f"Python packages of {lock.name}",
        [uv, "pip", "install", "--python", VENV / "bin/python", "--require-hashes", "-r", lock],
        env=settings(),
        fix=OFFLINE,
    )
    record(stamp, lock, site_packages())


def install_runtime() -> None:
    """What `make dev` needs; where tests were once installed, their lock is kept in step."""
    install(DEVELOPMENT if (STAMPS / DEVELOPMENT.name).exists() else RUNTIME)
    link_ffmpeg()


def install_development() -> None:
    """What tests and checks need, on top of the runtime."""
    install(DEVELOPMENT)
    link_ffmpeg()


def link_ffmpeg() -> None:
    """Where the machine has no ffmpeg, have that of the package imageio-ffmpeg go by its name."""
    brought = next((site_packages() / "imageio_ffmpeg/binaries").glob("ffmpeg-*"), None)
    if brought and not shutil.which("ffmpeg", path=search_path()):
        link("ffmpeg", brought)


def search_path() -> str:
    """`.venv/bin` first, as in Procfile.dev."""
    return os.pathsep.join((str(VENV / "bin"), os.environ.get("PATH", os.defpath)))


def link(name: str, target: Path) -> None:
    """Let `.venv/bin/NAME` be `target`, in one step."""
    place = VENV / "bin" / name
    fresh = place.with_name(f"{name}.{os.getpid()}")
    fresh.symlink_to(os.path.relpath(target, place.parent))
    fresh.replace(place)


def site_packages() -> Path:
    """Where the packages of `.venv` are."""
    return Path(sysconfig.get_path("purelib", vars={"base": str(VENV)}))
