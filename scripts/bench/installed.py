"""Bring the competitors into a folder outside the project; what cannot be had is left out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

PYTHON_PACKAGES = (
    *("honcho", "supervisor", "circus", "setuptools<81"),
    *("fastapi-cli", "granian", "hypercorn", "jurigged"),
    *(("uvicorn-hmr",) if sys.version_info >= (3, 12) else ()),
)
NODE_PACKAGES = ("concurrently", "pm2", "mprocs", "nodemon")


class Installed:
    """The competitors' programs, in ``~/.cache`` or ``$XDG_CACHE_HOME``."""

    def __init__(self) -> None:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        self.folder = cache / "sy-media-downloader-bench"
        self.problems: list[str] = []
        """Why a competitor is not there, a line each."""

    def install(self) -> None:
        """Install what is missing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for packages, install in (
            (PYTHON_PACKAGES, self._pip_install),
            (NODE_PACKAGES, self._npm_install),
        ):
            for package in packages:
                if not self.version(package):
                    self._try(package, install)

    def version(self, package: str) -> str:
        """Return the version of an installed competitor; empty if it is not there."""
        return self._python_version(package) or self._node_version(package)

    def program(self, name: str) -> str:
        """Return the path of a competitor's program; raises `FileNotFoundError`."""
        places = [self._venv / "bin" / name, *self.folder.glob(f"*/node_modules/.bin/{name}")]
        for path in places:
            if path.exists():
                return str(path)
        raise FileNotFoundError(f"no competitor brought the program {name} into {self.folder}")

    @property
    def _venv(self) -> Path:
        return self.folder / "venv"

    def _python_version(self, package: str) -> str:
        package = package.partition("<")[0].replace("-", "_")
        found = list(self._venv.glob(f"lib/python*/site-packages/{package}-*.dist-info"))
        return found[0].name.removesuffix(".dist-info").partition("-")[2] if found else ""

    def _node_version(self, package: str) -> str:
        manifest = self.folder / package / "node_modules" / package / "package.json"
        return str(json.loads(manifest.read_text())["version"]) if manifest.exists() else ""

    def _try(self, package: str, install: Callable[[str], None]) -> None:
        try:
            install(package)
        except (OSError, subprocess.CalledProcessError) as error:
            self.problems.append(f"{package} could not be installed ({error})")

    def _pip_install(self, package: str) -> None:
        if not self._venv.exists():
            _quietly(sys.executable, "-m", "venv", str(self._venv))
        _quietly(str(self._venv / "bin/pip"), "install", "--quiet", package)

    def _npm_install(self, package: str) -> None:
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError("there is no npm")
        # A folder for each: npm removes from one what it is not told to keep.
        (self.folder / package).mkdir(exist_ok=True)
        _quietly(npm, "install", "--silent", "--prefix", str(self.folder / package), package)


def _quietly(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
