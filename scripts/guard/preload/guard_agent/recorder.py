"""What ``$NAME_PRELOAD`` runs: it takes note of a command and of its circumstances.

``record-learn`` writes them to a file, and runs the command with our own start if it is Python,
which tells in that file what it imports. ``record-fork`` sends them to a process that was forked
from a preloaded interpreter, which goes on from here. Whatever goes wrong, the command is run as if
none of this were.
"""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]
import _socket
import os

from . import circumstances, program, wire

TAKEN, LEFT = b"t", b"l"  # whether somebody else goes on from here
START = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start.py")
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126  # as shells say it


def record(how: str, fd: int, words: list[str]) -> None:
    """Record a command, and run it where nobody else does; does not return."""
    argv = [os.fsencode(word) for word in words]
    os.set_inheritable(fd, False)
    state = circumstances.note()
    environment: dict[bytes, bytes] = state["environment"]
    _hide_us(environment)
    try:
        python = program.resolve(argv, environment.get(b"PATH", os.defpath.encode()))
        message = {"argv": argv, "python": python, "pid": os.getpid(), **state}
        if how == "record-learn":
            os.write(fd, wire.line({"record": message}))
        elif _is_taken(fd, message):
            os._exit(0)
        else:
            python = None
    except OSError:  # nobody is there to be told any more
        python = None
    run(argv, python, environment, fd)


def run(
    argv: list[bytes],
    python: program.Python | None,
    environment: dict[bytes, bytes],
    story: int,
) -> None:
    """Run a command by `exec`, with our own start if it is `python`; ends this process."""
    for number in circumstances.IGNORED_BY_PYTHON:
        signal.signal(number, signal.SIG_DFL)
    if python is not None:
        interpreter, argv0, arguments = python
        ours = [os.fsencode(START), b"learn", str(story).encode(), os.path.basename(argv[0])]
        os.set_inheritable(story, True)
        try:
            os.execve(interpreter, [argv0, *ours, *arguments], environment)
        except OSError:  # it is run next, and says so itself
            os.set_inheritable(story, False)
    try:
        os.execvpe(argv[0], argv, environment)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        why = "not found" if missing else error.strerror
        os.write(2, os.fsencode(f"{os.fsdecode(argv[0])}: {why}\n"))
        os._exit(_NOT_FOUND if missing else _NOT_EXECUTABLE)


def _is_taken(fd: int, message: dict[str, object]) -> bool:
    channel = _socket.socket(fileno=fd)
    numbers = circumstances.inherited(without=fd)
    wire.send(channel, {**message, "numbers": numbers}, tuple(numbers))
    return channel.recv(1) == TAKEN


def _hide_us(environment: dict[bytes, bytes]) -> None:
    """Have the variable that named us be empty, as it is without the guard."""
    for name, value in environment.items():
        if name.endswith(b"_PRELOAD") and os.fsencode(START) in value:
            environment[name] = b""
