"""Who restarts a server when a file is saved: how each is told to run the same program."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.bench.competitors import Competitor
from scripts.bench.competitors import guard as guard_of
from scripts.bench.installed import Installed
from scripts.bench.stacks import ROOT, Stack, free_ports

MARK = "saved: 0"  # what a program answers with; each save has another number
PATH = "/saved"
_TOY = f"""from fastapi import FastAPI

app = FastAPI()


@app.get("{PATH}")
def saved() -> str:
    return "{MARK}"
"""
_IN_THE_BACKEND = f"""

@app.get("{PATH}")
def saved() -> str:
    return "{MARK}"
"""
_NODE = f"""import {{ createServer }} from 'node:http';

const server = createServer((request, response) => response.end('{MARK}'));
const held = process.env.API_FD;
server.listen(held ? {{ fd: Number(held) }} : {{ port: process.env.API_PORT, host: '127.0.0.1' }});
process.on('SIGTERM', () => server.close());
"""


@dataclass(frozen=True)
class Program:
    """A server that is saved over and over."""

    name: str
    file: str
    """The one that is saved."""
    write: Callable[[Path], None]
    """Put it into an empty folder."""
    line: str
    """That of the guard's Procfile."""
    environment: Callable[[Path], Mapping[str, str]] = lambda _: {}

    def stack(self) -> Stack:
        """Return it with a new port; the reloader puts its files where it is run."""
        ports = free_ports("api")
        shared = {"API_PORT": str(ports["api"]), "API_WATCH": ".", "API_HEALTH": PATH}
        return Stack(self.name, {"api": self.line}, ports, {"api": PATH}, shared)


def _write_toy(folder: Path) -> None:
    (folder / "main.py").write_text(_TOY)


def _write_backend(folder: Path) -> None:
    nothing_made = shutil.ignore_patterns("__pycache__", "*.db", "static")
    shutil.copytree(ROOT / "webapp/backend", folder, ignore=nothing_made, dirs_exist_ok=True)
    with (folder / "main.py").open("a") as file:
        file.write(_IN_THE_BACKEND)


def _write_node(folder: Path) -> None:
    (folder / "main.mjs").write_text(_NODE)


_UVICORN = (
    f"exec ${{API_FD:+$API_PRELOAD}} {sys.executable} -m uvicorn main:app --fd $API_FD "
    "--timeout-graceful-shutdown 1"
)
TOY = Program("toy", "main.py", _write_toy, _UVICORN)
BACKEND = Program(
    "backend", "main.py", _write_backend, _UVICORN, lambda folder: {"DATA_DIR": f"{folder}.data"}
)
NODE = Program("node", "main.mjs", _write_node, "API_FD=$API_FD exec node main.mjs")


def guard(program: Program) -> Competitor:
    """Return the guard over that program."""
    plain = guard_of("process")

    def prepare(stack: Stack, folder: Path) -> list[str]:
        program.write(folder)
        state = f"GUARD_DIR={folder}.state"
        return [*_set(program, folder), state, *plain.prepare(stack, folder)]

    return Competitor("guard", prepare, version="this one")


def of_python(program: Program, installed: Installed) -> list[Competitor]:
    """Return those that reload a server of Python, if they could be installed."""
    uvicorn = f"{sys.executable} -m uvicorn main:app"
    commands: Mapping[str, tuple[str, Callable[[str], Sequence[str]]]] = {
        "fastapi dev": (
            "fastapi-cli",
            lambda port: [
                *(installed.program("python"), "-m", "fastapi_cli"),
                *("dev", "main.py", "--port", port),
            ],
        ),
        "granian --reload": (
            "granian",
            lambda port: [
                *(installed.program("granian"), "--interface", "asgi", "--reload"),
                *("--port", port, "main:app"),
            ],
        ),
        "hypercorn --reload": (
            "hypercorn",
            lambda port: [
                *(installed.program("hypercorn"), "--reload"),
                *("-b", f"127.0.0.1:{port}", "main:app"),
            ],
        ),
        "uvicorn-hmr": (
            "uvicorn-hmr",
            lambda port: [installed.program("uvicorn-hmr"), "main:app", "--port", port],
        ),
        "jurigged": (
            "jurigged",
            lambda port: [
                *(installed.program("jurigged"), "-m", "uvicorn"),
                *("main:app", "--port", port),
            ],
        ),
    }
    own: Mapping[str, Callable[[str], Sequence[str]]] = {
        "uvicorn --reload": lambda port: [*uvicorn.split(), "--port", port, "--reload"],
        "watchfiles": lambda port: [
            *(sys.executable, "-m", "watchfiles", f"{uvicorn} --port {port}", "."),
        ],
    }
    found = [_competitor(program, name, command, "ours") for name, command in own.items()]
    found += [
        _competitor(program, name, command, installed.version(package))
        for name, (package, command) in commands.items()
    ]
    return [one for one in found if one.version]


def of_node(program: Program, installed: Installed) -> list[Competitor]:
    """Return those that reload a server of Node, if they could be installed."""
    found = [
        _competitor(program, "node --watch", lambda _: ["node", "--watch", "main.mjs"], "Node's"),
        _competitor(
            program,
            "nodemon",
            lambda _: [installed.program("nodemon"), "--quiet", "main.mjs"],
            installed.version("nodemon"),
        ),
    ]
    return [one for one in found if one.version]


def _competitor(
    program: Program, name: str, command: Callable[[str], Sequence[str]], version: str
) -> Competitor:
    def prepare(stack: Stack, folder: Path) -> list[str]:
        program.write(folder)
        return [*_set(program, folder), *command(str(stack.ports["api"]))]

    return Competitor(name, prepare, version=version, restarts=False, merges=False)


def _set(program: Program, folder: Path) -> list[str]:
    """Return what sets the variables: a reloader of another environment finds our packages too."""
    packages = sysconfig.get_path("purelib")
    return [
        *("env", f"PYTHONPATH={packages}"),
        *(f"{name}={value}" for name, value in program.environment(folder).items()),
    ]
