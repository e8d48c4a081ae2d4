"""Starts one line in every way: by the shell alone, recorded, and forked."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

from scripts.guard.preload import forkserver
from scripts.guard.preload.forkserver import Forkserver
from scripts.guard.preload.preloading import Preloading
from scripts.guard.processes import process
from scripts.guard.processes.process import Process

DEADLINE = 60.0
VARIABLE = "API_PRELOAD"
ENVIRONMENT = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "HOME": os.environ.get("HOME", "/"),
    "LANG": "C.UTF-8",
}


def finish(running: Process) -> tuple[str, int]:
    """Wait for the end of a process; returns all that it printed, and how it ended."""
    output = b""
    while select.select([running.master], [], [], DEADLINE)[0]:
        try:
            part = os.read(running.master, 65536)
        except OSError:  # Linux: nobody has the terminal open any more
            break
        if not part:
            break
        output += part
    code = running.reap()
    os.close(running.master)
    return output.decode("utf-8", "replace").replace("\r\n", "\n"), code


class Starts:
    """The starts of one line in one folder."""

    def __init__(self, folder: Path, line: str, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.line = line
        self.environment = {**ENVIRONMENT, **environment}
        self.preloading = Preloading("api", adopts=False)
        self.notices: list[str] = []
        self.forkserver: Forkserver

    def plainly(self) -> tuple[str, int]:
        """Start it as without the guard: the variable is empty."""
        variables = {**self.environment, VARIABLE: ""}
        return finish(process.spawn(self.line, variables, self.folder))

    def begin(self, sockets: tuple[int, ...] = ()) -> Process:
        """Start it as the guard does, and forked if there is a forkserver."""
        begun = self.preloading.begin(self.line)
        if begun is None:
            variables = {**self.environment, VARIABLE: ""}
            return process.spawn(self.line, variables, self.folder, sockets)
        story, words = begun
        variables = {**self.environment, VARIABLE: words}
        fork = partial(self.preloading.fork, variable=VARIABLE, sockets=sockets)
        return process.spawn(self.line, variables, self.folder, (*sockets, story), fork=fork)

    def run(self) -> tuple[str, int]:
        """Start it as the guard does, wait for its end, and learn from it."""
        done = finish(self.begin())
        self.preloading.learn()
        self.notices += self.preloading.notices()
        return done

    def preload(self) -> bool:
        """Run it once and preload what it loads; returns whether the next start will be forked."""
        self.run()
        return self.renew()

    def renew(self) -> bool:
        """Have a forkserver begun, and wait for what it says."""
        forkserver = self.preloading.renew()
        if forkserver is None:
            return False
        self.forkserver = forkserver
        return self.listen()

    def listen(self) -> bool:
        """Wait for what the forkserver says; returns whether it goes on."""
        assert select.select([self.forkserver], [], [], DEADLINE)[0], "it says nothing"
        goes_on = self.preloading.look(self.forkserver)
        self.notices += self.preloading.notices()
        return goes_on


@contextmanager
def starts(
    folder: Path, line: str, environment: Mapping[str, str] | None = None
) -> Iterator[Starts]:
    """Give a block the starts of a line, and leave nothing running."""
    made = Starts(folder, line, environment or {})
    try:
        # On a busy machine a fork may take longer than the guard would wait.
        with patch.object(forkserver, "FORK_SECONDS", 2.0):
            yield made
    finally:
        made.preloading.close()
