"""Why one service cannot be reached, as one cause: a table, asked from the top."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from ..core import hints
from ..core.cause import PORT_LOST
from ..core.errors import GuardError
from ..core.run_tag import RUN_HEADER
from ..core.unready import cause_of
from ..diagnosis.rules import OF_CODE
from ..net import listener_uid, peer_uid
from . import Problem, machine_checks, messages
from .case import Case
from .facts import PROBE_SECONDS, Facts, ask, is_suspended, port_owner
from .messages import Diagnosis

if TYPE_CHECKING:
    from ..config.service import Service
    from ..config.settings import Settings
    from ..net.port_owners import PortOwner

HUNG_SECONDS = 5.0  # of silence; many an answer, the first above all, takes seconds

_COMING = frozenset({"STARTING", "STOPPING"})
_WILDCARDS = frozenset({"::", "0.0.0.0", "*"})  # noqa: S104 - to be recognised, not bound


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
    message = messages.BROKEN_CODE if found["kind"] in OF_CODE else messages.EXITED
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
    users = listener_uid.owners(case.port, host)
    if users is not None and any(map(peer_uid.is_stranger, users)):
        return None  # neither to be told who asks, nor believed
    as_the_guard = {RUN_HEADER: case.tag.run} if case.tag.run else {}
    answer = ask(host, case.port, case.line.ready, case.patience, as_the_guard)
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
