"""What a command runs, if it is Python: the interpreter, and what that is given."""

from __future__ import annotations

import os

HEAD_BYTES = 4096  # of a script, in which its first lines are
TYPE_CHECKING = False  # so that the alias, which nothing needs at run time, is not made there
if TYPE_CHECKING:
    Python = tuple[bytes, bytes, list[bytes]]
    """An interpreter's file, its argv[0], and its arguments."""


def resolve(argv: list[bytes], path: bytes) -> Python | None:
    """Return interpreter, its argv[0] and its arguments, as execve(2) would; None if not Python.

    `path` is $PATH. Only `python FILE ...` and `python -m MODULE ...` are known: an option changes
    how an interpreter starts.
    """
    file = _find(argv[0], path)
    if file is None:
        return None
    with open(file, "rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.startswith(b"#!"):
        found: Python | None = (file, argv[0], argv[1:])
    else:
        found = _of_script(file, head.split(b"\n"), argv[1:], path)
    if found is None or not os.path.basename(found[0]).startswith(b"python"):
        return None
    arguments = found[2]
    is_module = arguments[:1] == [b"-m"] and len(arguments) > 1
    is_file = bool(arguments) and os.path.isfile(arguments[0])
    return found if is_module or is_file else None


def _of_script(file: bytes, lines: list[bytes], rest: list[bytes], path: bytes) -> Python | None:
    first, *options = lines[0][2:].split()
    if options and os.path.basename(first) == b"env" and len(options) == 1:
        interpreter = _find(options[0], path)
        return None if interpreter is None else (interpreter, options[0], [file, *rest])
    if not options and first.endswith(b"/sh") and lines[1:2] and lines[1].startswith(b"'''exec' "):
        # How pip and uv write the path of an interpreter that is too long, or has a space.
        written = lines[1][len(b"'''exec' ") :].removesuffix(b' "$0" "$@"').strip()
        first = written.strip(b"'\"")
    return None if options else (first, first, [file, *rest])


def _find(name: bytes, path: bytes) -> bytes | None:
    places = [b""] if b"/" in name else [folder + b"/" for folder in path.split(b":") if folder]
    for place in places:
        if os.access(place + name, os.X_OK) and os.path.isfile(place + name):
            return place + name
    return None
