"""Why one service cannot be reached, put down to one cause: a table, asked from the top."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.guard import GuardError
from scripts.guard.doctor import Problem, machine, sayings
from scripts.guard.doctor.sayings import Saying, Why
from scripts.guard.doctor.site import LOOPBACKS, Answer, Listener, Site, ask, has, holder

if TYPE_CHECKING:
    from scripts.guard.config.settings import Service, Settings

# What a death is put down to when the code must be changed before it can run.
_CODE = frozenset(
    {"syntax-error", "module-missing", "import-error", "config-error", "script-missing"}
)
_COMING = frozenset({"STARTING", "STOPPING"})
_WILDCARDS = frozenset({"::", "0.0.0.0", "*"})  # noqa: S104 - to be recognised, not bound


class Case:
    """One service on a site, and what came of asking for it; looked up when first needed."""

    def __init__(self, site: Site, config: Settings, line: Service, port: int) -> None:
        self.site = site
        self.config = config
        self.line = line
        self.name = line.name
        self.port = port
        self.view: Mapping[str, Any] | None = site.view(line.name)

    def say(self, saying: Saying, **more: object) -> Why:
        """Return a saying about this case."""
        known: dict[str, object] = {
            "name": self.name,
            "port": self.port,
            "next": self.port + 1,
            "url": self.line.url,
            "root": self.config.root,
            "variable": self.line.variable,
            "setting": f"{self.line.variable}_PORT",
        }
        return saying.of(**{**known, **more})

    @property
    def state(self) -> str:
        """As the guard has it, empty without one."""
        return "" if self.view is None else str(self.view["state"])

    @cached_property
    def answers(self) -> dict[str, Answer]:
        """By loopback address, as far as the machine has them."""
        hosts = [host for host in LOOPBACKS if has(host)]
        with ThreadPoolExecutor(len(hosts)) as threads:
            found = threads.map(lambda host: ask(host, self.port, self.line.health), hosts)
            return dict(zip(hosts, found, strict=True))

    @cached_property
    def family(self) -> frozenset[int]:
        """The processes of the service, as far as it is known which those are."""
        leader = None if self.view is None else self.view["pid"]
        pids = {listener.pid for listener in self.site.listeners if listener.pid is not None}
        if leader is not None:
            return frozenset(pid for pid in pids if _session(pid) == leader)
        if self.site.guard is not None:
            return frozenset()
        return frozenset(pid for pid in pids if _is_at_home(pid, self.line, self.config.root))

    @cached_property
    def own(self) -> list[Listener]:
        """Where the processes of the service listen."""
        return [listener for listener in self.site.listeners if listener.pid in self.family]

    @cached_property
    def strangers(self) -> list[Listener]:
        """Who else listens on its port."""
        ours = self.family | {self.site.guard}
        return [listener for listener in self.site.on(self.port) if listener.pid not in ours]


def cause(site: Site, line: Service) -> Why:
    """Return what it is put down to; never nothing."""
    if site.config is None or line.port is None:
        raise GuardError(f"{line.name} serves no port", "make status")
    case = Case(site, site.config, line, line.port)
    return next(filter(None, (rule(case) for rule in RULES)))


def silent_guard(site: Site, config: Settings) -> Problem:
    """Return why a guard that runs does not answer."""
    why = _silent_guard(site, config)
    return Problem(why.sentence, why.fix)


# --- The rules: each says why, or nothing ------------------------------------------------------


def _guard_is_silent(case: Case) -> Why | None:
    if case.site.guard is None or case.site.status is not None:
        return None
    return _silent_guard(case.site, case.config)


def _silent_guard(site: Site, config: Settings) -> Why:
    import psutil

    pid = site.guard
    listening = sorted({one.port for one in site.listeners if one.pid == pid})
    known = {"guard": pid, "guard_port": config.guard_port, "elsewhere": _listed(listening)}
    try:
        if psutil.Process(pid).status() == psutil.STATUS_STOPPED:
            return sayings.GUARD_STOPPED.of(**known)
    except psutil.Error:
        pass  # it has just ended, or is another user's
    if listening and config.guard_port not in listening:
        return sayings.GUARD_ELSEWHERE.of(**known)
    return sayings.GUARD_HUNG.of(**known)


def _other_setting(case: Case) -> Why | None:
    if case.view is None or case.view["port"] in {case.port, None}:
        return None
    return case.say(sayings.OTHER_SETTING, url=case.view["url"], other=case.view["port"])


def _stranger(case: Case) -> Why | None:
    if not case.strangers:
        return None
    pid = case.strangers[0].pid
    who = None if pid is None else holder(pid)
    if who is None:
        return case.say(sayings.HIDDEN_STRANGER)
    return case.say(sayings.STRANGER, who=who, pid=who.pid)


def _exited(case: Case) -> Why | None:
    found = None if case.view is None else case.view["cause"]
    if found is None or case.state not in {"BROKEN", "BACKOFF"}:
        return None
    saying = sayings.BROKEN_CODE if found["kind"] in _CODE else sayings.EXITED
    return saying.of(sentence=found["sentence"], fix=found["fix"])


def _stopped(case: Case) -> Why | None:
    return case.say(sayings.STOPPED) if case.state == "STOPPED" else None


def _hung(case: Case) -> Why | None:
    taken = [answer for answer in case.answers.values() if answer.connected]
    silent = bool(taken) and all(answer.silent for answer in taken)
    if case.line.held and case.state in _COMING:  # the guard's socket takes them meanwhile
        silent = False
    if not silent and case.state != "UNHEALTHY":
        return None
    guarded = case.site.guard is not None
    anew = f"make restart p={case.name}" if guarded else "end it and type: make dev"
    return case.say(sayings.HUNG, anew=anew)


def _other_port(case: Case) -> Why | None:
    elsewhere = _elsewhere(case)
    if not elsewhere:
        return None
    return case.say(sayings.OTHER_PORT, elsewhere=_listed(elsewhere), first=elsewhere[0])


def _other_family(case: Case) -> Why | None:
    refused = [host for host, answer in case.answers.items() if not answer.connected]
    reached = [host for host in case.answers if host not in refused]
    if not refused or not reached:
        return None
    return case.say(sayings.OTHER_FAMILY, refused=_shown(refused[0]), reached=_shown(reached[0]))


def _failing(case: Case) -> Why | None:
    answer = next(iter(case.answers.values()))
    if answer.well or answer.standby or not answer.connected or answer.silent:
        return None
    said = "no HTTP" if answer.status is None else f"error {answer.status}"
    return case.say(sayings.FAILING, path=case.line.health, said=said)


def _starting(case: Case) -> Why | None:
    return case.say(sayings.STARTING) if case.state in _COMING else None


def _not_running(case: Case) -> Why | None:
    if case.site.guard is not None or any(answer.connected for answer in case.answers.values()):
        return None
    return case.say(sayings.NOT_RUNNING)


def _refused(case: Case) -> Why | None:
    if any(answer.connected for answer in case.answers.values()):
        return None
    return case.say(sayings.NOT_LISTENING)


def _all_well(case: Case) -> Why:
    hints = [sayings.HTTPS, sayings.PROXY]
    if case.site.guard is None:
        hints.append(sayings.UNGUARDED.format(name=case.name))
    if machine.is_wsl():
        hints.append(sayings.WSL)
    if machine.is_container():
        hints.append(sayings.CONTAINER)
    return case.say(sayings.ALL_WELL, hints="".join(f"\n  - {hint}" for hint in hints))


RULES: tuple[Callable[[Case], Why | None], ...] = (
    _guard_is_silent,
    _other_setting,
    _stranger,
    _exited,
    _stopped,
    _hung,
    _other_port,
    _other_family,
    _failing,
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


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _is_at_home(pid: int, line: Service, root: Path) -> bool:
    """Whether a process works where the service's line has it, as one that was started by hand."""
    import psutil

    try:
        process = psutil.Process(pid)
        folder = Path(process.cwd())
        guarded = "GUARD_TOKEN_FILE" in process.environ()  # by the guard of another folder
    except psutil.Error:
        return False
    return folder in (line.revive or (root,)) and not guarded
