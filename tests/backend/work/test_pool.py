"""Runners and what they are forked from: real processes, no api."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from scripts.docs.downloads import download_failures
from tests.backend.api_process import DEADLINE, wait_for
from work import pool as pools
from work.pool import BACKEND, Pool, RunnerDiedError
from work.retries import crashed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

API = """
from work.pool import Pool
pool = Pool()
runners = pool.take(), pool.take()
print(*(runner.pid for runner in runners), flush=True)
input()
"""
# A job that ends at once: no address is allowed.
PROBE: dict[str, Any] = {
    "job": "probe",
    "url": "http://127.0.0.1:1/",
    "folder": "",
    "cookies": None,
    "allowed": [],
}
# A forkserver that is asked, and never answers.
SILENT = """
import pathlib, socket, sys, time
control = socket.socket(fileno=0)
control.recv(4)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """One that any test may take from."""
    pool = Pool()
    pool.warm()
    yield pool
    pool.close()


def forkserver_of(pid: int) -> psutil.Process:
    """What a runner was forked from."""
    parent = psutil.Process(pid).parent()
    assert parent
    return parent


def test_what_ended_a_runner_is_told(pool: Pool) -> None:
    with closing(pool.take()) as runner:
        os.kill(runner.pid, signal.SIGKILL)

        with pytest.raises(RunnerDiedError) as died:
            list(runner.run(PROBE))
    assert crashed(died.value).as_error() == download_failures()["crash"].as_error()


def test_a_runner_that_has_ended_is_buried(pool: Pool) -> None:
    with closing(pool.take()) as runner:
        assert [event["event"] for event in runner.run(PROBE)] == ["failed"]
        forkserver = forkserver_of(runner.pid)

    assert not psutil.pid_exists(runner.pid)
    assert forkserver.is_running()


def test_what_is_forked_has_one_thread_which_no_lock_of_another_can_stop(pool: Pool) -> None:
    with closing(pool.take()) as runner:
        assert forkserver_of(runner.pid).num_threads() == 1


def test_a_runner_outlives_its_template_and_the_next_has_a_new_one(pool: Pool) -> None:
    with closing(pool.take()) as first:
        forkserver = forkserver_of(first.pid)
        forkserver.kill()
        with closing(pool.take()) as second:
            assert forkserver_of(second.pid) != forkserver

        assert [event["event"] for event in first.run(PROBE)] == ["failed"]


def test_nothing_outlives_the_api_and_no_runner_keeps_the_others_socket_open() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", API],
        cwd=BACKEND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as api:
        assert api.stdout
        pids = [int(word) for word in api.stdout.readline().split()]
        everybody = [*map(psutil.Process, pids), forkserver_of(pids[0])]
        api.kill()

    _, alive = psutil.wait_procs(everybody, DEADLINE)
    assert alive == []


def test_who_waits_for_a_runner_is_told_that_the_api_goes_down(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    monkeypatch.setattr(pools, "PROGRAM", ("-c", SILENT, str(asked)))
    pool = Pool()
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(pool.take)
        wait_for(asked.exists, "it waits")

        pool.close()

        with pytest.raises(RunnerDiedError, match="going down"):
            waiting.result(DEADLINE)


def test_a_template_that_cannot_load_is_a_failure_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "PROGRAM", ("-c", "raise SystemExit(3)"))
    pool = Pool()

    with pytest.raises(RunnerDiedError, match="downloads are started from has ended"):
        pool.take()
