"""The part of the benchmark that measures the backend: each figure beside its peer."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

from scripts.bench import loads, stacks, transfers
from scripts.bench.backend import backend, bare, source
from scripts.bench.loads import Enqueued, percentile
from scripts.bench.measures import start_alone
from scripts.bench.peers import Peer
from scripts.bench.report import Table, Target, median, milliseconds
from scripts.bench.rounds import tell
from scripts.bench.stacks import Stack
from scripts.bench.transfers import Transfer

# What is to be reached.
FIRST_BYTE = 0.20  # of yt-dlp's command line
THROUGHPUT = 0.9  # of curl
RELAUNCH = 1.15  # of a bare FastAPI app
LINKS_PER_SECOND = 300
HEALTH_SECONDS = 0.050
UPDATES = 4
SEARCH_SECONDS = 0.020
IDLE_PERCENT = 2.0

LEAST_ROUNDS = 5
"""Of what takes a moment: so few that nobody need wait, so many that there is a median."""
SMALL_BYTES = 50_000_000
SLOW, SLOWER = 200_000, 20_000
"""Bytes a second of a source while something else is measured."""
LISTENERS = (0, 1, 500)
WARMING_LINKS = 20

Findings = tuple[list[Table], list[Target]]


def downloads(rounds: int, _peers: Sequence[Peer]) -> Findings:
    """Measure the backend, at rest and under load."""
    tables, targets = [], []
    for part in (_beginning, _large_file, _start, _links, _listeners, _search, _idle):
        tell(f"downloads: {part.__name__.strip('_')}")
        table, reached = part(rounds)
        tables.append(table)
        targets += reached
    tell("")
    return tables, targets


def _beginning(rounds: int) -> tuple[Table, list[Target]]:
    own, other = [], []
    with _folders() as (folder, media):
        transfers.make_medium(media, SMALL_BYTES)
        with source(media) as address, backend(folder) as server:
            url = f"{address}/{transfers.MEDIUM}"
            for _ in range(max(rounds, LEAST_ROUNDS)):
                own.append(transfers.first_byte(server, url))
                other.append(transfers.first_byte_of_command_line(folder, url))
    text = (
        "From the submission of a link (`POST /api/downloads`; for the command line: its start) "
        "until the first byte is on the disk, from a source on loopback."
    )
    rows = [["", "first byte, ms"], ["backend", milliseconds(own)]]
    rows.append([f"yt-dlp {metadata.version('yt-dlp')}, command line", milliseconds(other)])
    ratio = (median(own) or 0) / (median(other) or 1)
    return Table("Downloads: the beginning", text, rows), [
        _at_most("first byte of a download / yt-dlp's command line", ratio, FIRST_BYTE)
    ]


def _large_file(rounds: int) -> tuple[Table, list[Target]]:
    own: list[Transfer] = []
    other: list[Transfer] = []
    with _folders() as (folder, media):
        transfers.make_medium(media, transfers.LARGE_BYTES)
        with source(media) as address, backend(folder, DISK_RESERVE_MB="0") as server:
            url = f"{address}/{transfers.MEDIUM}"
            for _ in range(max(rounds, 3)):
                own.append(transfers.download(server, url))
                other.append(transfers.curl(folder, url))
    text = (
        "A video of 1 GB from a source on loopback that sends as fast as the kernel can. "
        "*Transfer* is from the first byte on the disk to the last; *in all* is from the wish to "
        "the file in its place, its picture made."
    )
    rows = [["", "transfer, MB/s", "in all, s"]]
    rows += [_transfer_row("backend", own), _transfer_row(f"curl {_curl_version()}", other)]
    ratio = _megabytes(own) / _megabytes(other)
    return Table("Downloads: a large file", text, rows), [
        Target(
            "transfer of 1 GB, MB/s / curl",
            f"at least {THROUGHPUT:.2f}",
            f"{ratio:.2f}",
            ratio >= THROUGHPUT,
        )
    ]


def _start(rounds: int) -> tuple[Table, list[Target]]:
    own, other = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        with backend(Path(name)):  # a relaunch finds its database made
            pass
        for _ in range(max(rounds, LEAST_ROUNDS)):
            own.append(start_alone(_stack("backend", "webapp/backend", "main", name), "api"))
            other.append(start_alone(_stack("bare", "scripts/bench/toys", "bare", name), "api"))
    text = (
        "From the start of uvicorn until `/health` has answered, with the database that a killed "
        "one left; beside a FastAPI app of one file."
    )
    rows = [["", "/health, ms"], ["backend", milliseconds(own)]]
    rows.append(["bare FastAPI app", milliseconds(other)])
    ratio = (median(own) or 0) / (median(other) or 1)
    return Table("Downloads: a relaunch", text, rows), [
        _at_most("/health after a relaunch / a bare FastAPI app", ratio, RELAUNCH)
    ]


def _links(rounds: int) -> tuple[Table, list[Target]]:
    own: list[Enqueued] = []
    other: list[Enqueued] = []
    for _ in range(max(rounds, 3)):
        with _folders() as (folder, media):
            transfers.make_medium(media, SMALL_BYTES)
            with source(media, SLOWER) as address:
                with backend(folder) as server:
                    loads.enqueue(server, "/api/downloads", address, WARMING_LINKS)
                    server.settle()  # three downloads run
                    own.append(loads.enqueue(server, "/api/downloads", address))
                with bare(folder) as server:
                    loads.enqueue(server, "/links", address, WARMING_LINKS)
                    other.append(loads.enqueue(server, "/links", address))
    text = (
        f"{loads.LINKS:,} links, each a `POST` of its own on one connection, the next sent when "
        "the last was answered; three downloads run meanwhile, and `/health` is asked every 5 ms. "
        "Each link is in the database before it is answered (WAL). Beside a FastAPI app that does "
        "nothing but keep it in SQLite. The median of the rounds."
    )
    head = ["", "links/s", "CPU ms / link", "99 % of the answers within, ms"]
    rows = [[*head, "99 % of /health within, ms"]]
    rows += [_links_row("backend", own), _links_row("bare FastAPI app with SQLite", other)]
    speed = median(one.per_second for one in own) or 0
    health = median(one.health for one in own) or 0
    return Table("Downloads: many links", text, rows), [
        Target(
            "links queued a second, a request each",
            f"at least {LINKS_PER_SECOND}",
            f"{speed:.0f}",
            speed >= LINKS_PER_SECOND,
        ),
        _below("99 % of /health meanwhile, ms", 1000 * health, 1000 * HEALTH_SECONDS),
    ]


def _listeners(_rounds: int) -> tuple[Table, list[Target]]:
    with _folders() as (folder, media):
        transfers.make_medium(media, SMALL_BYTES)
        concurrency = str(loads.RUNNING)
        with (
            source(media, SLOW) as address,
            backend(folder, DOWNLOAD_CONCURRENCY=concurrency) as server,
        ):
            loads.start_downloads(server, address)
            found = [loads.listen(server, count) for count in LISTENERS]
    text = (
        f"{loads.RUNNING} downloads run; so many clients listen to the event stream. CPU is of one "
        "processor, and of the backend alone: the processes that download are not counted."
    )
    rows = [["listeners", "CPU, %", "CPU a listener, %", "bytes/s each", "updates/s of an item"]]
    rows[0].append("served in full")
    none = found[0].cpu
    rows += [
        [
            str(one.listeners),
            f"{one.cpu:.1f}",
            f"{(one.cpu - none) / one.listeners:.3f}" if one.listeners else "-",
            f"{one.bytes_per_second:,.0f}",
            f"{one.updates:.1f}",
            str(one.served),
        ]
        for one in found
    ]
    most = max(one.updates for one in found)
    return Table("Downloads: many listeners", text, rows), [
        Target(
            f"updates of an item a second, {LISTENERS[-1]} listeners",
            f"at most {UPDATES}",
            f"{most:.1f}",
            most <= UPDATES,
        )
    ]


def _search(_rounds: int) -> tuple[Table, list[Target]]:
    with _folders() as (folder, _):
        with backend(folder):
            pass
        database = folder / "data/app.db"
        loads.fill(database)
        with backend(folder) as server:
            own = loads.search(server)
        other = loads.search_by_pattern(database)
    text = (
        f"{loads.ENTRIES:,} entries; {loads.SEARCHES} searches for common and rare words, "
        "beginnings of words, several at once: the first page of 50, over HTTP. Beside LIKE over "
        "the same table, without HTTP."
    )
    rows = [["", "median, ms", "95 % within, ms"]]
    rows += [
        [name, f"{1000 * percentile(took, 50):.1f}", f"{1000 * percentile(took, 95):.1f}"]
        for name, took in (("backend", own), ("SQLite, LIKE", other))
    ]
    return Table("Downloads: search", text, rows), [
        _below(
            "95 % of searches in 100,000 entries, ms",
            1000 * percentile(own, 95),
            1000 * SEARCH_SECONDS,
        )
    ]


def _idle(_rounds: int) -> tuple[Table, list[Target]]:
    with _folders() as (folder, _), backend(folder) as server:
        own = loads.idle(server)
    with _folders() as (folder, _), bare(folder) as server:
        other = loads.idle(server)
    text = (
        f"Over {loads.IDLE_SECONDS:.0f} s without a request. The reserve is the process, warmed "
        "and waiting, that the next download runs in."
    )
    rows = [["", "processor, %", "memory (PSS), MiB", "its reserve, MiB"]]
    rows += [
        [name, f"{one.cpu:.2f}", f"{one.megabytes:.0f}", f"{one.reserve:.0f}"]
        for name, one in (("backend", own), ("bare FastAPI app", other))
    ]
    return Table("Downloads: at rest", text, rows), [
        _below("idle processor use of the backend, %", own.cpu, IDLE_PERCENT)
    ]


@contextlib.contextmanager
def _folders() -> Iterator[tuple[Path, Path]]:
    """Give a folder for the backend and one for the source, and remove both with all in them."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder, media = Path(name), Path(name) / "source"
        media.mkdir()
        yield folder, media


def _stack(name: str, place: str, module: str, folder: str) -> Stack:
    ports = stacks.free_ports("api")
    line = (
        f"cd {stacks.ROOT / place} && exec {sys.executable} -m uvicorn {module}:app "
        f"--port {ports['api']}"
    )
    environment = {"DATA_DIR": f"{folder}/data", "BARE_DATABASE": f"{folder}/bare.db"}
    return Stack(name, {"api": line}, ports, {"api": "/health"}, environment)


def _megabytes(found: Sequence[Transfer]) -> float:
    return transfers.LARGE_BYTES / 1e6 / (median(one.transfer for one in found) or 1)


def _transfer_row(name: str, found: Sequence[Transfer]) -> list[str]:
    return [name, f"{_megabytes(found):,.0f}", f"{median(one.whole for one in found):.2f}"]


def _links_row(name: str, found: Sequence[Enqueued]) -> list[str]:
    return [
        name,
        f"{median(one.per_second for one in found):.0f}",
        f"{1000 * (median(one.cpu for one in found) or 0):.2f}",
        f"{1000 * (median(one.slowest for one in found) or 0):.1f}",
        f"{1000 * (median(one.health for one in found) or 0):.1f}",
    ]


def _curl_version() -> str:
    ended = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    return ended.stdout.split()[1]


def _at_most(what: str, value: float, most: float) -> Target:
    return Target(what, f"at most {most:.2f}", f"{value:.2f}", value <= most)


def _below(what: str, value: float, limit: float) -> Target:
    return Target(what, f"below {limit:.0f}", f"{value:.1f}", value < limit)
