"""What a fork does: it waits, leads a session, has the line run, and becomes what that comes to.

The shell runs the line of the Procfile as ever, in a child. When it comes to ``$NAME_PRELOAD``, the
recorder tells what would run now, with its circumstances and descriptors. The fork takes all of
that on and becomes it; or it runs it by `exec`, where anything speaks against that. So its pid is
the service's from the first moment, whatever comes of it.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]
import _socket
import fcntl
import os
import resource
import select
import sys
import termios
from collections.abc import Mapping
from io import TextIOWrapper
from typing import Any, NamedTuple, NoReturn

from . import circumstances, libraries, reasons, recorder, wire

SHELL = "/bin/sh"
POLL_SECONDS = 0.02  # between two looks whether the shell has ended
# Variables that differ from start to start and say nothing to a library.
PASSING = frozenset({b"COLUMNS", b"LINES", b"OLDPWD", b"SHLVL", b"_"})


class Request(NamedTuple):
    """A start, as the guard asks for it; descriptors are our own numbers of them."""

    line: str
    folder: str
    environment: Mapping[str, str]
    variable: str
    """The one that names the recorder."""
    words: str
    """What it says; the number of a descriptor is added."""
    numbers: list[int]
    """The numbers that the inherited descriptors are to have."""
    terminal: int
    story: int
    """A file to which is written what comes of it."""
    sockets: list[int]


def told(channel: _socket.socket) -> Request:
    """Tell the guard our pid, and wait for what to run; ends this process if there is nothing."""
    try:
        channel.send(str(os.getpid()).encode())
        received = wire.receive(channel)
    except OSError:
        received = None
    if received is None:  # the guard has gone, or has given us up
        os._exit(0)
    channel.close()
    message, (terminal, story, *sockets) = received
    return Request(**message, terminal=terminal, story=story, sockets=sockets)


def become(
    request: Request, loaded: libraries.Libraries, environment: Mapping[bytes, bytes]
) -> tuple[str, list[str], int]:
    """Become what the line runs: returns its name, arguments and story, for the caller to run.

    `environment` is the one that the libraries were loaded in.
    """
    os.setsid()
    fcntl.ioctl(request.terminal, termios.TIOCSCTTY, 0)
    standard = dict.fromkeys(range(3), request.terminal)
    given = dict(zip(request.numbers, request.sockets, strict=True))
    story = circumstances.take_over({**standard, **given}, keep=request.story)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until there is a program that could catch it
    record, descriptors = _recorded(*_run_line(request), story)
    against = _against(record, loaded, environment)
    _tell(story, record, against)
    numbers: list[int] = record["numbers"]
    story = circumstances.take_over(dict(zip(numbers, descriptors, strict=True)), keep=story)
    circumstances.put_in_force(record)
    if against is not None:
        recorder.run(record["argv"], record["python"], record["environment"], story)
    if signal.SIGINT not in record["ignored"]:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    _take_environment(record["environment"], environment)
    _renew_streams()
    libraries.refresh()
    _, argv0, arguments = record["python"]
    sys.orig_argv[0] = os.fsdecode(argv0)
    name = os.fsdecode(os.path.basename(record["argv"][0]))
    return name, [os.fsdecode(word) for word in arguments], story


def _run_line(request: Request) -> tuple[int, _socket.socket]:
    """Start the shell with the line; returns its pid, and where the recorder will speak to us."""
    ours, theirs = _socket.socketpair()
    fd = circumstances.above_all(theirs.detach())
    os.set_inheritable(fd, True)
    os.chdir(request.folder)
    shell = os.posix_spawn(
        SHELL,
        ["sh", "-c", request.line],
        {**request.environment, request.variable: f"{request.words} {fd}"},
        setsigdef=circumstances.IGNORED_BY_PYTHON,
    )
    os.close(fd)
    return shell, ours


def _recorded(shell: int, ours: _socket.socket, story: int) -> tuple[dict[str, Any], list[int]]:
    """Return what is recorded, once the recorder has left.

    Ends as the shell does where nothing is, and where the recorder has to run it itself.
    """
    while not select.select([ours], [], [], POLL_SECONDS)[0]:
        ended, status = os.waitpid(shell, os.WNOHANG)
        if ended and not select.select([ours], [], [], 0)[0]:
            _end_as(status)
    received = wire.receive(ours)
    if received is None:
        _end_as(os.waitpid(shell, 0)[1])
    record, descriptors = received
    not_ours = _not_ours(record, shell)
    if not_ours is not None:
        _tell(story, record, not_ours)
        for fd in descriptors:
            os.close(fd)
        ours.send(recorder.LEFT)
        _end_as(os.waitpid(shell, 0)[1])
    ours.send(recorder.TAKEN)
    os.waitpid(shell, 0)
    ours.close()
    return record, descriptors


def _not_ours(record: Mapping[str, Any], shell: int) -> tuple[str, str] | None:
    """Return why we cannot run what was recorded in any way, None if we can."""
    if record["pid"] != shell:
        return reasons.NOT_BY_EXEC
    return None if record["fixed"] == circumstances.fixed() else reasons.NOT_OURS


def _against(
    record: Mapping[str, Any], loaded: libraries.Libraries, before: Mapping[bytes, bytes]
) -> tuple[str, str] | None:
    """Return what speaks against running it with these libraries, None if nothing does."""
    if record["python"] is None:
        return reasons.NOT_PYTHON
    interpreter, _, arguments = record["python"]
    if os.path.realpath(interpreter) != os.path.realpath(os.fsencode(sys.executable)):
        return reasons.OTHER_PYTHON
    if differing := _differing(record["environment"], before) - PASSING:
        return reasons.other_environment(min(differing))
    if (path := loaded.changed()) is not None:
        return reasons.changed(path)
    places = [os.fsdecode(record["folder"]), *sys.path]
    if arguments[0] != b"-m":
        places.append(os.path.dirname(os.path.realpath(os.fsdecode(arguments[0]))))
    path = loaded.shadowed(places)
    return None if path is None else reasons.shadowed(path)


def _differing(one: Mapping[bytes, bytes], other: Mapping[bytes, bytes]) -> set[bytes]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def _take_environment(wanted: Mapping[bytes, bytes], before: Mapping[bytes, bytes]) -> None:
    """Take on what differs; what a library has set when it was imported stays."""
    for name in _differing(wanted, before):
        if name in wanted:
            os.environb[name] = wanted[name]
        else:
            os.environb.pop(name, None)


def _renew_streams() -> None:
    """Have the standard streams flush as those of a fresh start on these descriptors would.

    They stay the same objects: a library may have taken one when it was imported.
    """
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    for stream, always in ((sys.stdin, False), (sys.stdout, False), (sys.stderr, True)):
        if isinstance(stream, TextIOWrapper):
            lines = not unbuffered and (always or os.isatty(stream.fileno()))
            stream.reconfigure(line_buffering=lines)


def _tell(story: int, record: Mapping[str, Any], against: tuple[str, str] | None) -> None:
    os.write(story, wire.line({"record": record, "forked": against is None, "why": against}))


def _end_as(status: int) -> NoReturn:
    """End as a child of ours did."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # one core dump is enough
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
