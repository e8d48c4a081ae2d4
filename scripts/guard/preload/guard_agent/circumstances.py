"""What a process inherits besides its arguments: taken note of in one, put in force in another."""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]
import fcntl
import os
import resource

TYPE_CHECKING = False  # `typing` itself takes longer to load than all that is done here
if TYPE_CHECKING:
    from typing import Any

FIRST_ABOVE = 100  # the descriptors from here on are in no program's way
# Python itself ignores these, and has what it runs begin without that.
IGNORED_BY_PYTHON = (int(signal.SIGPIPE), int(signal.SIGXFSZ))
_LIMITS = tuple(name for name in dir(resource) if name.startswith("RLIMIT_"))
_SPACES = "/proc/self/ns"


def note() -> dict[str, Any]:
    """Return the circumstances of this process, without its descriptors."""
    mask = os.umask(0o077)
    os.umask(mask)
    return {
        "environment": environment(),
        "folder": os.getcwdb(),
        "umask": mask,
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "limits": {name: resource.getrlimit(getattr(resource, name)) for name in _LIMITS},
        "ignored": sorted(
            int(number)
            for number in signal.valid_signals()
            if number not in IGNORED_BY_PYTHON and signal.getsignal(number) == signal.SIG_IGN
        ),
        "blocked": sorted(int(each) for each in signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "fixed": fixed(),
    }


def environment() -> dict[bytes, bytes]:
    """Return the environment as it was given: an interpreter may have added a locale to it."""
    try:
        with open("/proc/self/environ", "rb") as stream:
            entries = stream.read().split(b"\0")
    except OSError:
        return dict(os.environb)
    pairs = [entry.partition(b"=") for entry in entries if entry]
    return {name: value for name, _, value in pairs}


def fixed() -> list[object]:
    """Return what a process cannot take on from another: users, root, namespaces, session."""
    try:
        spaces = [os.readlink(f"{_SPACES}/{name}") for name in sorted(os.listdir(_SPACES))]
    except OSError:  # not Linux
        spaces = []
    users = [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), *sorted(os.getgroups())]
    root = os.stat("/")
    return [users, root.st_dev, root.st_ino, spaces, os.getsid(0)]


def put_in_force(state: dict[str, Any]) -> None:
    """Take on what `note` returned, but for the environment; raises `OSError` or `ValueError`."""
    os.chdir(state["folder"])
    os.umask(state["umask"])
    for name, limits in state["limits"].items():
        if resource.getrlimit(getattr(resource, name)) != limits:
            resource.setrlimit(getattr(resource, name), limits)
    if os.getpriority(os.PRIO_PROCESS, 0) != state["nice"]:
        os.setpriority(os.PRIO_PROCESS, 0, state["nice"])
    for number in state["ignored"]:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, state["blocked"])


def inherited(without: int) -> list[int]:
    """Return the open descriptors that what is run by `exec` would have, except one."""
    found = []
    for name in os.listdir("/dev/fd"):
        fd = int(name)
        try:
            if fd != without and os.get_inheritable(fd):
                found.append(fd)
        except OSError:  # the one that listed them
            continue
    return sorted(found)


def take_over(received: dict[int, int], keep: int) -> int:
    """Give descriptors the numbers they are to have, close all others, return that of `keep`.

    `received` maps number to descriptor. `keep` is moved out of the way, and not inherited.
    """
    above = max([FIRST_ABOVE - 1, keep, *received, *received.values()]) + 1
    moved = {number: _copy(fd, above) for number, fd in received.items()}
    kept = _copy(keep, above)
    for name in os.listdir("/dev/fd"):
        if int(name) not in {*moved.values(), kept}:
            _close(int(name))
    for number, fd in moved.items():
        os.dup2(fd, number, inheritable=True)
        _close(fd)
    return above_all(kept)


def above_all(fd: int) -> int:
    """Move a descriptor out of the way of the numbers that programs get; it is not inherited."""
    moved = _copy(fd, FIRST_ABOVE)
    _close(fd)
    return moved


def _copy(fd: int, above: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, above)


def _close(fd: int) -> None:
    try:
        os.close(fd)
    except OSError:
        return
