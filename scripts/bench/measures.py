"""One function a figure; each runs a stack of its own and ends it again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import tempfile
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from scripts.bench import stacks
from scripts.bench.competitors import BARE, Competitor
from scripts.bench.probe import NoAnswerError, answer, until
from scripts.bench.running import running
from scripts.bench.stacks import Stack
from scripts.bench.toys import writer
from scripts.bench.visits import Visits, visiting

AFTER_RECOVERY_SECONDS = 2.0
GIVEN_UP_SECONDS = 8.0
LINES = 100_000
"""How many lines each of the two writers writes."""
QUIET_SECONDS = 2.0
"""After this long without output, a flood is over."""
WRITERS = ("web", "api")
WRITERS_SECONDS = 20.0  # until both write
LINES_IN_ALL = len(WRITERS) * LINES
IDLE_SECONDS = 10.0
CRASH_LOOP_SECONDS = 10.0
HANG_SECONDS = 30.0
LEAVING_SECONDS = 8.0
FROM_TERMINALS = (signal.SIGINT, signal.SIGHUP)


def cold_start(competitor: Competitor, stack: Stack) -> float:
    """Return the seconds from the start of the supervisor until both servers have answered."""
    with running(competitor, stack) as run:
        return _all_answer(stack) - run.started


def start_alone(stack: Stack, name: str) -> float:
    """Return the seconds that one bare server takes until it answers."""
    alone = replace(stack, lines={name: stack.lines[name]})
    with running(BARE, alone) as run:
        return answer(stack.ports[name], stack.paths[name]) - run.started


@dataclass(frozen=True)
class Recovery:
    """What followed the ``kill -9`` of a server."""

    seconds: float | None
    """Until it answered again, and with a supervisor of the whole stack, until all did."""
    visits: Visits = field(default_factory=Visits)
    """New connections, one every 5 ms until 2 s after the recovery; none if nobody knocked."""
    neighbour_kept: bool = False
    """Whether the other server went on as the same process."""


def recovery(competitor: Competitor, stack: Stack, victim: str, *, knock: bool) -> Recovery:
    """Kill a server, and tell what followed; the knocking costs time, so it is a choice."""
    with running(competitor, stack) as run:
        _all_answer(stack)
        time.sleep(stack.settled)
        servers = run.servers()
        if set(servers) != set(stack.ports):
            raise NoAnswerError(f"who serves was not found: only {sorted(servers)}")
        port, path = stack.ports[victim], stack.paths[victim]
        neighbours = {name: server for name, server in servers.items() if name != victim}
        with _knocking(port, path) if knock else contextlib.nullcontext(Visits()) as visits:
            killed = time.monotonic()
            with visits.fault():
                servers[victim].kill()
            try:
                back = answer(port, path, GIVEN_UP_SECONDS)
                if competitor.whole:
                    back = max(back, _renewed(stack, neighbours))
                seconds = back - killed
                if knock:
                    time.sleep(AFTER_RECOVERY_SECONDS)
            except NoAnswerError:
                seconds = None
        kept = all(server.is_running() for server in neighbours.values())
        return Recovery(seconds, visits, kept)


def _knocking(port: int, path: str) -> AbstractContextManager[Visits]:
    return visiting(port, path, timeout=GIVEN_UP_SECONDS)


@dataclass(frozen=True)
class Flood:
    """What became of 200,000 lines of 100 bytes, written by two programs at once."""

    seconds: float
    """Until the last byte came out."""
    lost: int
    torn: int
    cpu: float
    """Processor seconds of the supervisor for 100,000 lines."""


def flood(competitor: Competitor, *, halves: bool = False) -> Flood:
    """Have two programs write as fast as they can, and look at every line that comes out.

    With `halves`, a third one writes half lines slowly meanwhile.
    """
    with tempfile.TemporaryDirectory() as folder:
        go = Path(folder) / "go"
        with running(competitor, stacks.writers(LINES, go, halves=halves), pipe=True) as run:
            until(
                lambda: run.output.count(b"is ready") == len(WRITERS),
                "the writers never were ready",
                deadline=WRITERS_SECONDS,
            )
            own = run.supervisors()
            before = sum(map(_cpu, own))
            began = time.monotonic()
            go.touch()
            while time.monotonic() < max(run.last_read, began) + QUIET_SECONDS:
                time.sleep(0.05)
            cpu = (sum(map(_cpu, own)) - before) * 100_000 / LINES_IN_ALL
            intact, torn = look_at(run.output)
            # A supervisor may say something of its own later: that is not of the flood.
            return Flood(run.last_with(b"xx\n") - began, LINES_IN_ALL - intact, torn, cpu)


def look_at(output: bytes) -> tuple[int, int]:
    """Return how many lines came out whole, and how many others hold a part of one."""
    text = re.sub(rb"\x1b\[[0-9;]*[A-Za-z]|\r", b"", output)
    expected = {writer.line(name, number)[:-1] for name in WRITERS for number in range(LINES)}
    intact, torn = set(), 0
    for line in text.split(b"\n"):
        if b"xx" not in line:
            continue
        body = re.search(rb"(?<!x)(?:web|api) \d{6} x*$", line)
        if body and body[0] in expected and body[0] not in intact:
            intact.add(body[0])
        else:
            torn += 1
    return len(intact), torn


@dataclass(frozen=True)
class Idle:
    """What a supervisor costs while nothing happens."""

    megabytes: float
    """Proportional set size (PSS) of its own processes, MiB."""
    cpu: float
    """Share of one processor, percent."""


def idle(competitor: Competitor, stack: Stack) -> Idle:
    """Let a stack be for a while, and look at its supervisor."""
    with running(competitor, stack) as run:
        _all_answer(stack)
        time.sleep(2)
        own = run.supervisors()
        if not own:
            raise NoAnswerError("no process of the supervisor was found")
        before = sum(map(_cpu, own))
        time.sleep(IDLE_SECONDS)
        cpu = (sum(map(_cpu, own)) - before) / IDLE_SECONDS * 100
        return Idle(sum(process.memory_full_info().pss for process in own) / 2**20, cpu)


@dataclass(frozen=True)
class Left:
    """What a supervisor left behind."""

    left: int
    """Processes that were there some seconds after it got a signal."""
    ran: int
    """Processes that were there before, itself among them."""

    def __str__(self) -> str:
        return str(self.left)


def left_behind(competitor: Competitor, stack: Stack, number: signal.Signals) -> Left:
    """Send the supervisor a signal and count who stays.

    What terminals send goes to its process group, as they send it.
    """
    with running(competitor, stack) as run:
        _all_answer(stack)
        time.sleep(stack.settled)
        ran = len(run.processes())
        if number in FROM_TERMINALS:
            os.killpg(run.popen.pid, number)
        else:
            run.popen.send_signal(number)
        end = time.monotonic() + LEAVING_SECONDS
        while time.monotonic() < end and run.processes():
            time.sleep(0.05)
        return Left(len(run.processes()), ran)


def crash_loop(competitor: Competitor) -> int:
    """Return how often a service that ends at once is started in ten seconds."""
    with tempfile.TemporaryDirectory() as folder:
        starts = Path(folder) / "starts"
        with running(competitor, stacks.crashing(Path(folder))):
            time.sleep(CRASH_LOOP_SECONDS)
            return len(starts.read_text()) if starts.exists() else 0


def hang(competitor: Competitor, stack: Stack) -> float | None:
    """Stop the api (SIGSTOP) while it is asked; return the seconds until something answers."""
    with running(competitor, stack) as run:
        _all_answer(stack)
        time.sleep(stack.settled)
        servers = run.servers()
        if "api" not in servers:
            raise NoAnswerError("who serves the api was not found")
        stopped = time.monotonic()
        servers["api"].suspend()
        with contextlib.suppress(NoAnswerError):
            return answer(stack.ports["api"], stack.paths["api"], HANG_SECONDS) - stopped
        return None


def conflict(competitor: Competitor, stack: Stack) -> str:
    """Start a stack while a stranger has its port; return what the supervisor says of that."""
    with socket.create_server(("127.0.0.1", stack.ports["web"])), running(competitor, stack) as run:
        time.sleep(3)
        text = run.output.decode(errors="replace")
    if re.search(rf"\bpid {psutil.Process().pid}\b", text):
        return "who, and what to type"
    if "EADDRINUSE" in text or "in use" in text.lower():
        return "the server's own error"
    return "nothing"


def _all_answer(stack: Stack) -> float:
    return max(answer(port, stack.paths[name]) for name, port in stack.ports.items())


def _renewed(stack: Stack, before: dict[str, psutil.Process]) -> float:
    """Return when servers other than those answer on the ports."""
    end = time.monotonic() + GIVEN_UP_SECONDS
    while any(map(_runs, before.values())) and time.monotonic() < end:
        time.sleep(0.001)
    return max(answer(stack.ports[name], stack.paths[name], GIVEN_UP_SECONDS) for name in before)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _cpu(process: psutil.Process) -> float:
    with contextlib.suppress(psutil.Error):
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0
