"""Rows of the table of causes in docs/troubleshooting.md, made to happen to a running stack.

What the guard then says is what the row shows, word for word; what the row advises is done, its
commands are typed, and the service is READY again. Those that come of a limit of the system are in
`test_troubleshooting_limits.py`.
"""

import os
import platform
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.stack.crashes import API, APP, WEB, Stage, told
from tests.stack.harness import ROOT, TOY

ARCHITECTURE = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
VITE = "node_modules/.bin/vite --port $WEB_PORT --strictPort --host 127.0.0.1"
BAD = """\
const { plugins } = JSON.parse('{"plugins": 5}');
for (const each of plugins) console.log(each);
export default {};
"""
WELL = "export default { plugins: [] };\n"
OLD_NODE, VITE_BEFORE = f"node-{sys.platform}-{ARCHITECTURE}", "vite@7"
"""Node as npm has it, and the last Vite that says itself what it needs."""


@dataclass(frozen=True)
class Row:
    """A row: how it comes about, and how its advice is followed."""

    kind: str
    says: str
    """The beginning of its sentence, which tells it from others of its kind."""
    service: str = "api"
    good: str = ""
    """The service's line, where it is not the one of all rows."""
    line: str = ""
    """The same, where it is what is wrong."""
    broken: str = ""
    """The twelfth line of the backend."""
    files: tuple[tuple[str, str], ...] = ()
    """What is written before it is broken; those that begin with `#!` can be run."""
    changed: tuple[str, str, str] = ("", "", "")
    """A file, its text where it is what is wrong, and the right one."""
    signal: int = 0
    """Sent to the server, where it is killed."""
    settings: str = ""
    """The lines of .env that the row advises."""
    old: tuple[str, ...] = ()
    """What is there in an old version: Node, and perhaps the packages."""
    typed: bool = False
    """Whether the fix is nothing but its commands: nothing else is corrected."""
    state: str = "READY"
    """What it is in the end."""

    @property
    def right(self) -> str:
        return self.good or (API if self.service == "api" else WEB)


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
        # With the network it is typed in test_typed_commands.py.
        files=((".venv/bin/uv", "#!/bin/sh\ntouch webapp/backend/$3.py\n"),),
        typed=True,
    ),
    Row("crash", "api stopped at an error", broken='raise ValueError("no library in data/")'),
    Row("exit", "api ended with error code 3", broken="os._exit(3)"),
    Row("app-missing", "The web server started", broken="del app"),
    Row("bad-option", "api is started with", line=f"{API} --relaod"),
    Row(
        "file-missing",
        "The file webapp/backend/serve.py",
        line="api: cd webapp/backend && exec python serve.py # $API_FD",
    ),
    Row("killed", "api was killed from outside", signal=signal.SIGKILL),
    Row("killed", "api crashed inside compiled code", signal=signal.SIGSEGV),
    Row(
        "ended",
        "web ended by itself",
        "web",
        line="web: sleep 0.2 # $WEB_FD",
        settings="WEB_ONCE=yes\n",
        state="FINISHED",
    ),
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
        files=(("webapp/frontend/bin/serve", f"exec {sys.executable} {TOY} web\n"),),
        typed=True,
    ),
    Row(
        "command-not-found",
        "The JavaScript packages",
        "web",
        line="web: cd webapp/frontend && node_modules/.bin/vite --version && "
        f"WEB_FD=$WEB_FD exec {sys.executable} {TOY} web",
        files=(("webapp/frontend/package-lock.json", "{}"),),
        typed=True,
    ),
    Row(
        "config-error",
        "The configuration of web",
        "web",
        good=f"web: cd webapp/frontend && exec {VITE}",
        changed=(
            "webapp/frontend/vite.config.ts",
            BAD,
            WELL,
        ),
    ),
    Row(
        "wrong-version",
        "web does not run on the Node",
        "web",
        line=f'web: cd webapp/frontend && PATH="$PWD/bin:$PATH" exec {VITE}',
        old=(OLD_NODE, "vite"),
        typed=True,
    ),
    Row(
        "wrong-version",
        "web needs a newer Node",
        "web",
        line=f'web: cd webapp/frontend && PATH="$PWD/bin:$PATH" exec {VITE}',
        old=(OLD_NODE,),
        typed=True,
    ),
)


@pytest.fixture(scope="module")
def old_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `node_modules` in which Node 18 is, and a Vite of its time."""
    folder = tmp_path_factory.mktemp("old")
    packages = [f"{OLD_NODE}@18.20.8", VITE_BEFORE]
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder)]
    if subprocess.run([*command, *packages], check=False, capture_output=True).returncode:
        pytest.skip("no Node 18 is to be had here")
    return folder / "node_modules"


def break_it(row: Row, stage: Stage) -> None:
    if row.signal:
        os.kill(int(stage.run.service(row.service)["pid"]), row.signal)
    elif row.broken:
        stage.write("webapp/backend/main.py", f"{APP}{row.broken}\n")
    elif row.line:
        stage.change_line(row.right, row.line)
    else:
        name, wrong, _ = row.changed
        stage.write(name, wrong)
        stage.run.post(f"/api/services/{row.service}/restart")


def correct(row: Row, stage: Stage) -> None:
    """Correct and save what is wrong, as the fix says, or set what it names."""
    if row.settings:
        assert row.settings.strip() in stage.fix
        stage.write(".env", row.settings)
    elif row.broken:
        stage.write("webapp/backend/main.py", APP)
    elif row.line:
        stage.change_line(row.line, row.right)
    elif name := row.changed[0]:
        stage.write(name, row.changed[2])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind}: {row.says}")
def test_what_is_said_is_what_the_page_shows_and_its_advice_heals(
    row: Row, request: pytest.FixtureRequest
) -> None:
    if row.service == "web" and not shutil.which("npm"):
        pytest.skip("no Node here")
    page = told(row.kind, row.says)
    stage = Stage(request)
    modules = stage.folder / "webapp/frontend/node_modules"
    if row.old:
        packages: Path = request.getfixturevalue("old_packages")
        (stage.folder / "webapp/frontend/bin").mkdir()
        (stage.folder / "webapp/frontend/bin/node").symlink_to(packages / OLD_NODE / "bin/node")
        modules.symlink_to(packages if "vite" in row.old else ROOT / "webapp/frontend/node_modules")
    elif "vite" in row.right + row.line and row.kind != "command-not-found":
        modules.symlink_to(ROOT / "webapp/frontend/node_modules")
    for name, text in row.files:
        stage.write(name, text, 0o755 if text.startswith("#!") else 0o644)
    if row.changed[0]:
        stage.write(row.changed[0], row.changed[2])
    run = stage.start(*((API, row.right) if row.service == "web" else (row.right, WEB)))

    break_it(row, stage)
    cause = stage.crash_of(row.service)

    assert (cause["kind"], cause["sentence"], cause["fix"]) == (row.kind, page.sentence, page.fix)
    if not page.transient:
        run.await_state(row.service, "BROKEN")
    stage.fix = page.fix
    stage.type_what_shows()
    if not row.typed:
        correct(row, stage)
    stage.type_what_mends()
    run.await_state(row.service, row.state)
