"""Confines this very process: sockets only to allowed addresses, programs only those known.

An audit hook sees every connection that Python code makes, and can never be removed again. What is
not Python (ffmpeg) may be started, but never with an address to open.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from net.egress import AddressRefusedError, ProgramRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from net.egress import Allowed

PROGRAMS = re.compile(r"ffmpeg|ffprobe|deno|ffmpeg-[\w.-]+")
ADDRESS = re.compile(r"(?!file:)[a-z][a-z0-9+.-]*:/?/", re.IGNORECASE)
NUMERIC_FAMILIES = {socket.AF_INET, socket.AF_INET6}


def enter_sandbox(allowed: Allowed) -> None:
    """From now on, refuse what is not allowed, in every thread, until the process ends."""
    sys.addaudithook(_hook(allowed))


def _hook(allowed: Allowed) -> Callable[[str, tuple[Any, ...]], None]:
    def connect(sock: socket.socket, address: Any) -> None:  # noqa: ANN401 - of any family
        if sock.family not in NUMERIC_FAMILIES:
            raise AddressRefusedError(address, 0)  # a socket of this machine
        if address is not None:
            host, port = _numeric(address)
            allowed.check(host, port)

    def start(
        program: str | bytes | os.PathLike[str], arguments: Sequence[Any], *_: object
    ) -> None:
        name = Path(os.fsdecode(program)).name
        if not PROGRAMS.fullmatch(name):
            raise ProgramRefusedError(f"The program {name!r} may not be started here.")
        if name.startswith("ff") and any(ADDRESS.match(os.fsdecode(a)) for a in _inputs(arguments)):
            raise ProgramRefusedError("ffmpeg may not open an address by itself.")

    def never(*_: object) -> None:
        raise ProgramRefusedError("Programs may be started in one way only here.")

    judges: dict[str, Callable[..., None]] = {
        "socket.connect": connect,
        "socket.sendto": connect,
        "socket.sendmsg": connect,
        "subprocess.Popen": start,
        "os.system": never,
        "os.exec": never,
        # From Python 3.13 on subprocess starts programs by posix_spawn, which is a second event.
        "os.posix_spawn": start,
    }

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        judge = judges.get(event)
        if judge:
            judge(*arguments)

    return hook


def _numeric(address: Any) -> tuple[str, int]:  # noqa: ANN401 - a sockaddr
    """Host and port of where the socket goes; a name could lead anywhere once judged."""
    host, port = str(address[0]), int(address[1])
    if re.fullmatch(r"[\d.]+|[0-9a-fA-F:.]+(%\w+)?", host):
        return host, port
    raise AddressRefusedError(host, port)


def _inputs(arguments: Sequence[Any]) -> list[Any]:
    """What follows `-i`, and the last argument: what ffmpeg opens."""
    after = [b for a, b in pairwise(arguments) if a in {"-i", b"-i"}]
    return [*after, *arguments[-1:]]
