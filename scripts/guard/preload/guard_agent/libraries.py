"""Imports a program's libraries, and nothing else; says what speaks against forking from here."""

from __future__ import annotations

import _thread
import importlib
import os
import stat
import sys
from collections.abc import Iterable
from importlib.machinery import BuiltinImporter, FrozenImporter, PathFinder

_OWN = os.path.dirname(os.path.abspath(__file__))
_FINDERS = (BuiltinImporter, FrozenImporter, PathFinder)
_NOT_IN_A_FILE = frozenset({"built-in", "frozen"})
Version = tuple[int, int, int]


class Unfit(Exception):  # noqa: N818 - it is no error: a fact about some libraries
    """What speaks against forking from here."""


def folders() -> tuple[str, ...]:
    """Return where the standard library and installed packages are, by their real paths."""
    import site
    import sysconfig

    names = ("stdlib", "platstdlib", "purelib", "platlib")
    found = [sysconfig.get_path(name) for name in names] + site.getsitepackages()
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    # An interpreter's library that was found through a link of its own, as in some venvs.
    found.append(os.path.dirname(os.__file__))
    return tuple(sorted({os.path.realpath(path) for path in found}))


class Libraries:
    """The modules of the standard library and of installed packages, by name."""

    def __init__(self) -> None:
        self._folders = folders()
        self._before = _open_descriptors()
        self._versions: dict[str, Version] = {}

    def load(self, modules: Iterable[tuple[str, str | None]]) -> None:
        """Import these, each with where the program got it from; raises `Unfit`.

        What comes from elsewhere is left out, and cannot be found meanwhile: not by a library
        either that looks for a module of that name.
        """
        wanted = dict(modules)
        path, finders = list(sys.path), list(sys.meta_path)
        sys.path[:] = [place for place in path if self._is_library(place)]
        sys.meta_path[:] = [finder for finder in finders if finder in _FINDERS]
        first = finders.index(sys.meta_path[0])
        try:
            for name, origin in wanted.items():
                self._load_one(name, origin)
        finally:
            later = [finder for finder in finders[first:] if finder not in _FINDERS]
            sys.path[:] = path
            sys.meta_path[:] = [*finders[:first], *sys.meta_path, *later]
        self._check(wanted)

    def changed(self) -> str | None:
        """Return a file that is not what it was when it was imported, None if there is none."""
        for path, version in self._versions.items():
            if _version(path) != version:
                return path
        return None

    def shadowed(self, places: Iterable[str]) -> str | None:
        """Return a file of the project that a fresh program might import in place of a library."""
        names = {name.partition(".")[0] for name in sys.modules} - {"__main__", __package__}
        for place in dict.fromkeys(places):
            if self._is_library(place):
                continue
            try:
                with os.scandir(place or ".") as entries:
                    for entry in entries:
                        if entry.name.partition(".")[0] in names and _is_module(entry):
                            return os.path.join(place, entry.name)
            except OSError:
                continue
        return None

    def _load_one(self, name: str, origin: str | None) -> None:
        if name in sys.modules or not self._is_of_library(origin):
            return
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001 - the program will meet it as well, or take another way
            return
        finally:
            self._check_at_rest(name)

    def _check(self, wanted: dict[str, str | None]) -> None:
        for name, module in list(sys.modules.items()):
            origin = _origin(module)
            if name in wanted and not self._is_of_library(wanted[name]):
                raise Unfit(f"{name} is {wanted[name]} for the program, and a library has another")
            if name == "__main__" or origin is None or origin in _NOT_IN_A_FILE:
                continue
            if origin.startswith(_OWN + os.sep):
                continue
            if not (self._is_library(origin) or self._is_systems_own(name, origin)):
                raise Unfit(f"{name} came along from {origin}, which is not a library's")
            self._versions[origin] = _version(origin)
        own = os.path.realpath(sys.executable)
        marks = (own, os.path.join(sys.prefix, "pyvenv.cfg"), *self._folders)
        self._versions |= {path: _version(path) for path in marks}

    def _check_at_rest(self, name: str) -> None:
        """See that nothing runs besides us: a fork would be without it, or share it."""
        if _threads() > 1:
            raise Unfit(f"importing {name} starts a thread")
        opened = next(
            (fd for fd in _open_descriptors() - self._before if not _is_harmless(fd)), None
        )
        if opened is not None:
            raise Unfit(f"importing {name} opens a socket or a pipe")
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        raise Unfit(f"importing {name} starts a process")

    def _is_of_library(self, origin: str | None) -> bool:
        """Whether a module may be loaded ahead, by where it is from; None is several folders."""
        return origin is None or origin in _NOT_IN_A_FILE or self._is_library(origin)

    def _is_systems_own(self, name: str, origin: str) -> bool:
        """Whether it is what `site` imports at every start, linked into a library's folder.

        Debian and Ubuntu have `sitecustomize` there as a link into /etc.
        """
        return name == "sitecustomize" and self._is_library(os.path.dirname(origin))

    def _is_library(self, path: str | None) -> bool:
        if not path:
            return False
        real = os.path.realpath(path)
        return any(real == folder or real.startswith(folder + os.sep) for folder in self._folders)


def _origin(module: object) -> str | None:
    return getattr(getattr(module, "__spec__", None), "origin", None)


def _is_module(entry: os.DirEntry[str]) -> bool:
    """Whether a folder's entry would be imported; a folder without `__init__` is no rival."""
    if entry.is_dir():
        return any(name.startswith("__init__.") for name in os.listdir(entry.path))
    return entry.name.endswith(tuple(importlib.machinery.all_suffixes()))


def _version(path: str) -> Version:
    try:
        found = os.stat(path)
    except OSError:
        return (0, 0, 0)
    # Not when its inode was changed last: another link to it, for another project, does that.
    return found.st_ino, found.st_size, found.st_mtime_ns


def _threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:  # not Linux: those that Python knows of
        return 1 + _thread._count()  # noqa: SLF001


def _open_descriptors() -> set[int]:
    return {fd for fd in map(int, os.listdir("/dev/fd")) if _is_open(fd)}


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


def _is_harmless(fd: int) -> bool:
    mode = os.fstat(fd).st_mode
    return stat.S_ISREG(mode) or stat.S_ISCHR(mode) or stat.S_ISDIR(mode)


def refresh() -> None:
    """After a fork: renew what libraries have taken from the moment when they were imported."""
    import time

    time.tzset()
    importlib.invalidate_caches()
    logging = sys.modules.get("logging")
    if (started := getattr(logging, "_startTime", None)) is not None:
        now = time.time_ns() if isinstance(started, int) else time.time()  # ns since Python 3.13
        # No public name: what %(relativeCreated)d counts from.
        setattr(logging, "_startTime", now)  # noqa: B010
    threading = sys.modules.get("threading")
    if threading is not None and (renumber := getattr(threading, "_MainThread", None)) is not None:
        # It is the parent's after a fork, and nothing public renews it.
        renumber._set_native_id(threading.main_thread())  # noqa: SLF001
    if (numpy := sys.modules.get("numpy.random")) is not None:
        numpy.seed()
