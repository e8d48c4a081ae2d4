"""The Procfile -> its lines, and what a line says of itself.

honcho parses it; what honcho passes over in silence is told here, with the line's number.
"""

from __future__ import annotations

import re
from pathlib import Path

from honcho.environ import PROCFILE_LINE, parse_procfile

from . import dotenv_file

FIRST_FOREIGN_PORT = 5000  # what honcho offers the first line as $PORT, and then ...
FOREIGN_PORT_STEP = 100


def variable(name: str) -> str:
    """Return the environment prefix of a service: ``my-api`` -> ``MY_API``.

    ``GUARD_PORT`` and its like are the guard's own; a line of that name has another prefix.
    """
    prefix = re.sub(r"[^A-Z0-9]", "_", name.upper())
    return "GUARD_LINE" if prefix == "GUARD" else prefix


def read(
    path: Path, problems: list[str], *, pipe_seconds: float = dotenv_file.PIPE_SECONDS
) -> dict[str, str]:
    """Return the command of every name; what is wrong is added to `problems`, and then it is {}.

    A named pipe is read once; with `pipe_seconds` 0 it is left alone.
    """
    if not pipe_seconds and dotenv_file.is_pipe(path):
        problems.append(f"{path}: is a named pipe, which is read when the stack is started")
        return {}
    try:
        text = dotenv_file.text(path, pipe_seconds)
    except FileNotFoundError:
        problems.append(f"{path}: there is no such Procfile; name another one with -f PATH")
        return {}
    except TimeoutError as error:
        problems.append(f"{path}: {error}")
        return {}
    except (OSError, ValueError) as error:
        problems.append(f"{path}: cannot be read ({error})")
        return {}
    found = len(problems)
    seen = _check_lines(path.name, text, problems)
    if not seen and found == len(problems):
        problems.append(f"{path.name}: names no process; a line is `name: command`")
    if found < len(problems):
        return {}
    lines: dict[str, str] = parse_procfile(text).processes
    return lines


def _check_lines(file: str, text: str, problems: list[str]) -> dict[str, int]:
    """Return the line number of every name, which honcho's parser does not tell."""
    seen: dict[str, int] = {}
    prefixes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = PROCFILE_LINE.match(line)
        if "\0" in line:  # no shell can be given one
            problems.append(f"{file}:{number}: holds a NUL character; save the file as UTF-8 text")
            continue
        if match is None:
            problems.append(f"{file}:{number}: not of the form `name: command`: {line.strip()!r}")
            continue
        name = match.group(1)
        twin = prefixes.setdefault(variable(name), name)
        if name in seen:
            problems.append(f"{file}:{number}: `{name}` is already on line {seen[name]}")
        elif twin != name:
            problems.append(
                f"{file}:{number}: `{name}` and `{twin}` would share the variables "
                f"{variable(name)}_PORT and {variable(name)}_URL; rename one"
            )
        seen.setdefault(name, number)
    return seen


def default_port(command: str, prefix: str, offered: int) -> int | None:
    """Return what the line itself states, `${API_PORT:-8000}`, else the offer that it takes."""
    stated = re.search(rf"\$\{{{prefix}_PORT:?-(\d+)\}}", command)
    if stated:
        return int(stated.group(1))
    takes = ("PORT", f"{prefix}_PORT", f"{prefix}_FD")
    return offered if any(names(command, name) for name in takes) else None


def names(command: str, name: str) -> bool:
    """Whether a line refers to a variable: ``$API_FD`` or ``${API_FD...}``."""
    return re.search(rf"\$(?:\{{{name}\b|{name}\b)", command) is not None


def work_folder(root: Path, command: str) -> tuple[Path, ...]:
    """Return the folder that the line changes into, which is where its source most likely is."""
    match = re.search(r"(?:^|[;&]\s*)cd\s+([\w./-]+)", command)
    folder = (root / match.group(1)).resolve() if match else None
    return (folder,) if folder and folder.is_dir() else ()
