"""The Procfile's lines, and each server alone, as whoever never heard of the guard starts them."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from scripts.setup.packages import search_path
from tests.stack.harness import ROOT, ask, is_free, until

PATIENCE = 60.0
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"  # as a fresh terminal has it


@contextmanager
def running(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Run it until the block ends, then interrupt it as Ctrl-C does, and see that all has gone."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PATH": search_path(), **environment},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        family = [process.pid, *(each.pid for each in psutil.Process(process.pid).children(True))]
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            for pid in family:
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(pid).kill()
            process.wait()
            raise


def answers(port: int, path: str = "/") -> bool:
    with suppress(OSError):  # Vite opens the port for a moment, to see whether it can be had
        return ask(port, path).status == 200
    return False


@pytest.fixture
def ports(free_port: Callable[[], int]) -> dict[str, int]:
    return {"WEB_PORT": free_port(), "API_PORT": free_port()}


@pytest.fixture
def environment(ports: dict[str, int], tmp_path: Path) -> dict[str, str]:
    settings = {name: str(port) for name, port in ports.items()}
    return {**settings, "DATA_DIR": str(tmp_path)}


def test_honcho_runs_both_lines_of_the_procfile_on_their_ports(
    ports: dict[str, int], environment: dict[str, str]
) -> None:
    command = ["honcho", "start", "-e", os.devnull, "-f", "Procfile.dev"]
    with running(command, ROOT, environment):
        until(lambda: answers(ports["WEB_PORT"]), "the front end", PATIENCE)
        until(lambda: answers(ports["API_PORT"], "/health"), "the backend", PATIENCE)
        assert ask(ports["WEB_PORT"], "/api/downloads").json()["items"] == []
    until(lambda: all(map(is_free, ports.values())), "both ports to be free")


def test_the_backend_runs_alone_by_uvicorn(
    ports: dict[str, int], environment: dict[str, str]
) -> None:
    command = ["uvicorn", "main:app", "--reload", "--port", str(ports["API_PORT"])]
    with running(command, ROOT / "webapp/backend", environment):
        until(lambda: answers(ports["API_PORT"], "/health"), "the backend", PATIENCE)
    until(lambda: is_free(ports["API_PORT"]), "the port to be free")


def test_the_front_end_runs_alone_by_npm_start_and_says_that_the_backend_is_away(
    ports: dict[str, int], environment: dict[str, str]
) -> None:
    with running(["npm", "start"], ROOT / "webapp/frontend", environment):
        until(lambda: answers(ports["WEB_PORT"]), "the front end", PATIENCE)
        refused = ask(ports["WEB_PORT"], "/api/downloads")
        assert refused.status == 503
        assert refused.headers["content-type"] == "application/problem+json"
    until(lambda: is_free(ports["WEB_PORT"]), "the port to be free")


def typed_in_the_readme() -> list[str]:
    """The commands of its section about this, each for a terminal of its own."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("### Without the guard")[2].partition("\n## ")[0]
    return re.findall(r"^\$ (.+)$", section, re.MULTILINE)


def test_what_the_readme_says_works_as_typed_where_only_the_system_is_on_the_path(
    ports: dict[str, int], environment: dict[str, str]
) -> None:
    both, backend, front_end = typed_in_the_readme()
    shell = {**environment, "PATH": SYSTEM_PATH, "UVICORN_PORT": str(ports["API_PORT"])}
    with running(["bash", "-c", both], ROOT, shell):
        until(lambda: answers(ports["WEB_PORT"]), "the front end", PATIENCE)
        until(lambda: answers(ports["API_PORT"], "/health"), "the backend", PATIENCE)
    until(lambda: all(map(is_free, ports.values())), "both ports to be free")
    with (
        running(["bash", "-c", backend], ROOT, shell),
        running(["bash", "-c", front_end], ROOT, shell),
    ):
        until(lambda: answers(ports["API_PORT"], "/health"), "the backend", PATIENCE)
        until(lambda: answers(ports["WEB_PORT"], "/api/downloads"), "the way through", PATIENCE)
    until(lambda: all(map(is_free, ports.values())), "both ports to be free")
