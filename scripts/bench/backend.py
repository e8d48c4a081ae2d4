"""Run the backend alone, or what it is compared with, and ask it as a client does."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from scripts.bench.probe import NoAnswerError, answer, until
from scripts.bench.stacks import ROOT, TOYS, free_port

BACKEND = ROOT / "webapp/backend"
QUIET_PERCENT = 3.0
QUIET_WINDOW_SECONDS = 0.5
DEADLINE_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """A server under way."""

    port: int
    process: psutil.Process
    folder: Path
    """Where it keeps its data."""

    def client(self) -> http.client.HTTPConnection:
        """Return a connection that stays open."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """Return what a request answers."""
        with contextlib.closing(self.client()) as client:
            return ask(client, method, path, body)

    def cpu(self) -> float:
        """Return the processor seconds that it has used, without its children's."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def settle(self) -> None:
        """Wait until neither it nor its children do anything: all that is warmed is warm."""
        until(self._is_quiet, "the server never came to rest")

    def _is_quiet(self) -> bool:
        before = self._cpu_of_all()
        time.sleep(QUIET_WINDOW_SECONDS)
        used = self._cpu_of_all() - before
        return used / QUIET_WINDOW_SECONDS * 100 < QUIET_PERCENT

    def _cpu_of_all(self) -> float:
        total = self.cpu()
        for child in self.process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                times = child.cpu_times()
                total += times.user + times.system
        return total


def ask(client: http.client.HTTPConnection, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    """Return what a request on an open connection answers.

    Raises `NoAnswerError` when it is not answered as asked.
    """
    content = None if body is None else json.dumps(body)
    client.request(method, path, content, {"Content-Type": "application/json"})
    response = client.getresponse()
    text = response.read()
    if response.status >= http.client.BAD_REQUEST:
        raise NoAnswerError(f"{method} {path}: {response.status} {text[:200]!r}")
    return json.loads(text) if text else None


@contextlib.contextmanager
def backend(folder: Path, **environment: str) -> Iterator[Server]:
    """Run the backend, ready and at rest, for as long as the block lasts."""
    settings = {"DATA_DIR": str(folder / "data"), "ALLOW_HOSTS": "127.0.0.1"}
    with _uvicorn("main:app", BACKEND, folder, settings | environment) as server:
        answer(server.port, "/ready")
        server.settle()
        yield server


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[Server]:
    """Run the least server of its kind."""
    with _uvicorn("bare:app", TOYS, folder, {"BARE_DATABASE": f"{folder}/bare.db"}) as server:
        answer(server.port, "/health")
        yield server


@contextlib.contextmanager
def source(folder: Path, bytes_per_second: int = 0) -> Iterator[str]:
    """Serve the files of a folder; gives the address that their names are added to."""
    port = free_port()
    command = [sys.executable, str(TOYS / "source.py"), str(folder), str(port)]
    (folder / "there").write_text("yes")
    with _running([*command, str(bytes_per_second)], folder, {}):
        answer(port, "/there")
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def folders() -> Iterator[tuple[Path, Path]]:
    """Give a folder for the backend and one for the source, and remove both with all in them."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, media = Path(name), Path(name) / "source"
        media.mkdir()
        yield folder, media


@contextlib.contextmanager
def _uvicorn(app: str, cwd: Path, folder: Path, environment: dict[str, str]) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port)]
    with _running(command, cwd, environment) as process:
        yield Server(port, psutil.Process(process.pid), folder)


@contextlib.contextmanager
def _running(
    command: list[str], cwd: Path, environment: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "MEDIA_DIR"}}
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=kept | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # Its runners end by themselves when it has gone.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
