"""Which processes listen on which ports of this machine."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_PROC = Path("/proc")
_LISTENING = "0A"  # TCP_LISTEN of net/tcp_states.h
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
    ports = dict(_sockets())
    for pid in pids:
        with contextlib.suppress(OSError):
            for descriptor in (_PROC / str(pid) / "fd").iterdir():
                with contextlib.suppress(OSError):
                    target = str(descriptor.readlink())
                    if target in ports:
                        yield pid, ports[target]


def _sockets() -> Iterator[tuple[str, int]]:
    """Return what a descriptor of a listening socket links to, and its port; see proc_net_tcp."""
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (_PROC / "net" / table).read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING:
                    yield f"socket:[{fields[9]}]", int(fields[1].rpartition(":")[2], 16)


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
