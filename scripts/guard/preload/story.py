"""What a start tells: what the line ran, how it was started, and what it imports.

It is a file without a name, written by the one process and what that becomes, and read whenever
somebody wants to know. So nobody waits for anybody, and nothing is lost.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from .aside import nameless_file
from .guard_agent.circumstances import FIRST_ABOVE

LIMIT = 16 << 20  # bytes that are read of it


class Told(NamedTuple):
    """What has been told until now."""

    record: Mapping[str, Any] | None = None
    """What the line ran, and in what circumstances: see `guard_agent.recorder`."""
    forked: bool = False
    why: tuple[str, str] | None = None
    """Why it was not forked, although that was tried: see `guard_agent.reasons`."""
    modules: Mapping[str, str | None] = {}
    """Where each module that it imported came from, in order."""


class Story:
    """One start's file."""

    def __init__(self) -> None:
        low = nameless_file()
        try:  # above the numbers to which a line may redirect something
            self._fd = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, FIRST_ABOVE)
        finally:
            os.close(low)

    def fileno(self) -> int:
        """Return its descriptor, to be inherited."""
        return self._fd

    def read(self) -> Told:
        """Return what has been told until now."""
        import ast

        told, modules = Told(), dict[str, str | None]()
        for line in os.pread(self._fd, LIMIT, 0).splitlines(keepends=True):
            try:
                message = ast.literal_eval(line.decode("ascii")) if line.endswith(b"\n") else {}
            except (ValueError, SyntaxError):  # a full disk
                continue
            if "module" in message:
                name, origin = message["module"]
                modules.setdefault(name, origin)
            if "record" in message:
                told = Told(message["record"], message.get("forked", False), message.get("why"))
        return told._replace(modules=modules)

    def close(self) -> None:
        """Have it end: whoever writes it learns that nobody reads it any more."""
        if self._fd >= 0:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = -1
