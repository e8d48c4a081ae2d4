"""What a service does instead, which runs and is not ready: one sentence, and what to do.

The kernel says where its processes listen, whether one of them is reading from its terminal, and
how much of a processor they use.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..config.service import Service
from ..core import hints
from ..core.cause import NOT_READY, Cause, Told, say
from .probe import Answer, Reply

if TYPE_CHECKING:
    import psutil

BUSY_SHARE = 0.3  # of a processor; one that only waits uses next to nothing
WANTED_SHARE = 0.6  # used and waited for: on a machine that is busy itself nobody gets much
LINE_SHOWN = 120  # characters of a line that are quoted
_HERE = frozenset({"127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"})  # noqa: S104 - recognised
_READ = {"x86_64": 0, "aarch64": 63, "riscv64": 63}  # the number of read(2), of asm/unistd.h
_TERMINALS = ("/dev/pts/", "/dev/tty")
# How programs that read keys one by one ask: "Ok to proceed? (y) ", "Password:", "> ".
_ASKS = re.compile(
    r"(?:\?|\?.{0,40}[)\]:>]|(?:password|passphrase|name|choice).{0,40}:|^ ?>) ?$", re.IGNORECASE
)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Seen(NamedTuple):
    """What is seen of the processes of a service."""

    listens: frozenset[tuple[str, int]] = frozenset()
    """Addresses and ports."""
    reads_terminal: bool = False
    processor: float = 0.0
    """The share of one processor that they used lately."""
    queued: float = 0.0
    """The share that they waited for, others having it."""

    @property
    def is_busy(self) -> bool:
        """Whether they compute, as far as they are let."""
        return self.processor >= BUSY_SHARE or self.processor + self.queued >= WANTED_SHARE


def explain(
    service: Service, seen: Seen, answer: Answer, begun: str | None, seconds: float
) -> Cause | None:
    """Return why a service is not ready yet, None where its answer has just come.

    `answer` is what came of a request to its port, `begun` the line that it has not ended yet.
    """
    if answer.reply is Reply.ANSWER:
        return None
    instead, fix = _instead(service, seen, answer, _COLOURS.sub("", begun or "").strip())
    begin = (
        say("{name} is not ready after {seconds} s; GET {path} on port {port} is awaited.")
        if service.strict
        else say("{name} is not ready after {seconds} s; an answer on port {port} is awaited.")
    )
    values = {
        **hints.known(service.name),
        "name": service.name,
        "seconds": f"{seconds:.0f}",
        "path": service.health,
        "port": str(service.port),
        "variable": service.variable,
    }
    sentence = begin.then(instead).with_values(values)
    return Cause.of(NOT_READY, sentence, fix.with_values(values), transient=True)


def _instead(service: Service, seen: Seen, answer: Answer, begun: str) -> tuple[Told, Told]:
    elsewhere = sorted(port for _, port in seen.listens if port != service.port)
    # A held port is listened on from the beginning.
    own_listeners = [] if service.held else seen.listens
    addresses = sorted(address for address, port in own_listeners if port == service.port)
    if seen.reads_terminal or _ASKS.search(begun):
        asked = repr(begun[-LINE_SHOWN:])
        return (
            say("It waits for input: {asked}.", asked=asked)
            if begun
            else say("It waits for input."),
            say("{attach}   # and answer it"),
        )
    if addresses and not _HERE.intersection(addresses):
        return (
            say(
                "It listens on {addresses}, and localhost is 127.0.0.1.",
                addresses=_listed(addresses),
            ),
            say("Have it listen on 127.0.0.1 (an option such as --host or --bind)"),
        )
    if addresses or answer.reply not in {Reply.NONE, Reply.STANDBY}:
        return (
            _said(answer),
            say("{logs}   # what it says; {variable}_HEALTH names the path that must answer"),
        )
    if elsewhere:
        ports = _listed(map(str, dict.fromkeys(elsewhere)))
        return (
            say("It listens on port {ports} instead.", ports=ports),
            say(
                "Have its line use $PORT, or say where it is: {variable}_PORT={found} in .env",
                found=elsewhere[0],
            ),
        )
    if seen.is_busy:
        return (
            say(
                "It is still busy, and uses {share} of a processor: compiling, perhaps.",
                share=f"{seen.processor:.0%}",
            ),
            say("Wait; {logs} shows how far it is"),
        )
    return (
        say("It runs, accepts no connections and uses no processor.")
        if service.held
        else say("It runs, listens nowhere and uses no processor."),
        say("{logs}   # what it waits for; if it serves no port: {variable}_PORT=none in .env"),
    )


def look(members: Iterable[int], seconds: float) -> Seen:
    """Look at the processes of a service for so many seconds; blocks."""
    import psutil

    processes = []
    for pid in members:
        with contextlib.suppress(psutil.Error):
            processes.append(psutil.Process(pid))
    before, queued_before = _used(processes), _queued(processes)
    time.sleep(seconds)
    used, queued = _used(processes) - before, _queued(processes) - queued_before
    return Seen(
        frozenset(_listening(processes)),
        any(_waits_for_line(process.pid) for process in processes),
        used / seconds if seconds else 0.0,
        queued / seconds if seconds else 0.0,
    )


def _used(processes: Sequence[psutil.Process]) -> float:
    """Return the seconds of processor that they have used."""
    import psutil

    total = 0.0
    for process in processes:
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def _queued(processes: Sequence[psutil.Process]) -> float:
    """Return the seconds that they could have run and others did; Linux only."""
    total = 0.0
    for process in processes:
        with contextlib.suppress(OSError, ValueError):
            for thread in Path(f"/proc/{process.pid}/task").iterdir():
                _, waited, _ = (thread / "schedstat").read_text(encoding="ascii").split()
                total += int(waited) / 1e9
    return total


def _listening(processes: Sequence[psutil.Process]) -> Iterable[tuple[str, int]]:
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            for connection in process.net_connections("tcp"):
                if connection.status == psutil.CONN_LISTEN:
                    yield connection.laddr.ip, connection.laddr.port


def _waits_for_line(pid: int) -> bool:
    """Whether one of its threads is in read(2) of a terminal; Linux only, see proc_pid_syscall."""
    read = str(_READ.get(os.uname().machine))
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            number, *arguments = (thread / "syscall").read_text(encoding="ascii").split()
            if number == read and arguments:
                target = Path(f"/proc/{pid}/fd/{int(arguments[0], 16)}").readlink()
                if str(target).startswith(_TERMINALS):
                    return True
    return False


def _said(answer: Answer) -> Told:
    match answer.reply:
        case Reply.NONE | Reply.STANDBY:
            return say("It listens there and says nothing.")
        case Reply.CLOSED:
            return say("It listens there and closes each connection without answering.")
        case _ if answer.status is None:
            return say("It listens there and answers with something other than HTTP.")
        case _:
            return say("It listens there and answers with {status}.", status=answer.status)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
