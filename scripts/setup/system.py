"""What tests drive and pip cannot bring: a browser, a PostgreSQL server, nginx.

One that is installed is used. Else Playwright's own browser; else, as root on Debian or Ubuntu,
the distribution's package. Else the tests that need it are skipped, except in CI.
"""

import os
import shutil
import sys
from pathlib import Path

from scripts.setup import SetupError
from scripts.setup.packages import VENV
from scripts.setup.run import step

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def browser() -> Path | None:
    """An installed Chromium or Chrome: `$CHROMIUM`, on PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named)
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return Path(found)
    if MAC_BROWSER.exists():
        return MAC_BROWSER
    return _playwright_browser()


def postgres() -> Path | None:
    """The folder of `postgres`, `initdb` and `pg_ctl`: Debian keeps them off PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major)
    if debian:
        return debian[-1].parent
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def install_browser() -> None:
    """See to a browser. Raises `SetupError` with what to install."""
    if browser():
        return
    try:
        step("Chromium, by Playwright", [VENV / "bin/playwright", "install", "chromium"], fix="")
    except SetupError:
        _install_debian("chromium", "install Chromium or Chrome, or name one: CHROMIUM=/path")


def install_postgres() -> None:
    """See to a PostgreSQL server for the tests of a shared queue."""
    if not postgres():
        _install_debian("postgresql", "install PostgreSQL (macOS: brew install postgresql)")


def nginx() -> Path | None:
    """The program; Debian keeps it off the PATH of users."""
    found = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    return Path(found) if found else None


def install_nginx() -> None:
    """See to an nginx for the tests of the production containers' configuration."""
    if not nginx():
        _install_debian("nginx-light", "install nginx (macOS: brew install nginx)")


def _install_debian(package: str, otherwise: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        _do_without(package, otherwise)
        return
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    retry = "look at the lines above; without a network: connect, then type the command again"
    step("Debian's list of packages", ["apt-get", "update", "-q"], env=quiet, fix=retry)
    command = ["apt-get", "install", "-yq", "--no-install-recommends", package]
    step(f"Debian's {package}", command, env=quiet, fix=retry)


def _do_without(package: str, otherwise: str) -> None:
    """On a machine of its own nobody has to have everything; CI skips nothing."""
    if os.environ.get("CI"):
        raise SetupError(f"the tests need {package}, which this machine has not", otherwise)
    sys.stderr.write(
        f"setup: no {package} here, tests with it are skipped; to have it: {otherwise}\n"
    )


def _playwright_browser() -> Path | None:
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    mac = Path.home() / "Library/Caches/ms-playwright"
    for cache in (home, mac):
        for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/*/*/*"):
            found = sorted(path for path in cache.glob(pattern) if os.access(path, os.X_OK))
            if found:
                return found[-1]
    return None


def _major(path: Path) -> int:
    version = path.parts[-3]
    return int(version) if version.isdigit() else 0
