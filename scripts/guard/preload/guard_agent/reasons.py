"""What speaks against forking a program: a kind, by which the guard goes on, and a sentence."""

from __future__ import annotations

LINE = "line"  # as long as the line is what it is
PROJECT = "project"  # as long as the project is what it is
OUTDATED = "outdated"  # until there is another forkserver

NOT_BY_EXEC = (LINE, "its line does not run $NAME_PRELOAD by `exec`")
NOT_OURS = (LINE, "its line runs it as another user, in another session or in another namespace")
NOT_PYTHON = (
    LINE,
    "what its line runs is not `python FILE`, `python -m MODULE` or a script of theirs",
)
OTHER_PYTHON = (OUTDATED, "its line runs another interpreter than before")


def shadowed(path: str) -> tuple[str, str]:
    """A file of the project would be imported in place of a library."""
    return PROJECT, f"{path} has the name of a library"


def changed(path: str) -> tuple[str, str]:
    """A library, or the interpreter, is not what it was when it was loaded."""
    return OUTDATED, f"{path} has changed"


def other_environment(name: bytes) -> tuple[str, str]:
    """A variable is not what it was when the libraries were loaded."""
    return OUTDATED, f"{name.decode('utf-8', 'replace')} has another value than before"
