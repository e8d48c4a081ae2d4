"""Tells which modules a program imports, and from where, for the next forkserver."""

from __future__ import annotations

import os
import sys

from . import circumstances, wire

TYPE_CHECKING = False  # what they name need not be loaded
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

IMPORTING = "_find_and_load_unlocked"  # of importlib._bootstrap, in every CPython there is
MOST = 20_000  # modules that are told of by one process


class Learner:
    """The first of ``sys.meta_path``: it finds what those after it find, and writes that down."""

    def __init__(self, fd: int) -> None:
        """`fd` is a file's, opened for appending; the guard empties it to end the lesson."""
        self._fd = fd
        self._pid = os.getpid()
        self._told = 0

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module as if we were not there, and tell where it is if it is being imported.

        Whoever only asks for it (`importlib.util.find_spec`, as for an optional package, or `runpy`
        for the program itself) does not import it, and nobody is to load it ahead.
        """
        asking = sys._getframe(2).f_code.co_name  # noqa: SLF001 - nothing else tells the two apart
        for finder in tuple(sys.meta_path):
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    if asking == IMPORTING:
                        self._tell(name, spec.origin)
                    return spec
        return None

    def _tell(self, name: str, origin: str | None) -> None:
        if self._pid != os.getpid():  # a child of the program: not what the guard started
            self._leave()
            return
        try:
            if self._told >= MOST or (self._told and os.fstat(self._fd).st_size == 0):
                self._leave()
                return
            os.write(self._fd, wire.line({"module": (name, origin)}))
        except OSError:  # a full disk
            self._leave()
        self._told += 1

    def _leave(self) -> None:
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
        if self._fd >= 0 and self._pid == os.getpid():
            os.close(self._fd)
            self._fd = -1


def learn(fd: int) -> None:
    """Begin to tell of what is imported, on a number that is in no program's way."""
    sys.meta_path.insert(0, Learner(circumstances.above_all(fd)))
