"""The rows of docs/troubleshooting.md about a start that stops before anything runs.

Each is made to happen to a real guard, says what the page quotes, leaves nothing running, and is
over once the page's advice was followed.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, GuardRun, is_free, toy, until

LINES = (toy("web"), toy("api"))
SECTION = (
    (ROOT / "docs/troubleshooting.md")
    .read_text(encoding="utf-8")
    .partition("## `make dev` stops before")[2]
    .partition("\n## ")[0]
)
QUOTED = re.findall(r"^\| `([^`]+)` \|", SECTION, re.MULTILINE)
ELSEWHERE = {
    "is held by a process that this user may not see": "tests/guard/net: needs another user",
    "ports below 1024 need root": "tests/guard/net: needs not to be root",
    "no Python 3.11 or newer was found": "tests/docs/test_prerequisites.py",
    "no Node that Vite accepts": "tests/setup/test_node.py: needs a wheel that does not run",
    "ended with status": "tests/setup: an installation that fails",
    "no browser can be opened from here": "below, of the command that opens it",
}


@contextmanager
def http_server(port: int) -> Iterator[None]:
    """A program that is none of ours, on a port."""
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: not is_free(port), "the port to be taken")
        yield
    finally:
        process.kill()
        process.wait()


def refused(run: GuardRun) -> str:
    """Start it. Returns what it says; it must end by itself, with nothing left."""
    assert run.start().await_end() == 1
    assert run.left() == []
    return run.output()


def starts(run: GuardRun) -> None:
    run.start()
    for name in ("web", "api"):
        run.await_state(name, "READY")


def held_port(run: GuardRun) -> str:
    with http_server(run.ports["web"]):
        said = refused(run)
        assert "http.server" in said  # who it is
    return said


def second_guard(run: GuardRun) -> str:
    starts(run)
    second = run.run("up")
    assert second.returncode == 1
    assert run.run("stop").returncode == 0
    run.await_end()
    return second.stdout + second.stderr


def bad_port(run: GuardRun) -> str:
    settings = run.procfile.with_name(".env")
    good = run.environment.pop("WEB_PORT")  # the shell would beat the file
    settings.write_text("WEB_PORT=99999\n")
    said = refused(run)
    settings.write_text(f"WEB_PORT={good}\n")
    return said


def same_port(run: GuardRun) -> str:
    good = run.environment["API_PORT"]
    run.environment["API_PORT"] = run.environment["WEB_PORT"]
    said = refused(run)
    run.environment["API_PORT"] = good
    return said


def bad_line(run: GuardRun) -> str:
    good = run.procfile.read_text()
    run.procfile.write_text(f"{good}this is no line\n")
    said = refused(run)
    run.procfile.write_text(good)
    return said


MADE: dict[str, Callable[[GuardRun], str]] = {
    "is held by another process": held_port,
    "a guard runs in this folder already": second_guard,
    "must be a port, a whole number from 1 to 65535": bad_port,
    "is the same port as": same_port,
    "not of the form": bad_line,
}
"""What the page quotes -> what makes it happen, and follows the advice."""


@pytest.mark.parametrize("quoted", MADE)
def test_it_says_what_the_page_quotes_and_starts_once_the_advice_was_followed(
    quoted: str, guarded: Guarded
) -> None:
    run = guarded(*LINES, started=False)
    said = MADE[quoted](run)
    assert quoted in said
    assert "fix:" in said
    starts(run)


def test_where_there_is_no_screen_the_address_is_named(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    screens = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"}
    without = {name: text for name, text in os.environ.items() if name not in screens}
    with http_server(port):
        told = subprocess.run(
            [sys.executable, "-m", "scripts.desktop", "open"],
            cwd=ROOT,
            env={**without, "WEB_PORT": str(port), "GUARD_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    if sys.platform == "darwin":
        pytest.skip("a Mac has a screen")
    assert told.returncode == 1
    assert "no browser can be opened from here" in told.stderr
    assert f"open http://localhost:{port} in the browser" in told.stderr


def test_every_row_is_made_to_happen() -> None:
    assert set(QUOTED) == {*MADE, *ELSEWHERE}
