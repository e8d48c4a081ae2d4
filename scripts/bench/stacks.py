"""What is run: this project's own two servers, or two of a few lines each."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOYS = Path(__file__).parent / "toys"
PROJECT_SETTLED = 5.0
"""Seconds: a server that has just started is not what dies, and the guard has loaded its libraries
ahead by then."""


@dataclass(frozen=True)
class Stack:
    """Lines of a Procfile, where they are served, and the variables they need."""

    name: str
    lines: Mapping[str, str]
    ports: Mapping[str, int] = field(default_factory=dict)
    paths: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    settled: float = 1.2
    """Seconds after the first answers, before anything is done to it: a supervisor wants a moment
    before it calls a server started."""

    def procfile(self, folder: Path, file_name: str = "Procfile") -> Path:
        """Write the Procfile into a folder."""
        path = folder / file_name
        path.write_text("".join(f"{name}: {line}\n" for name, line in self.lines.items()))
        return path


def project(folder: Path) -> Stack:
    """Return the project's own servers, which keep their data in `folder`.

    Their lines are those of Procfile.dev, but for uvicorn's reloader, which only the unguarded
    server has.
    """
    lines = {}
    for line in (ROOT / "Procfile.dev").read_text().splitlines():
        name, _, command = line.partition(": ")
        command = command.replace("|| echo --reload", "").replace("$PWD", str(ROOT))
        lines[name] = command.replace("cd webapp", f"cd {ROOT}/webapp")
    ports = free_ports("web", "api")
    return Stack(
        "the project's own",
        lines,
        ports,
        {"web": "/", "api": "/health"},
        {
            **_port_variables(ports),
            "DATA_DIR": str(folder / "data"),
            "API_WATCH": str(ROOT / "webapp/backend"),
        },
        PROJECT_SETTLED,
    )


def toy() -> Stack:
    """Return two servers of a few lines each, so that the supervisor is what is measured."""
    ports = free_ports("web", "api")
    return Stack(
        "toy",
        {
            "web": f"WEB_FD=$WEB_FD exec node {TOYS}/web.mjs",
            "api": f"API_FD=$API_FD exec {sys.executable} {TOYS}/api.py",
        },
        ports,
        {"web": "/", "api": "/health"},
        _port_variables(ports),
    )


def crowd(count: int, *, told: bool = True) -> Stack:
    """Return so many servers of a few lines, on sockets of the guard's where it is told of them.

    Else each has a port that the system gives it, and the guard has to find out which.
    """
    names = [f"s{number:02}" for number in range(count)]
    program = f"exec {sys.executable} {TOYS}/api.py"
    if not told:
        lines = dict.fromkeys(names, f"API_PORT=$ANY {program}")
        return Stack(f"{count} whose ports are found", lines, environment={"ANY": "0"})
    lines = {
        name: f"API_FD=${name.upper()}_FD API_PORT=${name.upper()}_PORT {program}" for name in names
    }
    ports = free_ports(*names)
    paths = dict.fromkeys(names, "/")
    return Stack(f"{count} servers", lines, ports, paths, _port_variables(ports))


def torrent(megabytes: int, go: Path) -> Stack:
    """Return a program that writes so much once the file `go` is there."""
    line = f"exec {sys.executable} {TOYS}/torrent.py {megabytes} {go}"
    return Stack("a torrent", {"web": line, "api": "exec sleep 600"})


def crashing(folder: Path) -> Stack:
    """Return a service that ends at once, and notes each start in ``starts``."""
    return Stack("crashing", {"web": f"echo >>{folder}/starts; exit 1", "api": "exec sleep 600"})


def writers(lines: int, go: Path, *, halves: bool = False) -> Stack:
    """Return two programs that write that many lines each once the file `go` is there.

    With `halves`, a third one writes half lines slowly meanwhile.
    """
    command = f"exec {sys.executable} {TOYS}/writer.py"
    commands = {name: f"{command} {name} {lines} {go}" for name in ("web", "api")}
    if halves:
        commands["slow"] = f"exec {sys.executable} {TOYS}/halves.py {go}"
    return Stack("writers", commands)


_given: set[int] = set()
"""The ports that `free_ports` has returned: who asked may not listen on them yet."""


def free_ports(*names: str) -> dict[str, int]:
    """Return a port for each name that nobody uses at the moment, and none a second time."""
    held: list[socket.socket] = []
    ports: dict[str, int] = {}
    while len(ports) < len(names):
        held.append(socket.create_server(("127.0.0.1", 0)))
        port = held[-1].getsockname()[1]
        if port not in _given:
            ports[names[len(ports)]] = port
    for sock in held:
        sock.close()
    _given.update(ports.values())
    return ports


def free_port() -> int:
    """Return a port that nobody uses at the moment."""
    return free_ports("it")["it"]


def _port_variables(ports: Mapping[str, int]) -> dict[str, str]:
    return {f"{name.upper()}_PORT": str(port) for name, port in ports.items()}
