"""Which process is a service's where no guard runs that could tell: by its folder and its command.

A folder alone tells too little: an editor's servers and whatever else somebody runs there listen in
it as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..config.settings import Service

_WORD = re.compile(r"[^\s;&|()<>\"'`]+")
_FOLDER = re.compile(r"\bcd\s+\S+")
# Numbers, and what starts a program of which the words after it tell more.
_SAYS_NOTHING = re.compile(
    r"[\d.:]*|python[\d.]*|bash|bun|bundle|cd|deno|env|exec|nice|node|nohup|npm|npx|php|pipenv|pnpm"
    r"|poetry|ruby|run|sh|sudo|uv|yarn"
)


def is_of(pid: int, line: Service, root: Path, *, on_its_port: bool) -> bool:
    """Whether a process is that of a line, as somebody started it by hand.

    One that has given itself another title is, if it listens on the service's port.
    """
    import psutil

    home = line.watch_when_down or (root,)
    try:
        process = psutil.Process(pid)
        if Path(process.cwd()) not in home:
            return False
        if "GUARD_TOKEN_FILE" in process.environ():  # by the guard of another folder
            return False
        commands = [each.cmdline() for each in (process, *process.parents())]
    except psutil.Error:
        return False
    has_own_title = len(list(filter(None, commands[0]))) == 1 and " " in commands[0][0]
    if has_own_title and on_its_port:
        return True
    wanted = telling(_WORD.findall(_FOLDER.sub("", line.command)))
    return not wanted or not wanted.isdisjoint(telling(_flat(commands)))


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
