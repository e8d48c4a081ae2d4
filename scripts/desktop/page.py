"""Open the app's page in the user's own browser, from wherever it was asked for."""

import http.client
import os
import shutil
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from urllib.parse import urlsplit

from scripts.guard.config import settings
from scripts.guard.core.errors import GuardError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds that a stack may take to answer
PAUSE = 0.1  # seconds between two looks


def url() -> str:
    """Where the app is, as `.env` and the shell say. Raises `GuardError` on a bad setting."""
    services = settings.load(ROOT / "Procfile.dev").services
    return next(str(service.url) for service in services if service.name == "web")


def answers(address: str) -> bool:
    """Whether anything answers HTTP there, with whatever status."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/", headers={"Accept": "text/html"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def wait(address: str) -> bool:
    """Wait until something answers, as long as whoever starts it (our parent) lives.

    False if nothing answers for `PATIENCE` seconds, or the parent ended before.
    """
    parent, until = os.getppid(), time.monotonic() + PATIENCE
    while not answers(address):
        if time.monotonic() > until or os.getppid() != parent:
            return False
        time.sleep(PAUSE)
    return True


def show(address: str) -> None:
    """Open `address` in the browser. Raises `GuardError` where there is none to open it in."""
    if is_wsl():
        for program in ("wslview", "explorer.exe"):
            if shutil.which(program):
                # explorer.exe reports failure whatever it did.
                subprocess.run([program, address], check=False)
                return
    has_screen = sys.platform == "darwin" or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )
    if not (has_screen and webbrowser.open(address)):
        raise GuardError(
            "no browser can be opened from here (no screen, or none installed)",
            f"open {address} in the browser that you use",
        )


def is_wsl() -> bool:
    """Whether this Linux runs inside Windows."""
    return "WSL_DISTRO_NAME" in os.environ
