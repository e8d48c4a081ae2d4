"""Write to a terminal, pipe or file that may stop taking bytes, and never be held for long."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import stat
import sys

PATIENCE_SECONDS = 1.0
_WOULD_BLOCK = (errno.EAGAIN, errno.EWOULDBLOCK)
_FULL = (errno.ENOSPC, errno.EDQUOT)


class TerminalWriter:
    """The descriptor that the merged log goes to, until nobody reads it any more.

    It waits while the reader makes progress. After `patience` seconds of none (Ctrl-S, a pager), or
    where a file's disk is full, it is `stalled` and takes nothing until `resume` succeeds; once the
    reader has left it is `gone`, and `is_unread` if it was the reader of a pipe (`| head`), who
    wants no more.
    """

    def __init__(self, descriptor: int, patience: float = PATIENCE_SECONDS) -> None:
        self.is_screen = os.isatty(descriptor)
        self.stalled = False
        self.gone = False
        self.is_unread = False
        self._patience = patience
        self._rest = memoryview(b"")
        own = _reopened(descriptor)
        # Another's descriptor may not be made non-blocking, for all who share it would notice.
        # Of such a one poll() promises room for PIPE_BUF bytes.
        self._most = sys.maxsize if own is not None else select.PIPE_BUF
        self._own = own
        self._descriptor = descriptor if own is None else own
        kind = os.fstat(descriptor).st_mode
        self._is_pipe = stat.S_ISFIFO(kind)
        self.is_file = stat.S_ISREG(kind)
        if self.is_file:
            self._most = sys.maxsize  # a file always takes everything

    def fileno(self) -> int:
        """Answer the descriptor to select on for writing while `stalled`."""
        return self._descriptor

    @property
    def columns(self) -> int:
        """The screen's width in characters; 0 where there is none."""
        with contextlib.suppress(OSError):
            return os.get_terminal_size(self._descriptor).columns
        return 0

    def write(self, data: bytes) -> None:
        """Write all of it, or remember the rest and be `stalled`; nothing when already so."""
        if not (self.stalled or self.gone):
            self._rest = memoryview(data)
            self.stalled = not self._write_rest(self._patience)

    def resume(self) -> None:
        """Write what was left when it stalled; then it is not `stalled` any more."""
        if self.stalled:
            self.stalled = not self._write_rest(0)

    def close(self) -> None:
        """Let go of what was opened here; the descriptor that was given stays open."""
        self.gone = True
        if self._own is not None:
            os.close(self._own)
            self._own = None

    def _write_rest(self, patience: float) -> bool:
        while self._rest:
            if self._most != sys.maxsize and not self._has_room(patience):
                return False
            try:
                written = os.write(self._descriptor, self._rest[: self._most])
            except OSError as error:
                if error.errno in _WOULD_BLOCK and self._has_room(patience):
                    continue
                if self.is_file and error.errno in _FULL:
                    return False
                self.gone = error.errno not in _WOULD_BLOCK
                self.is_unread = self._is_pipe and error.errno == errno.EPIPE
                return self.gone
            self._rest = self._rest[written:]
        return True

    def _has_room(self, patience: float) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        return bool(poll.poll(patience * 1000))


def _reopened(descriptor: int) -> int | None:
    """Open the same terminal or pipe again, non-blocking for us alone; None where impossible."""
    kind = os.fstat(descriptor).st_mode
    path = f"/proc/self/fd/{descriptor}"
    if not sys.platform.startswith("linux"):
        if not os.isatty(descriptor):
            return None
        path = os.ttyname(descriptor)
    elif not (stat.S_ISFIFO(kind) or stat.S_ISCHR(kind)):
        return None
    with contextlib.suppress(OSError):
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    return None
