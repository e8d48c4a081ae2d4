"""One service, and what came of asking for it; looked up when first needed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..core import hints
from ..core.run_tag import RunTag
from ..http.client import Answer
from . import started_by_hand
from .facts import LOOPBACKS, Facts, Listener, ask, connect, has
from .messages import Diagnosis, Message

if TYPE_CHECKING:
    from ..config.service import Service
    from ..config.settings import Settings


class Case:
    """One service, for the rules that explain why it cannot be reached."""

    def __init__(
        self, facts: Facts, config: Settings, line: Service, port: int, patience: float
    ) -> None:
        self.facts = facts
        self.config = config
        self.line = line
        self.name = line.name
        self.port = port
        self.patience = patience
        self.view: Mapping[str, Any] | None = facts.view(line.name)

    def explain(self, message: Message, **more: object) -> Diagnosis:
        """Return a saying about this case."""
        known: dict[str, object] = {
            "name": self.name,
            "port": self.port,
            "next": self.port + 1,
            "url": self.url,
            "scheme": self.url.partition(":")[0],
            "root": self.config.root,
            "bring_in": hints.command("start", self.name),
            "variable": self.line.variable,
            "setting": f"{self.line.variable}_PORT",
        }
        return message.of(**{**known, **more})

    @property
    def state(self) -> str:
        """As the guard has it, empty without one."""
        return "" if self.view is None else str(self.view["state"])

    @property
    def leader(self) -> int | None:
        """The process that the guard started, if one runs."""
        return None if self.view is None else self.view["pid"]

    @property
    def url(self) -> str:
        """Where it is; the guard has seen what it speaks."""
        return str(self.line.url if self.view is None else self.view.get("url") or self.line.url)

    @property
    def speaks_http(self) -> bool:
        """Whether an answer of HTTP is to be expected."""
        return self.url.startswith("http:")

    @cached_property
    def tag(self) -> RunTag:
        """What all that descends from it carries."""
        return RunTag(_environment(self.leader).get("GUARD_RUN", ""), self.name)

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """By loopback address, as far as the machine has them."""
        hosts = [host for host in LOOPBACKS if has(host)]
        with ThreadPoolExecutor(len(hosts)) as threads:
            return dict(zip(hosts, threads.map(self._ask, hosts), strict=True))

    def _ask(self, host: str) -> Answer:
        if not self.speaks_http:
            return connect(host, self.port, self.patience)
        return ask(host, self.port, self.line.health, self.patience)

    @cached_property
    def family(self) -> frozenset[int]:
        """Who of those that listen belongs to the service, as far as that is known."""
        pids = {listener.pid for listener in self.facts.listeners if listener.pid is not None}
        leader = self.leader
        if leader is not None:
            return frozenset(pid for pid in pids if _descends(pid, leader, self.tag))
        if self.facts.guard is not None:
            return frozenset()
        here = {listener.pid for listener in self.facts.on(self.port)}
        return frozenset(
            pid
            for pid in pids
            if started_by_hand.is_of(pid, self.line, self.config.root, on_its_port=pid in here)
        )

    @cached_property
    def own(self) -> list[Listener]:
        """Where the processes of the service listen."""
        return [listener for listener in self.facts.listeners if listener.pid in self.family]

    @cached_property
    def strangers(self) -> list[Listener]:
        """Who else listens on its port."""
        guard = self.facts.guard
        ours = self.family if guard is None else self.family | {guard}  # None is whom nobody sees
        return [listener for listener in self.facts.on(self.port) if listener.pid not in ours]


def _descends(pid: int, leader: int, tag: RunTag) -> bool:
    """Whether a process is a service's: `processes.family`, as it is seen from outside."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        if leader in {pid, os.getsid(pid)} or tag.is_in(_environment(pid)):
            return True
        return any(parent.pid == leader for parent in psutil.Process(pid).parents())
    return False


def _environment(pid: int | None) -> Mapping[str, str]:
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        found: Mapping[str, str] = psutil.Process(pid).environ() if pid else {}
        return found
    return {}
