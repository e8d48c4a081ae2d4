"""The interpreter that tests' backends are forked from: it has loaded what a backend loads.

    its socket   {"start": ...}, with a log and a listening socket beside it  ->  {"pid": ...}
                 {"reap": PID}  ->  {"status": ...}, None while it lives
                 its end is the end

A backend loads for most of two seconds of a processor, and so does what its downloads are forked
from: half the time of a test that needs a backend of its own. A fork has loaded all but `main`, and
runs what `python -m uvicorn main:app` runs, in a session and an environment of its own.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from scripts.guard.preload.guard_agent import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BACKEND = Path(__file__).resolve().parents[2] / "webapp/backend"
PACKAGES = ("app", "domain", "engine", "events", "files", "net", "store", "web", "work")
SERVER = (
    *("uvicorn.main", "uvicorn.server", "uvicorn.loops.auto", "uvicorn.lifespan.on"),
    *("uvicorn.protocols.http.auto", "uvicorn.protocols.websockets.auto"),
)
"""What uvicorn loads by names in its settings."""
OF_RUNNERS = ("yt_dlp", "yt_dlp_plugins", "runner", "curl_cffi")
"""What a backend itself never loads."""
OURS = ("tests", "scripts")
RUNNERS_FORKSERVER = ["-m", "runner.forkserver"]
INPUT = 6
"""Where `_posixsubprocess.fork_exec` takes what is to be standard input."""


class Start(NamedTuple):
    """A backend that is asked for."""

    environment: dict[str, str]
    umask: int
    options: list[str]
    """Of uvicorn."""
    log: int
    listening: int


def main() -> None:
    """Load, answer until the tests have ended, and be what is asked for in a fork."""
    control = socket.socket(fileno=int(sys.argv[1]))
    sys.path[0] = str(BACKEND)
    proxies = {name: vars(urllib.request)[name] for name in ("getproxies", "proxy_bypass")}
    _load()
    gc.collect()
    gc.freeze()  # else a collection in a fork would copy the memory that all share
    start = _serve(control)
    _take_on(start)
    _Spare(start.listening).stand_by()
    vars(urllib.request).update(proxies)
    _forget(OF_RUNNERS)
    _forget(OURS)
    sys.argv = ["-m", "main:app", "--fd", str(start.listening), *start.options]
    runpy.run_module("uvicorn", run_name="__main__", alter_sys=True)


def _load() -> None:
    """Everything but `main`, which reads the settings as it is loaded, and what is for buckets."""
    importlib.import_module("web.startup_imports")
    for name in (*SERVER, *_modules()):
        importlib.import_module(name)
    from runner import forkserver

    sys.argv = [str(forkserver.__file__)]  # no further certificates
    gc.enable()
    forkserver._warm_up()  # noqa: SLF001 - what it does before it is asked
    gc.disable()  # as `startup_imports` has left it, for `main` to go on
    if threading.active_count() > 1:
        raise RuntimeError("what was loaded has begun a thread, which no fork would have")


def _modules() -> Iterator[str]:
    yield "settings"
    for package in PACKAGES:
        for found in pkgutil.iter_modules([str(BACKEND / package)], f"{package}."):
            if not found.ispkg and "bucket" not in found.name:
                yield found.name


def _serve(control: socket.socket) -> Start:
    """Do as the tests say; returns in a fork, what it is to be."""
    while (received := wire.receive(control)) is not None:
        message, descriptors = received
        match message:
            case {"start": asked}:
                pid = os.fork()
                if pid == 0:
                    control.close()
                    return Start(**asked, log=descriptors[0], listening=descriptors[1])
                for fd in descriptors:
                    os.close(fd)
                wire.send(control, {"pid": pid})
            case {"reap": pid}:
                ended, status = os.waitpid(pid, os.WNOHANG)
                wire.send(control, {"status": status if ended else None})
    os._exit(0)


def _take_on(start: Start) -> None:
    """Be as if it had been started with all of this."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, fd in enumerate((nothing, start.log, start.log)):
        os.dup2(fd, number)
    os.close(nothing)
    os.close(start.log)
    os.set_inheritable(start.listening, True)
    os.chdir(BACKEND)
    os.umask(start.umask)
    os.environ.clear()
    os.environ.update(start.environment)


def _forget(packages: tuple[str, ...]) -> None:
    """Have these not be loaded; what they have allocated stays, so that no page is copied."""
    modules = cast("dict[str, Any]", sys.modules)
    names = [name for name in modules if name.partition(".")[0] in packages]
    _forgotten.extend(modules.pop(name) for name in names)


_forgotten: list[object] = []


class _Spare:
    """The runners' forkserver of a fork: a child which has loaded yt-dlp, and waits."""

    def __init__(self, listening: int) -> None:
        self._control, theirs = socket.socketpair()
        others = (self._control.fileno(), listening)
        self._pid = os.fork()
        if self._pid == 0:
            self._become(theirs, others)
        theirs.close()
        self._begin_usual: Any = vars(subprocess)["_fork_exec"]

    def stand_by(self) -> None:
        """Take its place when the backend begins it for the first time; later, none is ready."""
        vars(subprocess)["_fork_exec"] = self._begin

    def _begin(self, *arguments: Any) -> int:  # noqa: ANN401 - of many types, in an order of Python's
        command: list[str] = arguments[0]
        if command[1:] != RUNNERS_FORKSERVER:
            return int(self._begin_usual(*arguments))
        vars(subprocess)["_fork_exec"] = self._begin_usual
        with self._control:
            wire.send(self._control, "begin", (arguments[INPUT],))
        return self._pid

    def _become(self, control: socket.socket, others: Iterable[int]) -> None:
        """Wait for the end of the backend, or to be begun; does not return."""
        os.setsid()
        for fd in others:
            os.close(fd)
        received = wire.receive(control)
        if received is None:
            os._exit(0)
        control.close()
        os.dup2(received[1][0], 0)
        os.close(received[1][0])
        modules = cast("dict[str, Any]", sys.modules)
        modules.pop("pydantic.v1", None)
        gc.enable()
        from runner import forkserver

        vars(forkserver)["_warm_up"] = int  # it is warm
        sys.argv = [str(forkserver.__file__)]
        forkserver.main()
        os._exit(0)


if __name__ == "__main__":
    main()
