"""Opens a page in the user's browser, where there is a desktop."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping

from ..core.background import begin
from ..core.run_tag import SPARED


def open_page(url: str, environment: Mapping[str, str], run: str) -> bool:
    """Open it; whether there is a browser to open it with. `run` is the mark of this guard."""
    words = command(url, environment)
    if words is None:
        return False
    begin(lambda: _run(words, {**environment, SPARED: run}))
    return True


def command(
    url: str, environment: Mapping[str, str], platform: str = sys.platform
) -> list[str] | None:
    """Return what opens a page on this desktop, None where there is none.

    A browser for terminals would draw over the log, so nothing is tried where there is no desktop.
    """
    path = environment.get("PATH", "")
    if named := environment.get("BROWSER", "").partition(os.pathsep)[0]:
        words = shlex.split(named)
        filled = [word.replace("%s", url) for word in words]
        return filled if filled != words else [*words, url]
    candidates = [["xdg-open"], ["gio", "open"]]
    if platform == "darwin":
        candidates = [["open"]]
    elif "WSL_DISTRO_NAME" in environment:
        candidates = [["wslview"], ["explorer.exe"]]
    elif not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        return None
    found = (words for words in candidates if shutil.which(words[0], path=path))
    return next(([*words, url] for words in found), None)


def _run(words: list[str], environment: Mapping[str, str]) -> None:
    """Run it in a job of its own, which Ctrl-C does not reach, and collect its exit.

    It is the user's: what it starts stays when the guard leaves.
    """
    try:
        subprocess.run(
            words,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
            env=environment,
        )
    except OSError:  # it was there a moment ago
        return
