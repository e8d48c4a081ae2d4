"""What a shortcut holds on each kind of desktop: start the stack in a terminal, open its page.

A second click finds the stack running: it opens the page all the same, and the window stays to say
so until Enter is pressed.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

NAME = "SY Media Downloader"
COMMENT = "Start the media downloader and open its page"


@dataclass(frozen=True)
class Shortcut:
    """A file to write: its name, its text, and whether it is a program."""

    name: str
    text: str
    executable: bool = False


def start_line(root: Path) -> str:
    """The shell command behind every shortcut."""
    return (
        f"cd {shlex.quote(str(root))} && make dev open=1 "
        "|| { echo; echo 'Press Enter to close this window.'; read -r _; }"
    )


def linux(root: Path) -> Shortcut:
    """A desktop entry (freedesktop.org's specification, 1.4)."""
    # In `Exec` a quoted argument escapes these, and the whole value its backslashes once more.
    line = start_line(root)
    for reserved in ("\\", '"', "`", "$"):
        line = line.replace(reserved, f"\\{reserved}")
    line = line.replace("\\", "\\\\").replace("%", "%%")
    entry = {
        "Type": "Application",
        "Version": "1.4",
        "Name": NAME,
        "Comment": COMMENT,
        "Exec": f'sh -c "{line}"',
        "Path": str(root),
        "Icon": str(root / "webapp/frontend/public/icon.svg"),
        "Terminal": "true",
        "Categories": "Network;FileTransfer;",
    }
    lines = ["[Desktop Entry]", *(f"{key}={value}" for key, value in entry.items())]
    return Shortcut("sy-media-downloader.desktop", "\n".join(lines) + "\n", executable=True)


def mac(root: Path) -> Shortcut:
    """A script that Finder opens in Terminal."""
    return Shortcut(f"{NAME}.command", f"#!/bin/sh\n{start_line(root)}\n", executable=True)


def windows(root: Path, distribution: str, url: str) -> list[Shortcut]:
    """For WSL: a command file that starts the stack, and a link to its page."""
    folder = str(root).replace("%", "%%")
    start = (
        "@echo off\r\n"
        f"title {NAME}\r\n"
        f'wsl.exe --distribution {distribution} --cd "{folder}" -- make dev open=1\r\n'
        "if errorlevel 1 pause\r\n"
    )
    link = f"[InternetShortcut]\r\nURL={url}\r\n"
    return [Shortcut(f"{NAME}.cmd", start), Shortcut(f"{NAME}.url", link)]
