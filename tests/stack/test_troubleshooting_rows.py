"""Each row of the table of causes in docs/troubleshooting.md, made to happen to a running stack.

What the guard then says is what the row shows, word for word; what the row advises is done, and
the service is READY again.
"""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts.docs import troubles
from tests.stack.conftest import Guarded
from tests.stack.harness import ROOT, TOY, GuardRun, until

APP = '''\
"""A backend of a few lines; a test adds the twelfth."""

import os


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})

'''
API = "api: cd webapp/backend && API_FD=$API_FD exec uvicorn main:app --fd $API_FD"
WEB = f"web: cd webapp/frontend && WEB_FD=$WEB_FD exec {sys.executable} {TOY} web"
VITE = "web: cd webapp/frontend && WEB_FD=$WEB_FD exec node_modules/.bin/vite --port $WEB_PORT"
MAKEFILE = f"""\
guard := {sys.executable} -m scripts.guard
setup:
	@ln -sfn {ROOT}/webapp/frontend/node_modules webapp/frontend/node_modules
restart:
	@$(guard) restart $(p) -f Procfile
"""
VITE_CONFIG = """\
import {{ guard }} from '{root}/webapp/frontend/dev/held-port';
export default {{ plugins: {plugins} }};
"""


@dataclass(frozen=True)
class Row:
    """A row: how it comes about, and how its advice is followed."""

    kind: str
    says: str
    """The beginning of its sentence, which tells it from others of its kind."""
    service: str = "api"
    line: str = ""
    """The service's line, where it is what is wrong."""
    broken: str = ""
    """The twelfth line of the backend."""
    files: tuple[tuple[str, str], ...] = ()
    signal: int = 0
    """Sent to the server, where it is killed."""
    typed: str = ""
    """The row's fix, where it is a command; else what is wrong is corrected and saved."""


ROWS = (
    Row("syntax-error", "Syntax error in webapp/backend/main.py", broken="def broken(:"),
    Row(
        "import-error",
        "api cannot import stat",
        broken="from downloads import stat",
        files=(("webapp/backend/downloads.py", "state = 1\n"),),
    ),
    Row(
        "module-missing",
        "api needs the Python package",
        broken="import feedparser",
        files=((".venv/bin/uv", ""),),  # its fix is typed in test_typed_commands.py
    ),
    Row("crash", "api stopped at an error", broken='raise ValueError("no library in data/")'),
    Row("exit", "api ended with error code 3", broken="os._exit(3)"),
    Row(
        "app-missing",
        "The web server started",
        broken="del app",
    ),
    Row("bad-option", "api is started with", line=f"{API} --relaod"),
    Row(
        "file-missing",
        "The file webapp/backend/serve.py",
        line="api: cd webapp/backend && exec python serve.py # $API_FD",
    ),
    Row("killed", "api was killed from outside", signal=signal.SIGKILL),
    Row("killed", "api crashed inside compiled code", signal=signal.SIGSEGV),
    Row(
        "too-many-files",
        "api had more files",
        broken='raise OSError(24, "Too many open files")',
    ),
    Row("disk-full", "api could not write", broken='raise OSError(28, "No space left on device")'),
    Row(
        "dependency-down",
        "api needs the server",
        broken='raise OSError(\'connection to server at "127.0.0.1", port 5432 failed: '
        "Connection refused')",
    ),
    Row("ended", "web ended by itself", "web", line="web: sleep 0.2 # $WEB_FD"),
    Row(
        "folder-missing",
        "The folder webapp/fronted",
        "web",
        line=WEB.replace("webapp/frontend", "webapp/fronted"),
    ),
    Row("shell-syntax", "The shell does not understand", "web", line="web: cd . && && x # $WEB_FD"),
    Row(
        "script-missing",
        "web runs the npm script",
        "web",
        line="web: cd webapp/frontend && npm run strat # $WEB_FD",
        files=(("webapp/frontend/package.json", '{"scripts": {"start": "vite"}}'),),
    ),
    Row(
        "not-executable",
        "The file bin/serve",
        "web",
        line="web: cd webapp/frontend && WEB_FD=$WEB_FD exec bin/serve",
        files=(("webapp/frontend/bin/serve", f"#!/bin/sh\nexec {sys.executable} {TOY} web\n"),),
        typed="chmod +x webapp/frontend/bin/serve && make restart p=web",
    ),
    Row(
        "command-not-found",
        "The JavaScript packages",
        "web",
        line="web: cd webapp/frontend && node_modules/.bin/vite --version && "
        f"WEB_FD=$WEB_FD exec {sys.executable} {TOY} web",
        files=(("webapp/frontend/package-lock.json", "{}"),),
        typed="make setup && make restart p=web",
    ),
    Row(
        "port-forbidden",
        "web may not use port 80",
        "web",
        line="web: echo 'Error: listen EACCES: permission denied 127.0.0.1:80'; exit 1 # $WEB_FD",
    ),
)
"""Lines that only print what a program would print stand in where root is refused nothing."""

ELSEWHERE = {
    "config-error": "tests/guard/diagnosis/test_diagnose.py: a real vite.config.ts",
    "wrong-version": "an old Node: tests/guard/diagnosis/test_diagnose.py",
    "out-of-memory": "tests/stack: F16, a real limit",
    "watch-limit": "tests/stack/test_live_configuration.py",
    "no-permission": "root is refused nothing: tests/guard/diagnosis/test_permission.py",
    "not-started": "tests/guard/processes",
    "port-in-use": "tests/guard/diagnosis/test_diagnose.py: a real holder",
}
"""Kinds that are made to happen by another test."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The folders and files that the rows' messages name."""
    for name in ("webapp/backend", "webapp/frontend"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "webapp/backend/main.py").write_text(APP)
    (tmp_path / "Makefile").write_text(MAKEFILE)
    return tmp_path


def told(row: Row) -> tuple[str, str, bool]:
    """What the page shows: sentence, fix, and whether the guard restarts it by itself."""
    causes = (example.cause() for example in troubles.EXAMPLES)
    found = [c for c in causes if c.kind == row.kind and c.sentence.startswith(row.says)]
    assert len(found) == 1, found
    return found[0].sentence, found[0].fix, found[0].transient


def crash_of(run: GuardRun, service: str) -> dict[str, object]:
    from tests.stack.harness import ask

    def look() -> dict[str, object] | None:
        crashes = ask(run.ports["guard"], "/api/crashes").json()["crashes"]
        return next((each for each in crashes if each["service"] == service), None)

    return until(look, f"a crash of {service}")


def break_it(row: Row, project: Path, run: GuardRun) -> None:
    main = project / "webapp/backend/main.py"
    for name, text in row.files:
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    if row.signal:
        os.kill(int(run.service(row.service)["pid"]), row.signal)
    elif row.broken:
        main.write_text(f"{APP}{row.broken}\n")
    else:
        good = API if row.service == "api" else WEB
        procfile = run.procfile.read_text()
        assert good in procfile
        run.procfile.write_text(procfile.replace(good, row.line))


def follow_the_advice(row: Row, project: Path, run: GuardRun, fix: str) -> None:
    """Type the fix where it is a command; else correct what is wrong, as it says, and save."""
    if row.typed:
        assert row.typed.startswith(fix), fix
        subprocess.run(row.typed, shell=True, cwd=project, env=run.environment, check=True)  # noqa: S602
    elif row.broken:
        (project / "webapp/backend/main.py").write_text(APP)
    elif row.line:
        good = API if row.service == "api" else WEB
        run.procfile.write_text(run.procfile.read_text().replace(row.line, good))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}: {row.says}")
def test_what_is_said_is_what_the_page_shows_and_its_advice_heals(
    row: Row, project: Path, guarded: Guarded
) -> None:
    if row.kind == "script-missing" and not shutil.which("npm"):
        pytest.skip("no npm here")
    sentence, fix, transient = told(row)
    run = guarded(API, WEB, API_WATCH="webapp/backend", GUARD_RELAUNCH="process")
    for name in ("api", "web"):
        run.await_state(name, "READY")

    break_it(row, project, run)
    cause = crash_of(run, row.service)["cause"]

    assert isinstance(cause, dict)
    assert (cause["kind"], cause["sentence"], cause["fix"]) == (row.kind, sentence, fix)
    if not transient:
        run.await_state(row.service, "BROKEN")
    follow_the_advice(row, project, run, fix)
    run.await_state(row.service, "READY")


def test_every_row_is_made_to_happen() -> None:
    causes = {(each.kind, each.sentence) for each in (e.cause() for e in troubles.EXAMPLES)}
    made = {(row.kind, told(row)[0]) for row in ROWS}
    assert {kind for kind, _ in causes - made} <= set(ELSEWHERE)
