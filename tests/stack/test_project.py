"""The project itself, as its user has it: `make dev` in one terminal, other commands beside it."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stack.harness import ROOT, ask, is_free, until


@dataclass
class Project:
    """A running `make dev`."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    folder: Path

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command, from another terminal."""
        return subprocess.run(
            ["make", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def port(self, name: str) -> int:
        return int(self.environment[f"{name}_PORT"])

    def interrupt(self) -> None:
        """As the terminal does on Ctrl-C: make and all that it runs."""
        os.killpg(self.process.pid, signal.SIGINT)


@pytest.fixture(params=[("dev", "open=1")], ids=" ".join)
def project(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[Project]:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    environment = {
        **os.environ,
        **{f"{name}_PORT": str(free_port()) for name in ("WEB", "API", "GUARD")},
        "GUARD_DIR": str(tmp_path / "guard"),
        "DATA_DIR": str(tmp_path / "data"),
        "BROWSER": str(browser),
    }
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            ["make", *request.param],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    project = Project(process, environment, tmp_path)
    try:
        yield project
    finally:
        if process.poll() is None:
            project.interrupt()
            process.wait(30)


def test_make_dev_brings_it_up_opens_its_page_passes_the_smoke_test_and_goes(
    project: Project,
) -> None:
    until(lambda: project.make("status").returncode == 0, "both services READY", 60)
    web = f"http://localhost:{project.port('WEB')}"
    assert project.log.index(web) < project.log.index(" | "), "the addresses come before the logs"
    opened = project.folder / "opened"
    until(opened.exists, "the page to be opened")
    assert opened.read_text().strip() == web

    smoke = project.make("smoke")
    assert smoke.returncode == 0, smoke.stdout + smoke.stderr
    assert "6 of 6 checks passed" in smoke.stdout.splitlines()[-1]

    project.interrupt()
    assert project.process.wait(30) == -signal.SIGINT
    assert "***" not in project.log
    assert all(is_free(project.port(name)) for name in ("WEB", "API", "GUARD"))


@pytest.mark.parametrize("project", [("app",)], indirect=True, ids=" ".join)
def test_make_app_serves_the_built_app_and_passes_the_smoke_test(project: Project) -> None:
    until(lambda: project.make("status").returncode == 0, "both services READY", 60)
    page = ask(project.port("WEB")).body.decode()
    assert "/assets/" in page
    assert "/@vite/client" not in page
    smoke = project.make("smoke")
    assert smoke.returncode == 0, smoke.stdout + smoke.stderr


def test_make_stop_from_another_terminal_ends_it(project: Project) -> None:
    until(lambda: project.make("status").returncode == 0, "both services READY", 60)
    assert project.make("stop").returncode == 0
    project.process.wait(30)
    assert all(is_free(project.port(name)) for name in ("WEB", "API", "GUARD"))


def test_the_commands_say_so_when_nothing_runs(project: Project) -> None:
    project.interrupt()
    project.process.wait(30)
    for words in (["status"], ["stop"], ["restart"]):
        answer = project.make(*words)
        assert answer.returncode != 0
        assert "no guard runs in" in answer.stderr
    for words in (["open"], ["smoke"]):
        answer = project.make(*words)
        assert answer.returncode != 0
        assert "make dev" in answer.stderr + answer.stdout
