"""`python -m scripts.newcomer [IMAGE]`: type them all; exit 1 if one did not do what it should."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.newcomer.commands import Manner, Step, steps
from scripts.newcomer.container import HOME, Machine, NoEngineError, Terminal, machine
from scripts.newcomer.report import Result, page
from scripts.release.build import archive

ROOT = Path(__file__).resolve().parents[2]
IMAGE = "docker.io/library/debian:13"
FOLDER = f"{HOME}/sy-media-downloader"
PATIENCE = 1800.0  # seconds to end, or until what it serves answers: on a busy machine too
ANSWERS = (
    "python3 -c 'import sys, urllib.request as u;"
    " u.build_opener(u.ProxyHandler({{}})).open(sys.argv[1], timeout=5)' {url}"
)
CTRL_C = (0, 130, 2, -2)  # statuses of what was ended by Ctrl-C


@dataclass(frozen=True)
class Serving:
    """What runs in a terminal of its own while the next commands are typed."""

    step: Step
    terminal: Terminal

    def is_in_the_way_of(self, step: Step) -> bool:
        """Whether it is to end before: it serves too, or is not the app that the step needs."""
        is_app = self.step.is_the_app and self.terminal.wait(0) is None
        return step.manner is Manner.SERVE or (step.needs_the_app and not is_app)

    def end(self) -> None:
        """Press Ctrl-C, and take the terminal away."""
        self.terminal.interrupt()
        self.terminal.close()


def main(words: list[str]) -> int:
    """Type them all in a container of an image. Returns 0, or 1 if something failed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the container goes as well
    image = words[0] if words else IMAGE
    try:
        with machine(image, archive(ROOT, "HEAD")) as bare:
            system, name = bare.system(), bare.short_name()
            results = list(_type_all(bare, steps(ROOT)))
    except (NoEngineError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", "") or ""
        sys.stderr.write(f"{error}\n{said[-500:]}\n")
        return 1
    today = datetime.now(tz=UTC).date()
    text = page(results, system, today, os.getloadavg()[2])
    (ROOT / f"docs/docs-run/{name}.md").write_text(text, encoding="utf-8")
    return 0 if all(result.held for result in results) else 1


def _type_all(bare: Machine, all_steps: list[Step]) -> Iterator[Result]:
    serving: Serving | None = None
    for step in all_steps:
        if serving and serving.is_in_the_way_of(step):
            serving.end()
            serving = None
        if step.needs_the_app and serving is None:
            before = Step(step.document, "make dev", Manner.SERVE)
            if terminal := _typed(bare, before)[0]:
                serving = Serving(before, terminal)
        started = time.monotonic()
        terminal, result = _typed(bare, step)
        if terminal and step.manner is Manner.SERVE:
            serving = Serving(step, terminal)
        elif terminal:
            terminal.close()
        seconds = time.monotonic() - started if terminal else 0.0
        done = Result(step, result is None, seconds)
        sys.stdout.write(f"{step.document}: {step.command}: {result or done.outcome}\n")
        sys.stdout.flush()
        yield done
    if serving:
        serving.end()


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
    if "s=web" in command:
        return (web,)
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
