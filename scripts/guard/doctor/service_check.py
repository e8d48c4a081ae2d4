"""Why one service cannot be reached, as one cause: a table, asked from the top."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..core import hints
from ..core.cause import PORT_LOST
from ..core.errors import GuardError
from ..core.run_tag import RunTag
from ..core.unready import cause_of
from ..http.client import Answer
from . import Problem, machine_checks, messages, started_by_hand
from .facts import (
    LOOPBACKS,
    PROBE_SECONDS,
    Facts,
    Listener,
    ask,
    connect,
    has,
    is_suspended,
    port_owner,
)
from .messages import Diagnosis, Message

if TYPE_CHECKING:
    from ..config.settings import Service, Settings
    from ..net.port_owners import PortOwner

HUNG_SECONDS = 5.0  # of silence; many an answer, the first above all, takes seconds

# Causes of a crash for which the code must be changed before it can run.
_CODE = frozenset(
    {"syntax-error", "module-missing", "import-error", "config-error", "script-missing"}
)
_COMING = frozenset({"STARTING", "STOPPING"})
_WILDCARDS = frozenset({"::", "0.0.0.0", "*"})  # noqa: S104 - to be recognised, not bound


class Case:
    """One service on a site, and what came of asking for it; looked up when first needed."""

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


def cause(facts: Facts, line: Service, patience: float = PROBE_SECONDS) -> Diagnosis:
    """Return its cause; there always is one.

    Its server is given `patience` seconds to answer; `HUNG_SECONDS` tell one that hangs from one
    that is slow.
    """
    if facts.config is None or line.port is None:
        raise GuardError(f"{line.name} serves no port", hints.command("status"))
    case = Case(facts, facts.config, line, line.port, patience)
    return next(filter(None, (rule(case) for rule in RULES)))


def silent_guard(facts: Facts, config: Settings) -> Problem:
    """Return why a guard that runs does not answer."""
    why = _silent_guard(facts, config)
    return Problem(why.sentence, why.fix)


# --- The rules: each says why, or nothing ------------------------------------------------------


def _guard_is_silent(case: Case) -> Diagnosis | None:
    if case.facts.guard is None or case.facts.status is not None:
        return None
    return _silent_guard(case.facts, case.config)


def _silent_guard(facts: Facts, config: Settings) -> Diagnosis:
    pid = facts.guard
    listening = sorted({one.port for one in facts.listeners if one.pid == pid})
    known = {"guard": pid, "guard_port": config.guard_port, "elsewhere": _listed(listening)}
    if pid is not None and is_suspended(pid):
        return messages.GUARD_STOPPED.of(**known)
    if listening and config.guard_port not in listening:
        return messages.GUARD_ELSEWHERE.of(**known)
    return messages.GUARD_HUNG.of(**known)


def _other_setting(case: Case) -> Diagnosis | None:
    if case.view is None or case.view["port"] in {case.port, None}:
        return None
    return case.explain(messages.OTHER_SETTING, url=case.view["url"], other=case.view["port"])


def _left_out(case: Case) -> Diagnosis | None:
    """Then its port is whoever's it is: theirs who run it elsewhere, perhaps."""
    return case.explain(messages.LEFT_OUT) if case.line.left_out else None


def _stranger(case: Case) -> Diagnosis | None:
    if case.state == "READY" or not case.strangers:  # it became ready by its own answer
        return None
    if case.leader is not None:
        who = _beside(case, case.leader)
        if who is None:  # whom nobody sees may well act for it, as an engine of containers does
            return None
    else:
        pid = case.strangers[0].pid
        who = None if pid is None else port_owner(pid)
    if who is None:
        return case.explain(messages.HIDDEN_STRANGER)
    return case.explain(messages.STRANGER, who=who, pid=who.pid)


def _beside(case: Case, leader: int) -> PortOwner | None:
    """Return who listens in place of a process that runs, as the guard itself decides it."""
    from ..health import listeners

    if any(listener.port == case.port for listener in case.own):
        return None
    return listeners.stranger(case.port, leader, case.tag)


def _exited(case: Case) -> Diagnosis | None:
    found = None if case.view is None else case.view["cause"]
    if found is None or case.state not in {"BROKEN", "BACKOFF"}:
        return None
    message = messages.BROKEN_CODE if found["kind"] in _CODE else messages.EXITED
    return message.of(sentence=found["sentence"], fix=found["fix"])


def _not_ready(case: Case) -> Diagnosis | None:
    """What the guard says of one that runs and is not ready, in its words."""
    found = None if case.view is None else case.view["cause"]
    if found is None or case.state != "STARTING":
        return None
    if found["kind"] == PORT_LOST:
        return case.explain(messages.NOT_LISTENING)
    return messages.NOT_READY.of(sentence=found["sentence"], fix=found["fix"])


def _stopped(case: Case) -> Diagnosis | None:
    return case.explain(messages.STOPPED) if case.state == "STOPPED" else None


def _hung(case: Case) -> Diagnosis | None:
    taken = [answer for answer in case.answers.values() if answer.connected]
    silent = bool(taken) and all(answer.silent for answer in taken)
    if case.line.held and case.state in _COMING:  # the guard's socket takes them meanwhile
        silent = False
    if not silent and case.state != "UNHEALTHY":
        return None
    if case.state != "UNHEALTHY" and case.patience < HUNG_SECONDS:
        return case.explain(messages.SLOW, seconds=f"{case.patience:g}")
    guarded = case.facts.guard is not None
    anew = hints.command("restart", case.name) if guarded else f"end it and type: {hints.start()}"
    return case.explain(messages.HUNG, anew=anew)


def _other_port(case: Case) -> Diagnosis | None:
    elsewhere = _elsewhere(case)
    if not elsewhere:
        return None
    return case.explain(messages.OTHER_PORT, elsewhere=_listed(elsewhere), first=elsewhere[0])


def _other_family(case: Case) -> Diagnosis | None:
    refused = [host for host, answer in case.answers.items() if not answer.connected]
    reached = [host for host in case.answers if host not in refused]
    if not refused or not reached:
        return None
    both = f"its Procfile line can take the guard's socket, ${case.line.variable}_FD"
    if case.line.held:  # it does, and was started without the guard
        both = f"the guard does, started with: {hints.start()}"
    return case.explain(
        messages.OTHER_FAMILY, refused=_shown(refused[0]), reached=_shown(reached[0]), both=both
    )


def _failing(case: Case) -> Diagnosis | None:
    answer = next(iter(case.answers.values()))
    if answer.well or answer.standby or not answer.connected or answer.silent:
        return None
    if answer.status is None and case.state == "READY":  # a database, say, speaks otherwise
        return None
    said = "no HTTP" if answer.status is None else f"error {answer.status}"
    return case.explain(messages.FAILING, path=case.line.health, said=said)


def _cannot_work(case: Case) -> Diagnosis | None:
    """It answers, and says at the path for that why it cannot work."""
    host = next((host for host, answer in case.answers.items() if answer.well), None)
    if case.line.ready is None or host is None:
        return None
    answer = ask(host, case.port, case.line.ready, case.patience)
    if answer.status is None or answer.standby:
        return None
    found = cause_of(case.name, case.line.ready, answer.status, answer.body)
    return (
        None if found is None else messages.CANNOT_WORK.of(sentence=found.sentence, fix=found.fix)
    )


def _starting(case: Case) -> Diagnosis | None:
    return case.explain(messages.STARTING) if case.state in _COMING else None


def _not_running(case: Case) -> Diagnosis | None:
    if case.facts.guard is not None or any(answer.connected for answer in case.answers.values()):
        return None
    return case.explain(messages.NOT_RUNNING)


def _refused(case: Case) -> Diagnosis | None:
    """Nobody is there, or the guard stands in by now for one that it has just called READY."""
    if any(answer.connected and not answer.standby for answer in case.answers.values()):
        return None
    return case.explain(messages.NOT_LISTENING)


def _all_well(case: Case) -> Diagnosis:
    hints = [messages.HTTPS] if case.speaks_http else []
    hints.append(messages.PROXY)
    if case.facts.guard is None:
        hints.append(messages.UNGUARDED.format(name=case.name))
    if machine_checks.is_wsl():
        hints.append(messages.WSL)
    if machine_checks.is_container():
        hints.append(messages.CONTAINER)
    return case.explain(messages.ALL_WELL, hints="".join(f"\n  - {hint}" for hint in hints))


RULES: tuple[Callable[[Case], Diagnosis | None], ...] = (
    _guard_is_silent,
    _left_out,
    _other_setting,
    _stranger,
    _exited,
    _not_ready,
    _stopped,
    _hung,
    _other_port,
    _other_family,
    _failing,
    _cannot_work,
    _starting,
    _not_running,
    _refused,
    _all_well,
)


def _elsewhere(case: Case) -> list[int]:
    """Return the ports that the service listens on instead of its own."""
    here = any(listener.port == case.port for listener in case.own)
    if (here and not case.line.held) or any(answer.well for answer in case.answers.values()):
        return []  # a held port is listened on whether it is taken or not
    configured = {line.port for line in case.config.services} | {case.config.guard_port}
    return sorted({listener.port for listener in case.own} - configured)


def _listed(ports: Iterable[int]) -> str:
    return " and ".join(map(str, ports))


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


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
