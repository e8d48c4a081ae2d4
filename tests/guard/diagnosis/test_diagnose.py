"""What crashes are put down to, from what the real programs really say."""

import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from scripts.guard.config.service import Service
from scripts.guard.core.cause import say
from scripts.guard.diagnosis.context import Context, Rule
from scripts.guard.diagnosis.diagnose import explain
from scripts.guard.diagnosis.evidence import Evidence
from tests.conftest import AsAnotherUser
from tests.guard.diagnosis.dying import End, end, run

ROOT = Path(__file__).parents[3]
PYTHON = sys.executable
UVICORN = f"{Path(sys.executable).parent}/uvicorn --port 1"
NODE_MODULES = ROOT / "webapp/frontend/node_modules"


@dataclass
class Case:
    command: str
    kind: str
    sentence: str
    fix: str
    transient: bool = False
    files: dict[str, str] | None = None

    def __str__(self) -> str:
        return f"{self.kind}: {self.command[-40:]}"


CASES = [
    # Python, by uvicorn and alone
    Case(
        f"cd app && exec {UVICORN} main:app",
        "syntax-error",
        "Syntax error in app/main.py line 3: SyntaxError",
        "Correct app/main.py line 3",
        files={"app/main.py": "import os\n\ndef broken(:\n    pass\n"},
    ),
    Case(
        f"exec {UVICORN} main:app",
        "syntax-error",
        "Syntax error in main.py line 2: IndentationError: expected an indented block",
        "Correct main.py line 2",
        files={"main.py": "def f():\nreturn 1\n"},
    ),
    Case(
        f"exec {UVICORN} main:app",
        "syntax-error",
        "Syntax error in main.py line 3: TabError",
        "Correct main.py line 3",
        files={"main.py": "def f():\n\tx = 1\n        return x\n"},
    ),
    Case(
        f"exec {UVICORN} main:app",
        "module-missing",
        "needs the Python package no_such_thing, which is not installed",
        "pip install no-such-thing && make restart p=api",
        files={"main.py": "import no_such_thing.part\n"},
    ),
    Case(
        f"exec {UVICORN} main:app",
        "module-missing",
        "needs the Python package no_such_thing",
        ".venv/bin/uv pip install no-such-thing && make restart p=api",
        files={"main.py": "import no_such_thing\n", ".venv/bin/uv": ""},
    ),
    Case(
        f"exec {UVICORN} main:app",
        "module-missing",
        "needs the Python package no_such_thing",
        ".venv/bin/python -m ensurepip && .venv/bin/python -m pip install no-such-thing && make",
        files={"main.py": "import no_such_thing\n", ".venv/bin/python": ""},
    ),
    Case(
        f"exec {UVICORN} main:app",
        "module-missing",
        "needs the Python package no_such_thing",
        "pip install -r requirements.txt && make restart p=api   # it lists no-such-thing",
        files={
            "main.py": "import no_such_thing\n",
            "requirements.txt": "no-such-thing==1.0\n",
            "Makefile": "install:\n",
        },
    ),
    Case(
        f"exec {UVICORN} main:app",
        "module-missing",
        "needs the Python package no_such_thing",
        "pip install -r requirements.txt && make restart p=api   # it lists no-such-thing",
        files={"main.py": "import no_such_thing\n", "requirements.txt": "No-Such-Thing==1.0\n"},
    ),
    Case(
        f"exec {UVICORN} main:app",
        "module-missing",
        "needs the Python package no_such_thing",
        "make setup && make restart p=api   # requirements.txt lists no-such-thing",
        files={
            "main.py": "import no_such_thing\n",
            "requirements.txt": "no-such-thing==1.0\n",
            "Makefile": "setup:\n",
        },
    ),
    Case(
        f"cd app && exec {UVICORN} main:app",
        "module-missing",
        "asks for a part of its own code that is not there: downloads.enginee",
        "Correct the import of downloads.enginee",
        files={"app/main.py": "import downloads.enginee\n", "app/downloads/__init__.py": ""},
    ),
    Case(
        f"exec {PYTHON} -m no_such_server",
        "module-missing",
        "needs the Python package no_such_server",
        "pip install no-such-server",
    ),
    Case(
        f"exec {UVICORN} main:app",
        "import-error",
        "cannot import no_such_name from os",
        "Correct the import of no_such_name",
        files={"main.py": "from os import no_such_name\n"},
    ),
    Case(
        f"exec {UVICORN} main:application",
        "app-missing",
        'Attribute "application" not found in module "main"',
        "the line `api:` of the Procfile",
        files={"main.py": "app = None\n"},
    ),
    Case(
        f"exec {UVICORN} nowhere:app",
        "app-missing",
        'Could not import module "nowhere"',
        "the line `api:` of the Procfile",
    ),
    Case(
        f"cd app && exec {UVICORN} main:app",
        "crash",
        "api stopped at an error in app/settings.py line 2: ZeroDivisionError: division by zero",
        "make logs p=api",
        transient=True,
        files={"app/main.py": "import settings\n", "app/settings.py": "\nx = 1 / 0\n"},
    ),
    Case(
        f'exec {PYTHON} -c \'import subprocess; subprocess.run(["sleep", "9"], timeout=0)\'',
        "crash",
        "api stopped at an error: subprocess.TimeoutExpired: Command",
        "make logs p=api",
        transient=True,
    ),
    Case(
        f"exec {PYTHON} nowhere.py",
        "file-missing",
        "The file nowhere.py, which api runs, is not there",
        "Correct the line",
    ),
    Case(
        f"exec {UVICORN} main:app --no-such-option",
        "bad-option",
        "api is started with --no-such-option, which the program does not know",
        "Correct the line `api:`",
    ),
    Case(
        f"exec {UVICORN} main:app --relaod",
        "bad-option",
        "api is started with --relaod, which the program does not know",
        "Correct the line `api:` of the Procfile (did you mean one of: '--reload'",
    ),
    Case(
        f"exec {PYTHON} -m http.server --no-such-option",
        "bad-option",
        "--no-such-option",
        "Correct the line `api:`",
    ),
    # The shell
    Case(
        "exec no-such-program --port 1",
        "command-not-found",
        "The program no-such-program, which api runs, is not there",
        "Install no-such-program, or correct the line `api:` of the Procfile",
    ),
    Case(
        "no-such-program; exit $?",
        "command-not-found",
        "The program no-such-program",
        "Install no-such-program",
    ),
    Case(
        "bash -c 'no-such-program'; exit $?",
        "command-not-found",
        "The program no-such-program",
        "Install no-such-program",
    ),
    Case(
        "exec uvicorn-of-ours main:app",
        "command-not-found",
        "The program uvicorn-of-ours",
        "make setup && make restart p=api",
        files={"requirements.txt": "uvicorn-of-ours==1\n", "Makefile": "setup:\n"},
    ),
    Case(
        "make web",
        "command-not-found",
        "The program no-such-program, which api runs, is not there",
        "Install no-such-program",
        files={"Makefile": "web:\n\tno-such-program --port 1\n"},
    ),
    Case(
        "make web",
        "command-not-found",
        "The program no-such-program, which api runs, is not there",
        "Install no-such-program",
        files={"Makefile": "web:\n\t@PORT=1; no-such-program --port $$PORT\n"},
    ),
    Case(
        "make web",
        "not-executable",
        "The file ./serve, which api runs, is not executable",
        "chmod +x serve",
        files={"Makefile": "web:\n\t./serve\n", "serve": ""},
    ),
    Case(
        "make web",
        "exit",
        "api ended with error code 2",
        "make logs p=api",
        transient=True,
        files={"Makefile": "web:\n\texit 3\n"},
    ),
    Case("exit 127", "command-not-found", "A program that api runs is not there", "make logs"),
    Case(
        "cd web && exec node_modules/.bin/vite",
        "command-not-found",
        "The JavaScript packages that api needs are not installed",
        "(cd web && npm ci) && make restart p=api",
        files={"web/package-lock.json": "{}"},
    ),
    Case(
        "cd web && exec node_modules/.bin/vite",
        "command-not-found",
        "The JavaScript packages that api needs are not installed",
        "make setup && make restart p=api",
        files={"web/package-lock.json": "{}", "Makefile": "setup:\n"},
    ),
    Case(
        "cd web && exec node node_modules/.bin/vite",
        "module-missing",
        "The JavaScript packages that api needs are not installed",
        "(cd web && npm ci) && make restart p=api",
        files={"web/package-lock.json": "{}", "web/node_modules/.bin/other": ""},
    ),
    Case(
        "cd web && npm run dev",
        "command-not-found",
        "The JavaScript packages that api needs are not installed",
        "(cd web && npm ci) && make restart p=api",
        files={
            "web/package.json": '{"scripts": {"dev": "no-such-vite --port 1"}}',
            "web/package-lock.json": "{}",
        },
    ),
    Case(
        "npm --prefix 'my web' run dev",
        "command-not-found",
        "The JavaScript packages that api needs are not installed",
        "(cd 'my web' && npm install) && make restart p=api",
        files={"my web/package.json": '{"scripts": {"dev": "no-such-vite"}}'},
    ),
    Case(
        "npm run dev",
        "command-not-found",
        "The program no-such-program, which api runs, is not there",
        "Install no-such-program",
        files={
            "package.json": '{"scripts": {"dev": "no-such-program"}}',
            "node_modules/x/package.json": "{}",
        },
    ),
    Case(
        "exec no-such-program",
        "command-not-found",
        "The program no-such-program",
        "Install no-such-program",
        files={"package.json": "{}"},
    ),
    Case(
        "cd 'my bin' && exec ./server",
        "not-executable",
        "The file ./server, which api runs, is not executable",
        "chmod +x 'my bin/server'",
        files={"my bin/server": "#!/bin/sh\n"},
    ),
    Case(
        "cd bin && exec ./server",
        "not-executable",
        "The file ./server, which api runs, is not executable",
        "chmod +x bin/server",
        files={"bin/server": "#!/bin/sh\n"},
    ),
    Case("exit 126", "not-executable", "is not a program", "Correct the line `api:`"),
    Case(
        "cd nowhere && exec true",
        "folder-missing",
        "The folder nowhere, in which api is to run, is not there",
        "Correct the line `api:`",
    ),
    Case("if then", "shell-syntax", "The shell does not understand the line", "Correct the line"),
    Case(
        "bash -c 'if then'",
        "shell-syntax",
        "The shell does not understand the line",
        "Correct the line",
    ),
    # Node and npm
    Case(
        "exec node server.js",
        "syntax-error",
        "Syntax error in server.js line 2: SyntaxError: Unexpected token ';'",
        "Correct server.js line 2",
        files={"server.js": "\nconst x = ;\n"},
    ),
    Case(
        "exec node server.mjs",
        "syntax-error",
        "Syntax error in server.mjs line 1: SyntaxError: The requested module 'node:fs'",
        "Correct server.mjs line 1",
        files={"server.mjs": "import { nothing } from 'node:fs';\n"},
    ),
    Case(
        "cd web && exec node server.js",
        "module-missing",
        "The JavaScript packages that api needs are not installed",
        "(cd web && npm ci) && make restart p=api",
        files={"web/server.js": "require('express')\n", "web/package-lock.json": "{}"},
    ),
    Case(
        "exec node server.mjs",
        "module-missing",
        "needs the JavaScript package @scope/thing, which is not installed",
        "npm install",
        files={"server.mjs": "import '@scope/thing';\n", "node_modules/x/package.json": "{}"},
    ),
    Case(
        "exec node nowhere.js",
        "file-missing",
        "nowhere.js, which api runs, is not there",
        "Correct the line",
    ),
    Case(
        "cd web && exec node server.mjs",
        "import-error",
        "web/server.mjs imports",
        "Correct the import in web/server.mjs",
        files={"web/server.mjs": "import './lib/fooo.js';\n"},
    ),
    Case(
        "cd web && exec node server.js",
        "import-error",
        "web/lib/x.js imports ./fooo, which is not there",
        "Correct the import in web/lib/x.js",
        files={"web/server.js": "require('./lib/x')\n", "web/lib/x.js": "require('./fooo')\n"},
    ),
    Case(
        "exec node server.js",
        "module-missing",
        "needs the JavaScript package @of/thing, which is not installed",
        "npm install",
        files={
            "server.js": "require('@of/thing')\n",
            "node_modules/@of/thing/index.js": "require('./build/thing.node')\n",
        },
    ),
    Case(
        "exec node -r ./nowhere.js server.js",
        "file-missing",
        "The file nowhere.js, which api runs, is not there",
        "Correct the line",
        files={"server.js": ""},
    ),
    Case(
        "exec node --no-such-option",
        "bad-option",
        "--no-such-option",
        "Correct the line",
    ),
    Case(
        "exec node server.js",
        "crash",
        "api stopped at an error: Error: kaputt",
        "make logs p=api",
        transient=True,
        files={"server.js": "function f() { throw new Error('kaputt') }\nf()\n"},
    ),
    Case(
        "exec npm run no-such-script",
        "script-missing",
        "runs the npm script no-such-script, which package.json does not have",
        "Correct the line",
        files={"package.json": "{}"},
    ),
    Case(
        "exec npm start",
        "file-missing",
        "The file package.json, which api runs, is not there",
        "Correct the line",
    ),
    # What the system grants
    Case(
        "exec node --max-old-space-size=30 -e "
        "'const a = []; for (;;) a.push(new Array(1e5).fill({}))'",
        "out-of-memory",
        "needed more memory than Node allows it",
        "NODE_OPTIONS=--max-old-space-size=4096",
        transient=True,
    ),
    Case(
        f"ulimit -v 300000; exec {PYTHON} -c 'x = [bytes(10 ** 6) for _ in range(999)]'",
        "out-of-memory",
        "could get no more memory",
        "free -h",
        transient=True,
    ),
    Case(
        f"ulimit -n 30; exec {PYTHON} -c 'x = [open(\"/dev/null\") for _ in range(99)]'",
        "too-many-files",
        "more files or connections open than the system allows",
        "ulimit -n 8192",
        transient=True,
    ),
    Case(
        'ulimit -n 40; exec node -e \'for (;;) require("fs").openSync("/dev/null")\'',
        "too-many-files",
        "more files or connections open",
        "ulimit -n 8192",
        transient=True,
    ),
    Case(
        f'exec {PYTHON} -c \'open("/dev/full", "w").write("x" * 99999)\'',
        "disk-full",
        "the disk is full",
        "df -h .",
    ),
    Case(
        'exec node -e \'require("fs").writeFileSync("/dev/full", "x")\'',
        "disk-full",
        "the disk is full",
        "df -h .",
    ),
    Case(
        f"exec {PYTHON} -c 'import urllib.request as u; u.urlopen(\"http://127.0.0.1:1\")'",
        "crash",
        "urllib.error.URLError",
        "make logs",
        transient=True,
    ),
    Case(
        'exec node -e \'require("net").connect(1, "127.0.0.1")\'',
        "dependency-down",
        "needs the server at 127.0.0.1, port 1, and nothing answers there",
        "Start that server",
        transient=True,
    ),
    Case(
        f"exec {PYTHON} -c 'import psycopg; psycopg.connect(\"host=127.0.0.1 port=1\")'",
        "dependency-down",
        "needs the server at 127.0.0.1, port 1",
        "Start that server",
        transient=True,
    ),
    # Ends that say nothing
    Case(
        "exit 0",
        "ended",
        "api ended by itself, without an error, though nobody had asked it to",
        "API_ONCE=yes in .env",
        transient=True,
    ),
    Case("exit 7", "exit", "api ended with error code 7", "make logs p=api", transient=True),
    Case(
        "kill -9 $$",
        "killed",
        "api was killed from outside (SIGKILL), as `kill -9` does",
        "make logs p=api",
        transient=True,
    ),
    Case("kill -15 $$", "killed", "told to end by another program", "make logs", transient=True),
    Case("kill -11 $$", "killed", "inside compiled code (SIGSEGV)", "make logs", transient=True),
    Case("kill -40 $$", "killed", "api was ended by signal 40", "make logs", transient=True),
    Case("sh -c 'kill -9 $$'; exit $?", "killed", "(SIGKILL)", "make logs", transient=True),
]


@pytest.fixture(scope="module")
def ends(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[int, Future[End]]]:
    """Every case that is asked for, by its number: some run while others are looked at."""
    chosen: set[int] = {
        cast("int", item.callspec.params["number"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == "test_real_crashes"
    }
    with ThreadPoolExecutor(2) as pool:
        folders = {number: tmp_path_factory.mktemp("crash") for number in sorted(chosen)}
        yield {number: pool.submit(ended, CASES[number], folders[number]) for number in folders}


def ended(case: Case, folder: Path) -> End:
    for name, text in (case.files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return end(folder, case.command)


@pytest.mark.parametrize("number", range(len(CASES)), ids=[str(case) for case in CASES])
def test_real_crashes(number: int, ends: dict[int, Future[End]]) -> None:
    case = CASES[number]
    cause = ends[number].result().explained()

    assert cause.kind == case.kind, cause
    assert case.sentence in cause.sentence
    assert case.fix in cause.fix
    assert cause.transient is case.transient


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that a stranger listens on: a process of its own, in its own folder."""
    code = (
        "import socket, sys; s = socket.create_server(('127.0.0.1', 0));"
        "print(s.getsockname()[1], flush=True); sys.stdin.read()"
    )
    stranger = subprocess.Popen(
        [PYTHON, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/"
    )
    assert stranger.stdout
    yield int(stranger.stdout.readline())
    stranger.communicate()


@pytest.mark.parametrize(
    "command",
    [
        f"{Path(PYTHON).parent}/uvicorn main:app --port PORT",
        f"{PYTHON} -m http.server --bind 127.0.0.1 PORT",
        'node -e \'require("http").createServer().listen(PORT, "127.0.0.1")\'',
        "VITE --port PORT --strictPort --host 127.0.0.1",
    ],
    ids=["uvicorn", "python", "node", "vite"],
)
def test_a_port_in_use_names_its_holder(command: str, taken_port: int, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("async def app(*_): ...\n")
    link_vite(tmp_path)
    line = command.replace("PORT", str(taken_port)).replace("VITE", "node_modules/.bin/vite")

    cause = run(tmp_path, f"exec {line}", port=taken_port)

    assert cause.kind == "port-in-use"
    assert not cause.transient
    assert re.search(
        rf"Port {taken_port} is taken by pid \d+, started .* ago in /: ", cause.sentence
    )
    assert "make doctor p=api" in cause.fix
    assert "API_PORT=" in cause.fix


def test_a_port_that_is_free_again_is_worth_another_try(
    free_port: Callable[[], int], tmp_path: Path
) -> None:
    port = free_port()
    line = f"Error: listen EADDRINUSE: address already in use 127.0.0.1:{port}"
    service = Service(name="web", command="node server.js", port=port)

    cause = explain(service, 1, [line], Evidence(tmp_path).gather())

    assert cause.kind == "port-in-use"
    assert cause.transient


def test_a_port_of_the_guards_own_says_that_the_line_must_take_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        cause = run(tmp_path, f"exec {PYTHON} -m http.server --bind 127.0.0.1 {port}", port=port)

    assert cause.kind == "port-in-use"
    assert "taken by the guard, which holds it for this service" in cause.sentence


def link_vite(folder: Path) -> None:
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / "index.html").write_text("<html></html>")


@pytest.mark.parametrize("colour", [False, True], ids=["plain", "coloured"])
@pytest.mark.parametrize(
    ("config", "kind", "sentence"),
    [
        (
            "import { defineConfig } from 'vite';\n\nexport default defineConfig({ server: , });\n",
            "syntax-error",
            "Syntax error in vite.config.ts line 3: Unexpected token",
        ),
        (
            "throw new Error('boom');\nexport default {};\n",
            "config-error",
            "The configuration of api cannot be loaded: Error: boom",
        ),
        (
            "export default { plugins: [noSuchPlugin()] };\n",
            "config-error",
            "cannot be loaded: ReferenceError: noSuchPlugin is not defined",
        ),
    ],
)
def test_vite_configurations_that_cannot_be_loaded(
    config: str, kind: str, sentence: str, tmp_path: Path, *, colour: bool
) -> None:
    (tmp_path / "vite.config.ts").write_text(config)
    link_vite(tmp_path)

    cause = run(tmp_path, "exec node_modules/.bin/vite --port 1", colour=colour)

    assert cause.kind == kind, cause
    assert sentence in cause.sentence
    assert "Correct vite.config.ts" in cause.fix
    assert not cause.transient


def test_half_installed_javascript_packages(tmp_path: Path) -> None:
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/vite").symlink_to(tmp_path / "vite")
    subprocess.run(["cp", "-rL", NODE_MODULES / "vite", tmp_path / "vite"], check=True)

    cause = run(tmp_path, "exec node node_modules/vite/bin/vite.js")

    assert cause.kind == "module-missing"
    assert "JavaScript package rolldown, which is not installed" in cause.sentence


def test_a_node_that_is_too_old_for_vite(tmp_path: Path) -> None:
    link_vite(tmp_path)
    # The real Vite, told that it runs on Node 18; where that Node fails later, this one ends.
    (tmp_path / "old.cjs").write_text(
        "Object.defineProperty(process.versions, 'node', { value: '18.20.0' });\n"
        "const warn = console.warn;\n"
        "console.warn = (...words) => { warn(...words); process.exit(1); };\n"
    )

    cause = run(tmp_path, "exec node -r ./old.cjs node_modules/.bin/vite --port 1 --strictPort")

    assert cause.kind == "wrong-version"
    assert "it needs 20.19+ or 22.12+" in cause.sentence
    assert "make setup" in cause.fix


@pytest.mark.parametrize(
    ("imported", "lacks"),
    [
        ('{ notThereYet } from "node:util"', "whose node:util has no notThereYet"),
        ('"node:not-there-yet"', "which has no node:not-there-yet"),
    ],
)
def test_a_node_that_lacks_what_a_package_needs_is_too_old(
    tmp_path: Path, imported: str, lacks: str
) -> None:
    package = tmp_path / "node_modules/of-today/index.mjs"
    package.parent.mkdir(parents=True)
    package.write_text(f"import {imported};\n")
    (tmp_path / "main.mjs").write_text('import "of-today/index.mjs";\n')

    cause = run(tmp_path, "exec node main.mjs")

    assert cause.kind == "wrong-version"
    assert cause.sentence.endswith(f"the one that is installed, {lacks}.")
    assert cause.fix == "make setup && make restart p=api   # brings a newer Node"


def test_a_mistyped_import_of_our_own_is_not_put_down_to_node(tmp_path: Path) -> None:
    (tmp_path / "main.mjs").write_text('import { inspekt } from "node:util";\n')

    cause = run(tmp_path, "exec node main.mjs")

    assert cause.kind == "syntax-error"
    assert "main.mjs line 1" in cause.sentence


def test_a_port_below_1024_is_the_administrators(tmp_path: Path) -> None:
    line = (
        "ERROR:    [Errno 13] error while attempting to bind on address "
        "('127.0.0.1', 81): permission denied"
    )
    cause = explain(Service(name="api", command=""), 1, [line], Context(tmp_path))

    assert cause.kind == "port-forbidden"
    assert "port 81" in cause.sentence


def test_a_kill_for_want_of_memory_is_told_from_others(tmp_path: Path) -> None:
    service = Service(name="api", command="x")

    cause = explain(service, -signal.SIGKILL, [], Context(tmp_path, out_of_memory=True))

    assert cause.kind == "out-of-memory"
    assert "memory was used up" in cause.sentence
    assert cause.transient


def test_an_error_that_was_survived_is_not_blamed_for_a_kill(tmp_path: Path) -> None:
    handled = ['  File "main.py", line 3, in page', "    import plotter", ""]
    handled.append("ModuleNotFoundError: No module named 'plotter'")
    service = Service(name="api", command="x")

    assert explain(service, -9, handled, Context(tmp_path)).kind == "killed"
    served = [*handled, *(f"INFO: 200 OK {n}" for n in range(20))]
    assert explain(service, 1, served, Context(tmp_path)).kind == "exit"


def test_what_could_not_even_be_started(tmp_path: Path) -> None:
    service = Service(name="api", command="x")

    cause = explain(service, OSError(11, "Resource temporarily unavailable"), [], Context(tmp_path))

    assert cause.kind == "not-started"
    assert "too many programs are running" in cause.sentence


def test_long_lines_do_not_hold_up_the_diagnosis(tmp_path: Path) -> None:
    tail = ['  File "' + "x: " * 20_000] * 200

    assert explain(Service("api", "x"), 1, tail, Context(tmp_path)).kind == "exit"


@pytest.mark.parametrize(
    ("code", "expected"), [(247, "SIGKILL"), (241, "SIGTERM"), (245, "SIGSEGV"), (255, "code 255")]
)
def test_a_parent_that_passes_on_how_its_child_was_killed(
    tmp_path: Path, code: int, expected: str
) -> None:
    """`runserver` ends with -9 where its child was killed, which is 247 to its own parent."""
    service = Service(name="api", command="x")
    assert expected in explain(service, code, [], Context(tmp_path)).sentence


def test_a_search_that_takes_too_long_is_given_up_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = Rule("slow", r"(a+)+$", "It is slow.", "")  # a rule that nobody should write
    monkeypatch.setattr("scripts.guard.diagnosis.diagnose.RULES", (slow,))
    cause = explain(Service("api", "run"), 3, ["a" * 28 + "b"], Context(tmp_path))
    assert (cause.kind, cause.transient) == ("exit", True)
    assert cause.sentence == (
        "api ended with error code 3; cause unknown: the search took longer than 0.5 s."
    )


@pytest.mark.parametrize(("code", "kind"), [(1, "exit"), (-9, "killed")])
def test_a_look_around_that_takes_too_long_is_given_up_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, kind: str
) -> None:
    """Who holds a port is asked of every process; a lock may lie on a disk that is away."""
    rule = Rule(
        "taken",
        r"in use",
        lambda crash: say("{who}", who=crash.context.held_by(1)),
        "",
        codes=frozenset({code}),
    )
    monkeypatch.setattr("scripts.guard.diagnosis.diagnose.RULES", (rule,))
    let_go = threading.Event()
    context = Context(tmp_path, held_by=lambda _: str(let_go.wait(60)))
    assert explain(Service("api", "run"), code, ["in use"], context).kind == kind


def test_a_lock_that_may_not_be_read_says_nothing(
    tmp_path: Path, as_another_user: AsAnotherUser
) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("feedparser\n")
    lock.chmod(0o600)
    tmp_path.chmod(0o755)
    line = "ModuleNotFoundError: No module named 'feedparser'"
    with as_another_user():
        cause = explain(Service("api", "run"), 1, [line], Evidence(tmp_path).gather())
    assert cause.kind == "module-missing"
    assert "pip install feedparser &&" in cause.fix
