"""The containers' health check: ready or not, and the end of a server that hangs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.backend.api_process import BACKEND, wait_for
from tests.containers.processes import running

PROBE = BACKEND / "probe.py"


Probe = Callable[..., subprocess.CompletedProcess[str]]
Served = Callable[..., AbstractContextManager[tuple[int, subprocess.Popen[bytes]]]]


@pytest.fixture
def served(tmp_path: Path, free_port: Callable[[], int]) -> Served:
    """A backend that binds its port itself, as in a container: nobody else holds it."""

    @contextmanager
    def start(**environment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
        port = free_port()
        command = ["uvicorn", "main:app", "--port", str(port)]
        data = {"DATA_DIR": str(tmp_path / f"data-{port}"), "DATABASE_URL": ""}
        with running([sys.executable, "-m", *command], BACKEND, **data, **environment) as process:
            yield port, process

    return start


@pytest.fixture
def probe(tmp_path: Path) -> Probe:
    (tmp_path / "tmp").mkdir()

    def run(port: int, *patience: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, PROBE, str(port), *patience],
            env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_ready_is_healthy(probe: Probe, served: Served) -> None:
    with served() as (port, _):
        wait_for(lambda: probe(port).returncode == 0, "healthy")
        assert probe(port).stdout == "ready\n"


def test_a_name_of_its_own_does_not_make_it_unhealthy(probe: Probe, served: Served) -> None:
    with served(API_HOSTS="nas.local") as (port, _):
        wait_for(lambda: probe(port).returncode == 0, "healthy")


def test_alive_but_unable_to_work_is_not(probe: Probe, served: Served, tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file in the place of the folder")
    with served(MEDIA_DIR=str(tmp_path / "media")) as (port, process):
        wait_for(lambda: "cannot be written" in probe(port).stdout, "the reason is told")
        assert probe(port, "0").returncode == 1
        assert process.poll() is None, "it answers: it is not ended"


def test_nobody_there_is_not(probe: Probe, free_port: Callable[[], int]) -> None:
    told = probe(free_port(), "0")
    assert told.returncode == 1
    assert "no answer" in told.stdout


def test_one_that_hangs_is_ended_once_it_has_lasted(probe: Probe, served: Served) -> None:
    with served() as (port, process), served() as (_, bystander):
        wait_for(lambda: probe(port).returncode == 0, "healthy")
        process.send_signal(signal.SIGSTOP)
        assert probe(port).returncode == 1
        assert probe(port, "1000").returncode == 1
        assert process.poll() is None, "not yet: it may only be busy"
        assert probe(port, "0").returncode == 1
        assert process.wait(60) == -signal.SIGKILL
        assert bystander.poll() is None, "who serves another port is left alone"
