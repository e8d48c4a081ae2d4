"""Run one installing command, saying what it does and how long it took."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from scripts.setup import ROOT, SetupError


def step(
    title: str,
    command: Sequence[str | Path],
    *,
    fix: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `command`, its own output hidden unless it fails.

    Raises `SetupError` with the command, its exit status and `fix`; its output is shown before.
    """
    started = time.monotonic()
    sys.stderr.write(f"setup: {title} ...\n")
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    except OSError as error:
        message = f"{command[0]} could not be started: {error.strerror}"
        raise SetupError(message, fix) from error
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        line = shlex.join(str(word) for word in command)
        raise SetupError(f"`{line}` ended with status {done.returncode}", fix)
    sys.stderr.write(f"setup: {title}: {time.monotonic() - started:.1f} s\n")
