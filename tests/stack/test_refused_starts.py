"""The rows of docs/troubleshooting.md about a start that stops before anything runs.

Each is made to happen to a real guard, says what the page shows with its fix, word for word, leaves
nothing running, and is over once the page's advice was followed.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.docs import starts
from scripts.docs.starts import Refusal
from scripts.docs.troubles import HOLDER
from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, GuardRun, is_free, toy, until

LINES = (toy("web"), toy("api"))
WITHOUT_RIGHTS = ("setpriv", "--bounding-set=-all") if os.geteuid() == 0 else ()
NOBODY = ("setpriv", "--reuid=65534", "--inh-caps=+dac_override", "--ambient-caps=+dac_override")
"""Before a command: a root who may no more than everybody, and one who may read our Python."""
ANYBODYS = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


@contextmanager
def http_server(port: int, by: Sequence[str] = ()) -> Iterator[None]:
    """A program that is none of ours, on a port."""
    command = [*by, sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    command += ["--directory", "/usr"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(lambda: not is_free(port), "the port to be taken")
        yield
    finally:
        process.kill()
        process.wait()


def refused(run: GuardRun, within: Sequence[str] = ()) -> str:
    """Start it. Returns what it says; it must end by itself, with nothing left."""
    assert run.start(within=within).await_end() == 1
    assert run.left() == []
    return run.output()


def as_shown(run: GuardRun, said: str) -> tuple[str, str]:
    """What was said and its fix, with the page's examples in place of what is only so here."""
    examples = {
        r"pid \d+, started .+": HOLDER,
        r"pid \d+, since \S+": "pid 4711, since 2026-01-31T12:00:00+00:00",
        r"^kill \d+": "kill 815",
        rf"\b{run.ports['web']}\b": "3000",
        r"WEB_PORT=2\d+ make dev": "WEB_PORT=3001 make dev",
        r"WEB_PORT=8\d+ make dev": "WEB_PORT=8081 make dev",
        re.escape(str(run.procfile.parent)): "/home/me/project",
        r"^Procfile:": "Procfile.dev:",
    }
    sentence, _, fix = said.strip().partition("\n\n  fix: ")
    for pattern, example in examples.items():
        sentence = re.sub(pattern, example, sentence)
        fix = re.sub(pattern, example, fix)
    return " ".join(sentence.split()), fix


def starts_now(run: GuardRun) -> None:
    run.start()
    for name in ("web", "api"):
        run.await_state(name, "READY")


def held_port(run: GuardRun) -> str:
    with http_server(run.ports["web"]):
        said = refused(run)
        assert "http.server" in said  # who it is
    return said


def port_held_by_somebody_else(run: GuardRun) -> str:
    if os.geteuid() or not shutil.which("lsof"):
        pytest.skip("needs root, to be somebody else, and lsof")
    with http_server(run.ports["web"], NOBODY):
        said = refused(run, WITHOUT_RIGHTS)
        (look,) = re.findall(r"fix: sudo (lsof -i :\d+)", said)
        shown = subprocess.run(look.split(), capture_output=True, text=True, check=True).stdout
        assert "LISTEN" in shown
    return said


def port_of_the_administrator(run: GuardRun) -> str:
    if ANYBODYS.exists() and int(ANYBODYS.read_text()) <= 80:
        pytest.skip("everybody may use port 80 here")
    good = run.environment.pop("WEB_PORT")  # the shell would beat the file
    settings = run.procfile.with_name(".env")
    settings.write_text("WEB_PORT=80\n")
    said = refused(run, WITHOUT_RIGHTS)
    settings.write_text(f"WEB_PORT={good}\n")
    return said


def second_guard(run: GuardRun) -> str:
    starts_now(run)
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


MADE: dict[Refusal, Callable[[GuardRun], str]] = {
    starts.HELD: held_port,
    starts.HIDDEN: port_held_by_somebody_else,
    starts.FORBIDDEN: port_of_the_administrator,
    starts.RUNS: second_guard,
    starts.BAD_VALUE: bad_port,
    starts.SAME_PORT: same_port,
    starts.BAD_LINE: bad_line,
}
"""What the page shows -> what makes it happen, and follows the advice."""


@pytest.mark.parametrize("refusal", MADE, ids=lambda refusal: refusal.says)
def test_it_says_what_the_page_shows_and_starts_once_the_advice_was_followed(
    refusal: Refusal, guarded: Guarded
) -> None:
    run = guarded(*LINES, started=False)
    said = MADE[refusal](run)
    assert as_shown(run, said) == (refusal.says, refusal.fix)
    starts_now(run)


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac has a screen")
def test_where_there_is_no_screen_the_address_is_named(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    port = free_port()
    screens = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"}
    without = {name: text for name, text in os.environ.items() if name not in screens}
    settings = {"WEB_PORT": str(port), "GUARD_DIR": str(tmp_path)}
    (tmp_path / "browser").write_text(f"#!/bin/sh\necho $1 > {tmp_path}/opened\n")
    (tmp_path / "browser").chmod(0o755)
    with http_server(port):
        told = opened({**without, **settings})
        healed = opened({**without, **settings, "BROWSER": str(tmp_path / "browser")})
    assert told.returncode == 1
    says, _, fix = told.stderr.strip().replace(f":{port}", ":3000").partition("\n\n  fix: ")
    assert (says, fix) == (starts.NO_SCREEN.says, starts.NO_SCREEN.fix)
    assert healed.returncode == 0, healed.stderr
    until((tmp_path / "opened").exists, "a browser that is there is given the address")


def opened(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scripts.desktop", "open"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
