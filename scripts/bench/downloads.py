"""The suite that measures the backend: each figure beside its competitor's."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from scripts.bench import burdens, stacks, transfers
from scripts.bench.backend import backend, folders, source
from scripts.bench.competitors import Competitor
from scripts.bench.measures import start_alone
from scripts.bench.report import Findings, Table, Target, milliseconds, ratio, whole_median
from scripts.bench.rounds import tell
from scripts.bench.stacks import Stack
from scripts.bench.transfers import Transfer

# What is to be reached.
FIRST_BYTE = 0.15  # of yt-dlp's command line
THROUGHPUT = 0.9  # of curl
RELAUNCH = 1.15  # of a bare FastAPI app

LEAST_ROUNDS = 15
"""Of what takes a moment: so few that nobody need wait, so many that there is a median."""


def downloads(rounds: int, _competitors: Sequence[Competitor]) -> Findings:
    """Measure the backend, at rest and under load."""
    tables, targets = [], []
    for group in (
        *(_beginning, _large_file, _start),
        *(burdens.links, burdens.listeners, burdens.search, burdens.idle),
    ):
        tell(f"downloads: {group.__name__.strip('_')}")
        table, reached = group(rounds)
        tables.append(table)
        targets += reached
    tell("")
    return tables, targets


def _beginning(rounds: int) -> tuple[Table, list[Target]]:
    own, other = [], []
    with folders() as (folder, media):
        transfers.make_medium(media, transfers.SMALL_BYTES)
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
    return Table("Downloads: the beginning", text, rows), [
        Target.at_most(
            "first byte of a download / yt-dlp's command line",
            ratio(whole_median(own), whole_median(other)),
            FIRST_BYTE,
        )
    ]


def _large_file(rounds: int) -> tuple[Table, list[Target]]:
    own: list[Transfer] = []
    other: list[Transfer] = []
    with folders() as (folder, media):
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
    return Table("Downloads: a large file", text, rows), [
        Target.at_least(
            "transfer of 1 GB, MB/s / curl",
            ratio(_megabytes(own), _megabytes(other)),
            THROUGHPUT,
        )
    ]


def _start(rounds: int) -> tuple[Table, list[Target]]:
    own, other = [], []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        with backend(Path(name)):  # a restart finds its database made
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
    return Table("Downloads: a restart", text, rows), [
        Target.at_most(
            "/health after a restart / a bare FastAPI app",
            ratio(whole_median(own), whole_median(other)),
            RELAUNCH,
        )
    ]


def _stack(name: str, place: str, module: str, folder: str) -> Stack:
    ports = stacks.free_ports("api")
    line = (
        f"cd {stacks.ROOT / place} && exec {sys.executable} -m uvicorn {module}:app "
        f"--port {ports['api']}"
    )
    environment = {"DATA_DIR": f"{folder}/data", "BARE_DATABASE": f"{folder}/bare.db"}
    return Stack(name, {"api": line}, ports, {"api": "/health"}, environment)


def _megabytes(found: Sequence[Transfer]) -> float:
    return transfers.LARGE_BYTES / 1e6 / statistics.median(one.transfer for one in found)


def _transfer_row(name: str, found: Sequence[Transfer]) -> list[str]:
    return [
        name,
        f"{_megabytes(found):,.0f}",
        f"{statistics.median(one.whole for one in found):.2f}",
    ]


def _curl_version() -> str:
    ended = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True)
    return ended.stdout.split()[1]
