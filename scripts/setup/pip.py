"""Find a pip that can be run without being installed: `.venv` has none, to be made sooner.

A wheel of pip runs as it is. Python carries one for `ensurepip`; Debian and its kin leave it to a
package of its own, so that a bare system has none. There it comes from the package index that
pip's settings name, pinned by hash, else from Debian's archive, which apt verifies.
"""

import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from scripts.setup import ROOT, SetupError, index

LOCK = ROOT / "requirements-pip.txt"
PREREQUISITES = ROOT / "scripts/setup/prerequisites.sh"

Words = Sequence[str | Path]


def pip(python: Path, folder: Path) -> Words:
    """The words that run a pip for the environment of `python`; one that is fetched is in `folder`.

    Raises `SetupError` with what to install when none can be had.
    """
    wheel = carried_by_python()
    if wheel is None:
        own = beside_python(python)
        if own is not None:
            return own
        wheel = fetch(folder)
    return [python, wheel / "pip"]


def carried_by_python() -> Path | None:
    """The wheel that Python unpacks in `python -m ensurepip`; some systems keep it elsewhere."""
    elsewhere = sysconfig.get_config_var("WHEEL_PKG_DIR")
    bundled = Path(sysconfig.get_path("stdlib")) / "ensurepip/_bundled"
    for folder in (Path(elsewhere) if elsewhere else bundled, bundled):
        wheel = next(folder.glob("pip-*.whl"), None)
        if wheel:
            return wheel
    return None


def beside_python(python: Path) -> Words | None:
    """The pip that is installed with the Python of which `.venv` was made; for that of `python`."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    words: Words = [Path(sys.base_prefix) / f"bin/python{version}", "-m", "pip", "--python", python]
    try:
        done = subprocess.run([*words, "--version"], capture_output=True, check=False)
    except OSError:
        return None
    return None if done.returncode else words


def fetch(folder: Path) -> Path:
    """A wheel from wherever there is one.

    Raises `SetupError` with what to install, and why none came, when there is none.
    """
    tried = []
    for source in (from_index, from_debian):
        try:
            wheel = source(folder)
        except (SetupError, OSError, ValueError) as error:
            tried.append(str(error))
            continue
        if wheel:
            return wheel
    line = subprocess.run(["sh", PREREQUISITES], capture_output=True, text=True, check=True).stdout
    missing = "this machine has no uv and no pip, and none could be fetched"
    raise SetupError(missing, line.strip(), tried or ["no package index is configured"])


def from_index(folder: Path, lock: Path = LOCK) -> Path | None:
    """The version that `lock` pins; None where pip's settings name no index."""
    address = index.configured()
    return index.fetch_wheel(lock, address, folder) if address else None


def from_debian(folder: Path) -> Path | None:
    """What `apt install python3-venv` would bring, without becoming root; None on other systems."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _quietly(["apt-get", "-q", "download", "python3-pip-whl"], folder)
    package = next(folder.glob("*.deb"))
    _quietly(["dpkg-deb", "--extract", package, folder], folder)
    return next(folder.glob("usr/share/python-wheels/pip-*.whl"))


def _quietly(command: Words, folder: Path) -> None:
    """Run it in `folder`; what it says is told only if it fails, after the command that helps."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise OSError(f"{command[0]}: {said[-1] if said else f'status {done.returncode}'}")
