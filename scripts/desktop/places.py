"""Where each kind of desktop keeps its shortcuts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.desktop import page, shortcut
from scripts.desktop.shortcut import Shortcut
from scripts.guard.core.errors import GuardError


def write(root: Path) -> list[Path]:
    """Write the shortcuts of this machine's desktop; the same again replaces them.

    Returns what was written. Raises `GuardError` where no desktop is found.
    """
    if sys.platform == "darwin":
        return [put(shortcut.mac(root), Path.home() / "Desktop")]
    if page.is_wsl():
        distribution = os.environ["WSL_DISTRO_NAME"]
        return [
            put(each, _windows_desktop())
            for each in shortcut.windows(root, distribution, page.url())
        ]
    entry = shortcut.linux(root)
    menu = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "applications"
    written = [put(entry, folder) for folder in (menu, _linux_desktop())]
    for path in written:
        # With it GNOME does not ask whether it may be run; other desktops do not know the mark.
        _output("gio", "set", str(path), "metadata::trusted", "true")
    return written


def put(what: Shortcut, folder: Path) -> Path:
    """Write one shortcut, making the folder where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / what.name
    path.write_text(what.text, encoding="utf-8", newline="")
    if what.executable:
        path.chmod(0o755)
    return path


def _linux_desktop() -> Path:
    named = _output("xdg-user-dir", "DESKTOP")
    return Path(named) if named else Path.home() / "Desktop"


def _windows_desktop() -> Path:
    ask = "[Environment]::GetFolderPath('Desktop')"
    windows = _output("powershell.exe", "-NoProfile", "-Command", ask)
    desktop = windows and _output("wslpath", "-u", windows)
    if not desktop:
        raise GuardError(
            "Windows did not say where its desktop is (powershell.exe could not be asked)",
            "check that WSL may start Windows programs: interop in /etc/wsl.conf",
        )
    return Path(desktop)


def _output(*command: str) -> str:
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""
