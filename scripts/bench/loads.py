"""What the backend bears: many links, many listeners, and nothing at all."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from scripts.bench.backend import Server, ask
from scripts.bench.probe import until
from scripts.bench.transfers import MEDIUM

PROBE_SECONDS = 0.005
BEGINNING_SECONDS = 2.0
LISTENING_SECONDS = 10.0
RUNNING = 20
IDLE_SECONDS = 20.0


@dataclass(frozen=True)
class Enqueued:
    """What became of many links, sent one request after the other on one connection."""

    links: int
    seconds: float
    processor: float
    """Seconds of the server's processor time."""
    answers: Sequence[float]
    """Seconds that each answer took."""
    probes: Sequence[float]
    """Seconds that each answer of `/health` took meanwhile, one every 5 ms."""

    def __add__(self, other: Enqueued) -> Enqueued:
        """Put those of two goes together."""
        return Enqueued(
            self.links + other.links,
            self.seconds + other.seconds,
            self.processor + other.processor,
            [*self.answers, *other.answers],
            [*self.probes, *other.probes],
        )

    @property
    def per_second(self) -> float:
        """Return how many links were kept in a second."""
        return self.links / self.seconds

    @property
    def cpu(self) -> float:
        """Return the processor seconds of the server for each link."""
        return self.processor / self.links

    @property
    def slowest(self) -> float | None:
        """Return the seconds that 99 of 100 of the answers took at most."""
        return percentile(self.answers, 99)

    @property
    def health(self) -> float | None:
        """Return the same of `/health`."""
        return percentile(self.probes, 99)


def enqueue(
    server: Server, path: str, address: str, numbers: Sequence[int], at_once: int = 1
) -> Enqueued:
    """Send links below an address, one a number, to a path that keeps them; some in a request."""
    took: list[float] = []
    urls = [f"{address}/{MEDIUM}?{number}" for number in numbers]
    with contextlib.closing(server.client()) as client, _probing(server) as probes:
        cpu, began = server.cpu(), time.monotonic()
        for first in range(0, len(urls), at_once):
            body = {"url": urls[first]} if at_once == 1 else {"urls": urls[first : first + at_once]}
            sent = time.monotonic()
            ask(client, "POST", path, body)
            took.append(time.monotonic() - sent)
        seconds, cpu = time.monotonic() - began, server.cpu() - cpu
    return Enqueued(len(urls), seconds, cpu, took, probes)


@contextlib.contextmanager
def _probing(server: Server) -> Iterator[list[float]]:
    """Ask `/health` every 5 ms while the block lasts; the list fills with seconds.

    Raises what asking raises, when the block ends: a probe that failed is no probe that was quick.
    """
    took: list[float] = []
    over = threading.Event()

    def probe() -> None:
        with contextlib.closing(server.client()) as client:
            while not over.wait(PROBE_SECONDS):
                sent = time.monotonic()
                ask(client, "GET", "/health")
                took.append(time.monotonic() - sent)

    with ThreadPoolExecutor(1) as pool:
        probing = pool.submit(probe)
        try:
            yield took
        finally:
            over.set()
        probing.result()


@dataclass(frozen=True)
class Listening:
    """What a number of listeners cost while downloads run."""

    listeners: int
    cpu: float
    """Of one processor, percent: the server alone, without the processes that download."""
    bytes_per_second: float
    """To each listener."""
    updates: float
    """Of the item that was told of most often, a second."""
    served: int
    """Listeners that had all that the best served one had, within one update of all items."""


def start_downloads(server: Server, address: str) -> None:
    """Start `RUNNING` downloads, and wait until bytes of every one of them arrive."""
    for number in range(RUNNING):
        server.ask("POST", "/api/downloads", {"url": f"{address}/{MEDIUM}?{number}"})

    def all_run() -> bool:
        items = server.ask("GET", "/api/downloads?state=running")["items"]
        return sum(1 for item in items if item["progress"]["bytes"]) == RUNNING

    until(all_run, "the downloads never ran", 0.5)


def listen(server: Server, listeners: int) -> Listening:
    """Listen on so many event streams, and look at one of them closely."""
    streams = [_Stream(server.port, kept=number == 0) for number in range(listeners)]
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream.socket, selectors.EVENT_READ, stream)
        # Their snapshots are not what is measured.
        until(lambda: _all_began(selector, streams), "not every listener was let in", 0)
        for stream in streams:
            stream.forget()
        cpu, began = server.cpu(), time.monotonic()
        _read(selector, LISTENING_SECONDS)
        seconds, cpu = time.monotonic() - began, server.cpu() - cpu
    for stream in streams:
        stream.socket.close()
    most = max((stream.count for stream in streams), default=0)
    told = _updates(b"".join(streams[0].chunks)) if streams else Counter()
    round_of_all = most / (LISTENING_SECONDS * 4)
    return Listening(
        listeners,
        cpu / seconds * 100,
        statistics.mean(stream.count for stream in streams) / seconds if streams else 0.0,
        max(told.values(), default=0) / seconds,
        sum(1 for stream in streams if stream.count >= most - 2 * round_of_all),
    )


class _Stream:
    """One listener: counts what comes, and keeps it if told to."""

    def __init__(self, port: int, *, kept: bool) -> None:
        self.count = 0
        self.chunks: list[bytes] = []
        self._kept = kept
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    def read(self) -> None:
        chunk = self.socket.recv(1 << 18)
        self.count += len(chunk)
        if self._kept:
            self.chunks.append(chunk)

    def forget(self) -> None:
        self.count = 0
        self.chunks.clear()


def _all_began(selector: selectors.BaseSelector, streams: Sequence[_Stream]) -> bool:
    if streams:
        _read(selector, BEGINNING_SECONDS)
    return all(stream.count for stream in streams)


def _read(selector: selectors.BaseSelector, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not selector.get_map():
            time.sleep(left)
            return
        for key, _ in selector.select(left):
            key.data.read()


def _updates(text: bytes) -> Counter[str]:
    """Count the `download` events of each item."""
    told: Counter[str] = Counter()
    for line in text.splitlines():
        if line.startswith(b"data: {"):
            with contextlib.suppress(ValueError):  # cut off by the beginning or the end
                told[json.loads(line[6:]).get("id", "")] += 1
    return told


@dataclass(frozen=True)
class Idle:
    """What a server takes while nothing happens."""

    cpu: float
    """Of one processor, percent."""
    megabytes: float
    """Proportional set size (PSS), MiB."""
    template: float
    """The same of its children: what runners are forked from."""


def idle(server: Server) -> Idle:
    """Let a server be for a while."""
    before = server.cpu()
    time.sleep(IDLE_SECONDS)
    cpu = (server.cpu() - before) / IDLE_SECONDS * 100
    children = server.process.children(recursive=True)
    return Idle(
        cpu,
        server.process.memory_full_info().pss / 2**20,
        sum(child.memory_full_info().pss for child in children) / 2**20,
    )


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the value that so many percent of the others do not exceed; None of no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else None
