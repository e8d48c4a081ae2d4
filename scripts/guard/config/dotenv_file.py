"""`.env` -> variables, as python-dotenv reads it."""

from __future__ import annotations

import os
import select
import stat
import time
from io import StringIO
from pathlib import Path

PIPE_SECONDS = 5.0
"""For which a named pipe is waited for: secret stores and direnv write to one once it is read."""
MAX_BYTES = 1024 * 1024
"""Of one file; a larger one holds no settings."""


def read(path: Path, problems: list[str], *, pipe_seconds: float = PIPE_SECONDS) -> dict[str, str]:
    """Return what a file sets, {} if there is none; lines that cannot be read go to `problems`.

    A named pipe is read once; with `pipe_seconds` 0 it is left alone, and sets nothing.
    """
    try:
        content = text(path, pipe_seconds)
    except FileNotFoundError:
        return {}
    except TimeoutError as error:
        problems.append(f"{path}: {error}; start or unlock the program that fills it")
        return {}
    except (OSError, UnicodeDecodeError, ValueError) as error:
        problems.append(f"{path}: cannot be read ({error})")
        return {}
    if "\0" in content:  # no variable can hold one
        line = content[: content.index("\0")].count("\n") + 1
        problems.append(f"{path.name}:{line}: holds a NUL character; save the file as UTF-8 text")
        return {}
    from dotenv.main import resolve_variables
    from dotenv.parser import parse_stream

    bindings = list(parse_stream(StringIO(content)))
    problems += [
        f"{path.name}:{binding.original.line}: cannot be read: "
        f"{binding.original.string.strip()!r} (quote the value)"
        for binding in bindings
        if binding.error
    ]
    pairs = [(binding.key, binding.value) for binding in bindings if binding.key is not None]
    resolved = resolve_variables(pairs, override=False)
    return {key: value for key, value in resolved.items() if value is not None}


def is_pipe(path: Path) -> bool:
    """Whether there is a named pipe at that path: what reads it once has taken it from others."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except OSError:
        return False


def text(path: Path, pipe_seconds: float = PIPE_SECONDS) -> str:
    """Return what stands in a file of settings, whatever it is; no file is waited for for ever.

    With `pipe_seconds` 0 nothing stands in a named pipe. Raises `OSError`, `TimeoutError` for a
    pipe that is silent, `ValueError` for what is no text or far too long.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        kind = os.fstat(descriptor).st_mode
        if stat.S_ISFIFO(kind):
            data = _from_pipe(descriptor, pipe_seconds) if pipe_seconds else b""
        else:
            data = os.read(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise ValueError(f"it is larger than {MAX_BYTES // 1024} kB")
    return StringIO(data.decode("utf-8-sig"), newline=None).getvalue()


def _from_pipe(descriptor: int, seconds: float) -> bytes:
    """Read what one writer says, to its end; raises `TimeoutError` if it takes longer."""
    content, end = b"", time.monotonic() + seconds
    poll = select.poll()  # `select` knows no descriptor above 1023, and the guard may have more
    poll.register(descriptor, select.POLLIN)
    while len(content) <= MAX_BYTES and (left := end - time.monotonic()) > 0:
        # Without a writer the pipe counts as ended, and is not waited for: look again soon.
        if not poll.poll(left * 1000):
            continue
        try:
            chunk = os.read(descriptor, MAX_BYTES)
        except BlockingIOError:
            continue
        if not chunk and content:
            return content
        content += chunk
        if not chunk:
            time.sleep(min(0.02, left))
    if len(content) > MAX_BYTES:
        return content
    raise TimeoutError(f"is a named pipe, and nobody wrote to it within {seconds:g} s")
