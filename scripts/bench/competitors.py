"""Under what a stack is run: how each supervisor is told to run it and to restart what dies."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.bench import stacks
from scripts.bench.installed import Installed
from scripts.bench.stacks import Stack

Prepare = Callable[[Stack, Path], list[str]]
"""Write what the supervisor reads into a folder; return the command that starts it there."""


@dataclass(frozen=True)
class Competitor:
    """A supervisor, as set up for the comparison."""

    name: str
    prepare: Prepare
    version: str = ""
    restarts: bool = True
    merges: bool = True
    """Whether it prints the output of all with the name of each."""
    whole: bool = False
    """Whether it restarts everything when one dies."""


def bare(stack: Stack, _folder: Path) -> list[str]:
    """Start the lines side by side in one shell, and wait: nothing is faster."""
    lines = " & ".join(f"sh -c {shlex.quote(line)}" for line in stack.lines.values())
    return ["sh", "-c", f"{lines} & wait"]


BARE = Competitor("bare servers", bare, restarts=False, merges=False)


def guard(restart: str) -> Competitor:
    """Return this project's guard, in one of its two modes."""

    def prepare(stack: Stack, folder: Path) -> list[str]:
        stack.procfile(folder, "Procfile.dev")
        port = stacks.free_port()
        settings = [f"GUARD_RELAUNCH={restart}", f"GUARD_PORT={port}", f"PYTHONPATH={stacks.ROOT}"]
        return ["env", *settings, sys.executable, "-m", "scripts.guard"]

    return Competitor(f"guard ({restart})", prepare, whole=restart == "stack")


def others(installed: Installed) -> list[Competitor]:
    """Return every competitor that could be installed."""
    known = [
        Competitor("honcho", _honcho(installed), installed.version("honcho"), restarts=False),
        Competitor(
            "honcho in a loop", _honcho_loop(installed), installed.version("honcho"), whole=True
        ),
        Competitor("concurrently", _concurrently(installed), installed.version("concurrently")),
        Competitor("mprocs", _mprocs(installed), installed.version("mprocs"), merges=False),
        Competitor("pm2-runtime", _pm2(installed), installed.version("pm2")),
        Competitor(
            "supervisord", _supervisord(installed), installed.version("supervisor"), merges=False
        ),
        Competitor("circus", _circus(installed), installed.version("circus"), merges=False),
    ]
    return [competitor for competitor in known if competitor.version]


def _honcho(installed: Installed) -> Prepare:
    return lambda stack, folder: [
        installed.program("honcho"),
        "start",
        "-f",
        str(stack.procfile(folder)),
    ]


def _honcho_loop(installed: Installed) -> Prepare:
    def prepare(stack: Stack, folder: Path) -> list[str]:
        start = shlex.join(_honcho(installed)(stack, folder))
        return ["sh", "-c", f"trap 'exit 1' INT TERM; while :; do {start}; done"]

    return prepare


def _concurrently(installed: Installed) -> Prepare:
    return lambda stack, _folder: [
        installed.program("concurrently"),
        *("--restart-tries", "-1", "--restart-after", "0"),
        *("--names", ",".join(stack.lines)),
        *stack.lines.values(),
    ]


def _mprocs(installed: Installed) -> Prepare:
    def prepare(stack: Stack, folder: Path) -> list[str]:
        procs = {name: {"shell": line, "autorestart": True} for name, line in stack.lines.items()}
        (folder / "mprocs.yaml").write_text(json.dumps({"procs": procs}))
        return [installed.program("mprocs"), "--config", str(folder / "mprocs.yaml")]

    return prepare


def _pm2(installed: Installed) -> Prepare:
    def prepare(stack: Stack, folder: Path) -> list[str]:
        apps = [
            {"name": name, "script": "/bin/sh", "args": ["-c", line], "exec_mode": "fork"}
            for name, line in stack.lines.items()
        ]
        (folder / "pm2.json").write_text(json.dumps({"apps": apps}))
        program = installed.program("pm2-runtime")
        return ["env", f"PM2_HOME={folder}/pm2", program, "start", str(folder / "pm2.json")]

    return prepare


def _supervisord(installed: Installed) -> Prepare:
    def prepare(stack: Stack, folder: Path) -> list[str]:
        lines = ["[supervisord]", "nodaemon=true", f"logfile={folder}/supervisord.log"]
        lines += [f"pidfile={folder}/supervisord.pid"]
        for name, line in stack.lines.items():
            command = f"sh -c {shlex.quote(line)}".replace("%", "%%")
            lines += [f"[program:{name}]", f"command={command}", "autorestart=true"]
            lines += ["stopasgroup=true", "killasgroup=true"]
        (folder / "supervisord.conf").write_text("\n".join(lines) + "\n")
        return [installed.program("supervisord"), "-c", str(folder / "supervisord.conf")]

    return prepare


def _circus(installed: Installed) -> Prepare:
    def prepare(stack: Stack, folder: Path) -> list[str]:
        ports = stacks.free_ports("endpoint", "pubsub")
        names = {"endpoint": "endpoint", "pubsub": "pubsub_endpoint"}
        at = [f"{names[name]}=tcp://127.0.0.1:{port}" for name, port in ports.items()]
        lines = ["[circus]", *at]
        for name, line in stack.lines.items():
            (folder / f"{name}.sh").write_text(line + "\n")
            lines += [f"[watcher:{name}]", f"cmd=sh {folder}/{name}.sh", "copy_env=true"]
        (folder / "circus.ini").write_text("\n".join(lines) + "\n")
        return [installed.program("circusd"), str(folder / "circus.ini")]

    return prepare
