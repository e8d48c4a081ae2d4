"""`python -m scripts.screenshots [FOLDER]`: take every picture, into docs/images by default.

With `--all`, a contact sheet of every state of every page, into dist/contact-sheet.
"""

import argparse
import socket
import sys
from pathlib import Path

from playwright.sync_api import Browser

from scripts.chromium import chromium
from scripts.guard.config import settings
from scripts.screenshots import contact_sheet
from scripts.screenshots.animation import svg
from scripts.screenshots.recording import record
from scripts.screenshots.shots import SHOTS
from scripts.screenshots.stage import ROOT, set_up, somebodys_folder


def take(into: Path, ports: dict[str, int], browser: Browser) -> list[Path]:
    """Take every picture of a stack on these ports. Returns the files written."""
    into.mkdir(parents=True, exist_ok=True)
    written = _animation(into, ports)
    with somebodys_folder() as folder, set_up(folder, ports) as stage:
        for shot in SHOTS:
            page = shot(stage, browser)
            path = into / f"{shot.__name__.replace('_', '-')}.png"
            page.screenshot(path=path, animations="disabled")
            page.close()
            written.append(path)
    return written


def _animation(into: Path, ports: dict[str, int]) -> list[Path]:
    """Record the terminals on a stage of their own; the casts are kept beside the animation."""
    with somebodys_folder() as folder, set_up(folder, ports) as stage:
        recorded = record(stage)
    files = {f"terminal-{n}.cast": each.asciicast() for n, each in enumerate(recorded, 1)}
    files["terminal.svg"] = svg(recorded)
    for name, text in files.items():
        (into / name).write_text(text, encoding="utf-8")
    return [into / name for name in files]


def sheet(into: Path, browser: Browser) -> contact_sheet.Sheet:
    """Take the contact sheet, on ports that are free."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in ("web", "api", "guard")]
    numbers = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    ports = dict(zip(("web", "api", "guard"), numbers, strict=True))
    with somebodys_folder() as folder, set_up(folder, ports) as stage:
        return contact_sheet.take(stage, browser, into)


def main() -> None:
    """Take them on the ports of the settings, which is what the documentation shows."""
    options = argparse.ArgumentParser(prog="python -m scripts.screenshots", description=__doc__)
    options.add_argument("--all", action="store_true", help="the contact sheet")
    options.add_argument("into", nargs="?", type=Path, metavar="FOLDER")
    chosen = options.parse_args()
    if chosen.all:
        into = chosen.into or ROOT / "dist/contact-sheet"
        with chromium() as browser:
            taken = sheet(into, browser)
        sys.stdout.write("".join(f"{finding}\n" for finding in taken.findings))
        states = {state for state, _ in taken.pictures}
        sys.stdout.write(f"{len(taken.pictures) * len(contact_sheet.WIDTHS)} pictures in {into} ")
        sys.stdout.write(f"of {len(states)} states; ")
        sys.stdout.write(f"axe looked {taken.judged} times; findings: {len(taken.findings)}\n")
        sys.exit(bool(taken.findings))
    config = settings.load(ROOT / "Procfile.dev")
    ports = {service.name: int(service.port or 0) for service in config.services}
    into = chosen.into or ROOT / "docs/images"
    with chromium() as browser:
        for path in take(into, {**ports, "guard": config.guard_port}, browser):
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
