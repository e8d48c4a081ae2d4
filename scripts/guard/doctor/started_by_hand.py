"""Which process is a service's where no guard runs that could tell: by its folder and its command.

A folder alone tells too little: an editor's servers and whatever else somebody runs there listen in
it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

    from ..config.service import Service

_WORD = re.compile(r"[^\s;&|()<>\"'`]+")
_FOLDER_OR_COMMENT = re.compile(r"\bcd\s+\S+|(?<!\S)#.*")
# Numbers, and what starts a program of which the words after it tell more.
_SAYS_NOTHING = re.compile(
    r"[\d.:]*|python[\d.]*|bash|bun|bundle|cd|deno|env|exec|nice|node|nohup|npm|npx|php|pipenv|pnpm"
    r"|poetry|ruby|run|sh|sudo|uv|yarn"
)


def is_of(pid: int, line: Service, root: Path, *, on_its_port: bool) -> bool:
    """Whether a process is that of a line, as somebody started it by hand.

    One that has given itself another title is, if it listens on the service's port. What started
    it tells too, as npm does of Vite, but not from another folder: a terminal's or an editor's
    command names what it likes.
    """
    import psutil

    home = line.watch_when_down or (root,)
    try:
        process = psutil.Process(pid)
        if Path(process.cwd()) not in home:
            return False
        if "GUARD_TOKEN_FILE" in process.environ():  # by the guard of another folder
            return False
        starters = takewhile(lambda each: _is_within(root, each), process.parents())
        commands = [each.cmdline() for each in (process, *starters)]
    except psutil.Error:
        return False
    has_own_title = len(list(filter(None, commands[0]))) == 1 and " " in commands[0][0]
    if has_own_title and on_its_port:
        return True
    wanted = telling(_WORD.findall(_FOLDER_OR_COMMENT.sub("", line.command)))
    return not wanted or not wanted.isdisjoint(telling(_flat(commands)))


def _is_within(root: Path, process: psutil.Process) -> bool:
    import psutil

    try:
        return Path(process.cwd()).is_relative_to(root)
    except psutil.Error:  # another user's, or gone
        return False


def telling(words: Iterable[str]) -> frozenset[str]:
    """Return the words that tell which program it is: its file's name, a module, a task."""
    said = (word for word in words if word[:1] != "-" and "$" not in word and "=" not in word)
    names = (word.rstrip("/").rpartition("/")[2] for word in said)
    return frozenset(name for name in names if not _SAYS_NOTHING.fullmatch(name))


def _flat(commands: Iterable[Iterable[str]]) -> Iterator[str]:
    """Return the single words of command lines; npm and others join theirs to one title."""
    for command in commands:
        for word in command:
            yield from _WORD.findall(word)
