"""Which processes listen on which ports."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..core.counted import counted
from . import guards, tcp_sockets

_PROC = Path("/proc")
_LINUX = sys.platform.startswith("linux")


def ports_of(pids: Iterable[int]) -> set[int]:
    """Return the TCP ports that processes listen on, as far as this user may see them."""
    return {port for _, port in _listening(pids)}


def pids_at(port: int, among: Iterable[int] | None = None) -> list[int]:
    """Return who listens on a port: of these processes, or of all."""
    pids = _all() if among is None else among
    return sorted({pid for pid, found in _listening(pids) if found == port})


def _listening(pids: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Return pairs of a pid and a port."""
    if not _LINUX:
        yield from _listening_by_psutil(pids)
        return
    sockets = tcp_sockets.listening() or ()
    ports = {f"socket:[{one.inode}]": one.port for one in sockets}  # what a descriptor links to
    for pid in pids:
        with contextlib.suppress(OSError):
            for descriptor in (_PROC / str(pid) / "fd").iterdir():
                with contextlib.suppress(OSError):
                    target = str(descriptor.readlink())
                    if target in ports:
                        yield pid, ports[target]


def _all() -> list[int]:
    import psutil

    return list(psutil.pids())


def _listening_by_psutil(pids: Iterable[int]) -> Iterator[tuple[int, int]]:
    import psutil

    for pid in pids:
        with contextlib.suppress(psutil.Error, OSError):
            for connection in psutil.Process(pid).net_connections(kind="tcp"):
                if connection.status == psutil.CONN_LISTEN:
                    yield pid, connection.laddr.port


class PortOwner(NamedTuple):
    """A process that listens on a port."""

    pid: int
    command: str
    folder: str
    age: float
    """Seconds since it was started."""
    name: str = ""
    """The program's, without its folder."""

    def __str__(self) -> str:
        if other := guards.guard_of(self.pid):
            return f"the guard of {other.root}, or what it runs (pid {self.pid})"
        # As one line: its user may call it, and its folder, whatever they like.
        folder, command = (" ".join(text.split()) for text in (self.folder, self.command[:200]))
        return f"pid {self.pid}, started {_ago(self.age)} ago in {folder}: {command}"


def owners(port: int) -> list[PortOwner]:
    """Return the processes that listen on `port`, as far as this user may see them."""
    import time

    import psutil

    found: list[PortOwner] = []
    for pid in pids_at(port):
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            with process.oneshot():
                found.append(
                    PortOwner(
                        pid=pid,
                        command=" ".join(process.cmdline()) or process.name(),
                        folder=process.cwd(),
                        age=time.time() - process.create_time(),
                        name=process.name(),
                    )
                )
    return found


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return counted(round(seconds), "second")
