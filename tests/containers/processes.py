"""Runs what a container would run, outside of one."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEADLINE = 60.0
"""Seconds until something must be there, on a busy machine too."""


@contextmanager
def running(
    command: list[str | Path], folder: Path, **environment: str | Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, ended with all that it started."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path, **{k: str(v) for k, v in environment.items()}},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def on_port(words: list[str], port: int) -> list[str | Path]:
    """The command of an image, on a free port of the loopback."""
    mapped = (re.sub(r"\b(3000|8000)\b", str(port), word) for word in words)
    return [word.replace("0.0.0.0", "127.0.0.1") for word in mapped]


def wait_until_healthy(
    health: list[str], port: int, process: subprocess.Popen[bytes], folder: Path
) -> None:
    """Ask with the service's own health check, in its folder, as the engine would."""
    command = [sys.executable if word == "python" else word for word in on_port(health, port)]
    until = time.monotonic() + DEADLINE
    while subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode:
        assert process.poll() is None, "ended before it was healthy"
        assert time.monotonic() < until, "not healthy in time"
