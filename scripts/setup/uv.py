"""Find uv, or bring it into `.venv`; have it read what this machine says of package indexes."""

import os
import shutil
import subprocess
from pathlib import Path

from scripts.setup import ROOT, SetupError, index
from scripts.setup.pip import pip
from scripts.setup.run import step

LOCK = ROOT / "requirements-uv.txt"
OFFLINE = "look at the lines above; without a network: connect, then type the same command again"


def find_uv(venv: Path, fetched: Path) -> Path:
    """A uv that runs: the machine's, or that of `venv`, brought by pip (which `fetched` may hold).

    Measured on a cold machine: pip alone takes three times as long as pip bringing uv and uv
    bringing the rest (docs/decisions/0004). Raises `SetupError` when there is none to be had.
    """
    own = venv / "bin/uv"
    for candidate in (shutil.which("uv"), str(own)):
        if candidate and _runs(candidate):
            return Path(candidate)
    step(
        "uv",
        [
            *pip(venv / "bin/python", fetched),
            *("install", "-qq", "--disable-pip-version-check", "--only-binary", ":all:"),
            *("--require-hashes", "-r", LOCK),
        ],
        fix=OFFLINE,
    )
    if not _runs(str(own)):
        raise SetupError(f"{own} does not run", "install uv by hand, then type the command again")
    return own


def settings() -> dict[str, str]:
    """The environment to start uv with.

    Behind a company's proxy the system knows certificates that uv's own list has not; that setting
    has had two names. uv does not read pip's settings: where only those name an index, it is told.
    """
    told = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}
    address = index.configured()
    if address and not _has_settings():
        told["UV_DEFAULT_INDEX"] = address
    return told


def _has_settings() -> bool:
    if {"UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_CONFIG_FILE"} & os.environ.keys():
        return True
    config = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config"))
    return any(path.exists() for path in (config / "uv/uv.toml", Path("/etc/uv/uv.toml")))


def _runs(command: str) -> bool:
    try:
        done = subprocess.run([command, "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0
