"""Why one service cannot be reached, put down to one cause: a table, asked from the top."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.guard import GuardError
from scripts.guard.doctor import Problem, machine
from scripts.guard.doctor.site import LOOPBACKS, Answer, Listener, Site, ask, has, holder
from scripts.guard.settings import Service, Settings

# What a death is put down to when the code must be changed before it can run.
_CODE = frozenset(
    {"syntax-error", "module-missing", "import-error", "config-error", "script-missing"}
)
_COMING = frozenset({"STARTING", "STOPPING"})
_WILDCARDS = frozenset({"::", "0.0.0.0", "*"})  # noqa: S104 - to be recognised, not bound


@dataclass(frozen=True)
class Why:
    """What it is put down to."""

    kind: str
    sentence: str
    fix: str

    @property
    def well(self) -> bool:
        """Whether there is nothing to mend on this side."""
        return self.kind == "all-well"


class Case:
    """One service on a site, and what came of asking for it; looked up when first needed."""

    def __init__(self, site: Site, config: Settings, line: Service, port: int) -> None:
        self.site = site
        self.config = config
        self.line = line
        self.name = line.name
        self.port = port
        self.setting = f"{line.variable}_PORT"
        self.view: Mapping[str, Any] | None = site.view(line.name)

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
    try:
        frozen = psutil.Process(pid).status() == psutil.STATUS_STOPPED
    except psutil.Error:
        frozen = False
    if frozen:
        return Why(
            "guard-stopped",
            f"the guard (pid {pid}) was suspended, as Ctrl-Z does, so nothing of it runs",
            f"type `fg` in its terminal, or anywhere: kill -CONT {pid}",
        )
    elsewhere = sorted({one.port for one in site.listeners if one.pid == pid})
    if elsewhere and config.guard_port not in elsewhere:
        return Why(
            "guard-elsewhere",
            f"the guard (pid {pid}) was started with other ports than this shell and .env say: "
            f"GUARD_PORT={config.guard_port} here, and it listens on {_listed(elsewhere)}",
            "end it with Ctrl-C in its terminal, then: make dev",
        )
    return Why(
        "guard-hung",
        f"the guard (pid {pid}) does not answer on port {config.guard_port}",
        f"kill -9 {pid}   # it takes the stack along; then: make dev",
    )


def _other_setting(case: Case) -> Why | None:
    if case.view is None or case.view["port"] in {case.port, None}:
        return None
    return Why(
        "other-port",
        f"{case.name} runs at {case.view['url']}, since the guard was started with "
        f"{case.setting}={case.view['port']}; this shell and .env say {case.port}",
        f"open {case.view['url']}, or end the guard (make stop) and start it anew: make dev",
    )


def _stranger(case: Case) -> Why | None:
    if not case.strangers:
        return None
    another = f"or take another port: {case.setting}={case.port + 1} make dev"
    pid = case.strangers[0].pid
    who = None if pid is None else holder(pid)
    if who is None:
        return Why(
            "stranger",
            f"port {case.port} is held by a process that this user may not see",
            f"sudo lsof -i :{case.port}   # {another}",
        )
    return Why(
        "stranger",
        f"port {case.port} is held by a program that is not {case.name}: {who}",
        f"kill {who.pid}   # {another}",
    )


def _exited(case: Case) -> Why | None:
    found = None if case.view is None else case.view["cause"]
    if found is None or case.state not in {"BROKEN", "BACKOFF"}:
        return None
    kind = "broken-code" if found["kind"] in _CODE else "exited"
    return Why(kind, str(found["sentence"]), str(found["fix"]))


def _stopped(case: Case) -> Why | None:
    if case.state != "STOPPED":
        return None
    return Why("exited", f"{case.name} was stopped on request", f"make restart p={case.name}")


def _hung(case: Case) -> Why | None:
    taken = [answer for answer in case.answers.values() if answer.connected]
    silent = bool(taken) and all(answer.silent for answer in taken)
    if case.line.held and case.state in _COMING:  # the guard's socket takes them meanwhile
        silent = False
    if not silent and case.state != "UNHEALTHY":
        return None
    look = f"make logs p={case.name}   # look for an endless loop or a call that blocks; then: "
    return Why(
        "hung",
        f"{case.name} takes connections on port {case.port}, and answers none",
        look + (f"make restart p={case.name}" if case.site.guard else "end it and type: make dev"),
    )


def _other_port(case: Case) -> Why | None:
    elsewhere = _elsewhere(case)
    if not elsewhere:
        return None
    return Why(
        "other-port",
        f"{case.name} should listen on port {case.port}, and listens on {_listed(elsewhere)}",
        f"open http://localhost:{elsewhere[0]}, or have its Procfile line take ${case.setting}",
    )


def _other_family(case: Case) -> Why | None:
    refused = [host for host, answer in case.answers.items() if not answer.connected]
    reached = [host for host in case.answers if host not in refused]
    if not refused or not reached:
        return None
    here, there = _shown(refused[0]), _shown(reached[0])
    return Why(
        "other-family",
        f"{case.name} listens on {there} only; whoever takes localhost for {here} is refused",
        f"open http://{there}:{case.port}, or have {case.name} listen on both: its line in the "
        f"Procfile can take the guard's socket, ${case.line.variable}_FD",
    )


def _starting(case: Case) -> Why | None:
    if case.state not in _COMING:
        return None
    return Why(
        "starting",
        f"{case.name} is being started",
        f"wait a moment; if it takes long: make logs p={case.name}",
    )


def _not_running(case: Case) -> Why | None:
    if case.site.guard is not None or any(answer.connected for answer in case.answers.values()):
        return None
    return Why(
        "not-running",
        f"nothing runs: no guard in {case.site.root}, and nobody listens on port {case.port}",
        "make dev",
    )


def _refused(case: Case) -> Why | None:
    if any(answer.connected for answer in case.answers.values()):
        return None
    return Why(
        "not-listening",
        f"{case.name} runs and does not listen on port {case.port}",
        f"make logs p={case.name}   # then: make restart p={case.name}",
    )


def _failing(case: Case) -> Why | None:
    answer = next(iter(case.answers.values()))
    if answer.well or answer.standby or not answer.connected or answer.silent:
        return None
    said = "no HTTP" if answer.status is None else f"error {answer.status}"
    return Why(
        "broken-code",
        f"{case.name} runs and answers {case.line.health} with {said}",
        f"make logs p={case.name}   # the last lines say where its code fails",
    )


def _all_well(case: Case) -> Why:
    told = [
        f"{case.name} answers at {case.line.url}. If a browser still does not show it:",
        "https:// does not work here: type http:// in a private window (browsers remember https)",
        "a proxy or VPN of the browser must spare localhost",
    ]
    if case.site.guard is None:
        told.append(f"no guard runs, so {case.name} is not started again when it ends")
    if machine.is_wsl():
        told.append(
            "under WSL, if Windows does not reach localhost: wsl --shutdown in PowerShell, or "
            "localhostForwarding=true in .wslconfig"
        )
    if machine.is_container():
        told.append(
            "this is a container, and its localhost is its own: let the editor forward the port, "
            "or run the browser in here"
        )
    return Why("all-well", "\n  - ".join(told), f"open http://localhost:{case.port}")


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
