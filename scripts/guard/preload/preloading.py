"""What is known of one service's libraries, and the forkserver that has loaded them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .forkserver import ADOPTS, Child, Forkserver, Request, is_speakable, words
from .guard_agent import reasons
from .story import Story

DEATHS = 3  # of forkservers that did not say why, after which no other is started
_NOT_IN_A_FILE = frozenset({"built-in", "frozen"})
_OF_LIBRARIES = ("/site-packages/", "/dist-packages/", "/lib/python", "/lib64/python")


class Preloading:
    """Has one service's processes forked where that can be, and says once why where it cannot."""

    def __init__(self, name: str, *, adopts: bool = ADOPTS) -> None:
        """`adopts` is whether this process becomes the parent of orphans (subreapers of Linux)."""
        self._name = name
        self._adopts = adopts
        self._said: set[str] = set()
        self._notices: list[str] = []
        self._line = ""
        self._story: Story | None = None
        self._record: Mapping[str, Any] | None = None
        """What the line ran the last time, and in what circumstances; None if not known."""
        self._modules: dict[str, str | None] = {}
        self._unfit: set[frozenset[str]] = set()
        """Modules that cannot be loaded ahead, all of them together."""
        self._deaths = 0
        self._refused = False
        self._is_outdated = False
        self._forkserver: Forkserver | None = None
        self._successor: Forkserver | None = None
        """One that still loads."""

    @property
    def pids(self) -> list[int]:
        """The interpreters that are kept for it."""
        return [each.pid for each in (self._forkserver, self._successor) if each is not None]

    def notices(self) -> list[str]:
        """Return what is to be told to people, once."""
        taken, self._notices = self._notices, []
        return taken

    # --- Starts ------------------------------------------------------------------------------

    def begin(self, line: str) -> tuple[int, str] | None:
        """Prepare a start of this line; None if it is not to be told of.

        Returns the story's descriptor, which the start inherits, and what `variable` is to say.
        """
        self.learn()
        if line != self._line:
            self.close()
            self._line, self._record, self._modules, self._refused = line, None, {}, False
        if not is_speakable():
            self._refuse("the guard stands in a folder whose name shells would split")
        if self._refused:
            return None
        self._story = Story()
        story = self._story.fileno()
        return story, f"{words('record-learn')} {story}"

    def fork(
        self,
        line: str,
        folder: Path,
        environment: Mapping[str, str],
        terminal: int,
        *,
        variable: str,
        sockets: Sequence[int],
    ) -> Child | None:
        """Have the process forked that `begin` has prepared; None if none comes about.

        It runs `line`, with `variable` naming what records; `sockets` are inherited.
        """
        forkserver = self._forkserver
        if forkserver is None or self._story is None:
            return None
        story = self._story.fileno()
        request = Request(line, str(folder), environment, variable, terminal, story, sockets)
        child = forkserver.fork(request)
        if child is None and not forkserver.is_ready:
            self._forkserver = None
            self._deaths += 1
            self._say("the preloaded interpreter did not answer")
        return child

    # --- Between starts ----------------------------------------------------------------------

    def learn(self) -> None:
        """Learn from the server that was started last, once; the longer it has run, the more."""
        if self._story is None:
            return
        told = self._story.read()
        self._story.close()
        self._story = None
        if told.record is not None:
            self._record = told.record
        kind, why = told.why or ("", "")
        if told.why is None and told.record is not None and told.record["python"] is None:
            kind, why = reasons.NOT_PYTHON
        if kind == reasons.LINE:
            self._refuse(why)
        elif kind:
            self._is_outdated |= kind == reasons.OUTDATED
            self._say(why)
        for name, origin in told.modules.items():
            if name not in self._modules:
                self._modules[name] = origin
                self._is_outdated |= _is_library(origin)

    def renew(self) -> Forkserver | None:
        """Begin a forkserver if one is wanted, and return it: `look` at what it says.

        Raises `OSError` if none can be started.
        """
        if self._record is None or self._refused or self._successor is not None:
            return None
        if self._forkserver is not None and not self._is_outdated:
            return None
        if frozenset(self._modules) in self._unfit or self._deaths >= DEATHS:
            return None
        self._successor = Forkserver(self._record, dict(self._modules), adopts=self._adopts)
        self._is_outdated = False
        return self._successor

    def look(self, forkserver: Forkserver) -> bool:
        """Take note of what a forkserver says; returns whether it goes on."""
        forkserver.look()
        if forkserver.is_ready and forkserver is self._successor:
            if self._forkserver is not None:
                self._forkserver.close()
            self._forkserver, self._successor = forkserver, None
            return True
        forkserver.close()
        if forkserver.unfit is not None:
            self._unfit.add(frozenset(forkserver.modules))
            self._say(forkserver.unfit)
        elif forkserver.changed is None:
            self._deaths += 1
            self._say("the preloaded interpreter ended by itself")
        self._forkserver = None if forkserver is self._forkserver else self._forkserver
        self._successor = None if forkserver is self._successor else self._successor
        return False

    def close(self) -> None:
        """End every forkserver; what was forked runs on."""
        for forkserver in (self._forkserver, self._successor):
            if forkserver is not None:
                forkserver.close()
        self._forkserver = self._successor = None

    def _refuse(self, why: str) -> None:
        self._refused = True
        self.close()
        self._say(why)

    def _say(self, why: str) -> None:
        if why not in self._said:
            self._said.add(why)
            self._notices.append(f"{self._name} is started without preloaded libraries: {why}")


def _is_library(origin: str | None) -> bool:
    """Whether a module may be a library's, as far as its path tells."""
    if origin is None or origin in _NOT_IN_A_FILE:
        return True
    return any(mark in origin for mark in _OF_LIBRARIES)
