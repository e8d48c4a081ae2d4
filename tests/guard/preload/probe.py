"""Prints what a program can see of how it was started, as JSON, and then what chance gives it."""

NAMES = dict(globals())

import asyncio  # noqa: E402 - the names above are those of a program that has done nothing yet
import gc  # noqa: E402
import json  # noqa: E402
import locale  # noqa: E402
import logging  # noqa: E402
import multiprocessing  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import resource  # noqa: E402
import signal  # noqa: E402
import ssl  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import uuid  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Iterator  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any, TextIO  # noqa: E402

LINUX = sys.platform == "linux"
OURS = 100  # the number from which on our own descriptors are
LIST = "import os; print(*sorted(fd for fd in map(int, os.listdir('/dev/fd')) if fd < 100))"


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def descriptors() -> Iterator[int]:
    for name in sorted(os.listdir("/dev/fd")):  # noqa: PTH208
        try:
            os.fstat(int(name))
        except OSError:
            continue
        if int(name) < OURS:
            yield int(name)


def of_child(*command: str) -> str:
    done = subprocess.run(command, check=True, capture_output=True, close_fds=False)
    return done.stdout.decode(errors="surrogateescape")


def stack() -> Iterator[str]:
    frame = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        if "guard_agent" not in frame.f_code.co_filename:
            yield frame.f_code.co_filename
        frame = frame.f_back  # type: ignore[assignment]


def stream(each: TextIO) -> list[Any]:
    names = ("name", "mode", "encoding", "errors", "newlines", "line_buffering", "write_through")
    told = [getattr(each, name) for name in names]
    return [*told, each.isatty(), each.fileno(), each.seekable(), type(each.buffer).__name__]


def proc(name: str) -> str:
    return Path(f"/proc/self/{name}").read_text().rstrip("\0") if LINUX else ""


def age_of_logging() -> bool:
    started: float = logging._startTime  # type: ignore[attr-defined]  # noqa: SLF001
    seconds = started / 1e9 if isinstance(started, int) else started
    return 0 <= time.time() - seconds < 30


loader = NAMES["__loader__"]
main = threading.main_thread()
standard = (sys.stdin, sys.stdout, sys.stderr)
limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
facts = {
    "argv": sys.argv,
    "original argv": sys.orig_argv,
    "executable": sys.executable,
    "flags": repr(sys.flags),
    "options": [sys._xoptions, sys.warnoptions],  # noqa: SLF001
    "path": sys.path,
    "finders": [
        f"{type(each).__name__} {getattr(each, '__name__', '')}"
        for each in sys.meta_path
        if type(each).__name__ != "Learner"
    ],
    "hooks": [
        sys.excepthook is sys.__excepthook__,
        sys.displayhook is sys.__displayhook__,
        sys.unraisablehook is sys.__unraisablehook__,
    ],
    "names of __main__": sorted(NAMES),
    "__main__": [repr(NAMES[name]) for name in sorted(NAMES) if name != "__builtins__"],
    "loader": [type(loader).__name__, getattr(loader, "name", ""), getattr(loader, "path", "")],
    "folder": os.getcwd(),  # noqa: PTH109
    "environment": {name: value for name, value in os.environ.items() if name != "_"},
    "environment of a child": sorted(of_child("env").splitlines()),
    "umask": umask(),
    "limits": [resource.getrlimit(getattr(resource, name)) for name in limits],
    "nice": os.getpriority(os.PRIO_PROCESS, 0),
    "signal handlers": [repr(signal.getsignal(number)) for number in signal.valid_signals()],
    "signal mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    "wake-up descriptor": signal.set_wakeup_fd(-1),
    "warnings": [repr(each) for each in warnings.filters],
    "locale": [locale.setlocale(each) for each in (locale.LC_CTYPE, locale.LC_NUMERIC)],
    "encodings": [sys.getfilesystemencoding(), locale.getpreferredencoding()],
    "time zone": [time.tzname, time.timezone],
    "streams": [stream(each) for each in standard],
    "original streams": [sys.__stdin__, sys.__stdout__, sys.__stderr__] == [*standard],
    "descriptors": [*descriptors()],
    "descriptors of a child": of_child(sys.executable, "-c", LIST),
    "threads": [threading.active_count(), main.name, main.native_id == os.getpid()],
    "is main thread": threading.current_thread() is main,
    "leads": [os.getsid(0), os.getpgid(0), os.tcgetpgrp(0)] == [os.getpid()] * 3,
    "terminal": os.isatty(os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)),
    "users": [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), os.getgroups()],
    "asyncio": type(asyncio.new_event_loop()).__name__,
    "ssl": [str(ssl.get_default_verify_paths()), ssl.create_default_context().verify_mode.name],
    "interpreter": [sys.getrecursionlimit(), sys.getswitchinterval(), sys.gettrace()],
    "collector": [gc.isenabled(), gc.get_threshold(), gc.get_debug()],
    "logging": [logging.root.level, logging.root.handlers, age_of_logging()],
    "multiprocessing": [multiprocessing.current_process().name, multiprocessing.parent_process()],
    "command line": proc("cmdline"),
    "short name": proc("comm"),
    "our own modules": [name for name in sys.modules if "guard" in name],
    "processor time": time.process_time() < 30,
    "stack": [*stack()],
}
print(json.dumps(facts, default=repr))
print(random.random(), uuid.uuid4(), os.urandom(8).hex(), ssl.RAND_bytes(8).hex(), hash("x"))  # noqa: S311
