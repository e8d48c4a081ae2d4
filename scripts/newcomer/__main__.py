"""`python -m scripts.newcomer [IMAGE]`: type them all; exit 1 if one did not do what it should."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from scripts.newcomer.commands import NEEDS_THE_APP, Manner, Step, steps
from scripts.newcomer.container import HOME, Machine, NoEngineError, Terminal, machine
from scripts.newcomer.report import Result, page
from scripts.release.build import archive

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "docker.io/library/debian:13"
FOLDER = f"{HOME}/sy-media-downloader"
PATIENCE = 600.0  # seconds for a command to end, or for what it serves to answer
ANSWERS = (
    "python3 -c 'import sys, urllib.request as u;"
    " u.build_opener(u.ProxyHandler({{}})).open(sys.argv[1], timeout=5)' {url}"
)
CTRL_C = (0, 130, 2, -2)  # statuses of what was ended by Ctrl-C


def main(words: list[str]) -> int:
    """Type them all in a container of an image. Returns 0, or 1 if something failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the container goes as well
    image = words[0] if words else IMAGE
    try:
        with machine(image, archive(ROOT, "HEAD")) as bare:
            results = list(_type_all(bare, steps(ROOT)))
    except (NoEngineError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or b""
        sys.stderr.write(f"{error}\n{said.decode(errors='replace')[-500:]}\n")
        return 1
    today = datetime.now(tz=UTC).date()
    (ROOT / "docs/docs-run.md").write_text(page(results, image, today), encoding="utf-8")
    return 0 if all(result.held for result in results) else 1


def _type_all(bare: Machine, all_steps: list[Step]) -> Iterator[Result]:
    serving: Terminal | None = None
    for step in all_steps:
        if step.manner is Manner.SERVE and serving:
            serving.interrupt()
            serving.close()
            serving = None
        if NEEDS_THE_APP.fullmatch(step.command) and not (serving and serving.wait(0) is None):
            serving, _ = _typed(bare, Step(step.document, "make dev", Manner.SERVE))
        started = time.monotonic()
        terminal, result = _typed(bare, step)
        if terminal and step.manner is Manner.SERVE:
            serving = terminal
        elif terminal:
            terminal.close()
        seconds = time.monotonic() - started if terminal else 0.0
        sys.stdout.write(f"{step.document}: {step.command}: {'ok' if result is None else result}\n")
        sys.stdout.flush()
        yield Result(step, result is None, seconds)
    if serving:
        serving.interrupt()
        serving.close()


def _typed(bare: Machine, step: Step) -> tuple[Terminal | None, str | None]:
    """Type one. Returns its terminal, and what went wrong if something did."""
    if step.manner is Manner.NOT:
        return None, None
    folder = FOLDER if not step.prepared.startswith("cd ") else step.prepared[3:]
    if step.command.startswith(("sudo ", "cd ")) and not step.prepared:
        folder = HOME  # before there is a project
    first = f"{step.prepared} && " if step.prepared and folder == FOLDER else ""
    terminal = bare.terminal(folder, f"{first}{step.command}")
    check: dict[Manner, Callable[[], str | None]] = {
        Manner.RUN: lambda: _ended(terminal),
        Manner.FOLLOW: lambda: _followed(terminal),
        Manner.SERVE: lambda: _served(bare, terminal, step.command),
    }
    return terminal, check[step.manner]()


def _ended(terminal: Terminal) -> str | None:
    status = terminal.wait(PATIENCE)
    return None if status == 0 else f"exit status {status}: {terminal.output[-600:]}"


def _followed(terminal: Terminal) -> str | None:
    deadline = time.monotonic() + PATIENCE
    while not terminal.output and time.monotonic() < deadline:
        if terminal.wait(1) is not None:
            break
    shown = terminal.output
    status = terminal.interrupt()
    return None if shown and status in CTRL_C else f"exit status {status}: {shown[-600:]}"


def _served(bare: Machine, terminal: Terminal, command: str) -> str | None:
    """Wait until what it serves answers."""
    deadline = time.monotonic() + PATIENCE
    for url in _addresses(command):
        while not _answers(bare, url):
            if terminal.wait(1) is not None:
                return f"it ended: {terminal.output[-600:]}"
            if time.monotonic() > deadline:
                return f"nothing answers at {url}: {terminal.output[-600:]}"
    return None


def _addresses(command: str) -> tuple[str, ...]:
    """Where what is started has to answer."""
    port = re.search(r"WEB_PORT=(\d+)", command)
    web, api = f"http://localhost:{port[1] if port else 3000}/", "http://localhost:8000/ready"
    if "my-project" in command:
        return ("http://localhost:5000/",)
    if "uvicorn" in command:
        return (api,)
    return (web,) if "npm start" in command else (web, api)


def _answers(bare: Machine, url: str) -> bool:
    asking = bare.terminal(HOME, ANSWERS.format(url=url))
    try:
        return asking.wait(30) == 0
    finally:
        asking.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
