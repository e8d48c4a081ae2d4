"""Programs that die, as honcho runs them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from scripts.guard.config.service import Service
from scripts.guard.core.cause import Cause
from scripts.guard.diagnosis.diagnose import explain
from scripts.guard.diagnosis.evidence import Evidence

PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"


class End(NamedTuple):
    """A line that has ended, where and with what."""

    folder: Path
    command: str
    code: int
    lines: list[str]

    def explained(self, *, port: int | None = None) -> Cause:
        """Return what the guard says of it."""
        service = Service(name="api", command=self.command, port=port)
        return explain(service, self.code, self.lines, Evidence(self.folder).gather())


def run(folder: Path, command: str, *, port: int | None = None, colour: bool = False) -> Cause:
    """Run a Procfile's line until it dies, and explain that."""
    return end(folder, command, colour=colour).explained(port=port)


def end(folder: Path, command: str, *, colour: bool = False) -> End:
    """Run a Procfile's line until it dies."""
    environment = {**os.environ, "PATH": PATH, "PYTHONUNBUFFERED": "1"}
    environment.pop("NO_COLOR", None)
    if colour:
        environment["FORCE_COLOR"] = "1"
    ended = subprocess.run(  # noqa: S602 - as honcho runs it
        command,
        check=False,
        shell=True,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    return End(folder, command, ended.returncode, ended.stdout.decode().split("\n"))
