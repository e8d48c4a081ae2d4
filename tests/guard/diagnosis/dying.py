"""Programs that die, as honcho runs them."""

import os
import subprocess
import sys
from pathlib import Path

from scripts.guard.config.settings import Service
from scripts.guard.core.cause import Cause
from scripts.guard.diagnosis.diagnose import explain
from scripts.guard.diagnosis.evidence import Evidence

PATH = f"{Path(sys.executable).parent}:{os.environ['PATH']}"


def run(folder: Path, command: str, *, port: int | None = None, colour: bool = False) -> Cause:
    """Run a Procfile's line until it dies, and explain that."""
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
    tail = ended.stdout.decode().split("\n")
    service = Service(name="api", command=command, port=port)
    return explain(service, ended.returncode, tail, Evidence(folder).gather())
