"""What the backend bears, as tables and targets; of the suite ``downloads``."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from functools import reduce
from operator import add

from scripts.bench import library, loads, transfers
from scripts.bench.backend import backend, bare, folders, source
from scripts.bench.loads import Enqueued, Listening, percentile
from scripts.bench.report import NONE, Table, Target, in_ms, median, ratio, whole_median
from scripts.bench.rounds import complete

# What is to be reached.
LINKS_PER_SECOND = 300
LINKS_OF_BARE = 1.0
HEALTH_SECONDS = 0.050
UPDATES = 4
SEARCH_SECONDS = 0.020
IDLE_PERCENT = 0.5
MEGABYTES = 65

SLOW, SLOWER = 200_000, 20_000
"""Bytes a second of a source while something else is measured."""
LISTENERS = (0, 1, 500)
LINKS = 1000
PROBES = 20
"""Answers of `/health` that a round must have, for their slowest to say anything."""
WARMING = range(-20, 0)
GO = 100
"""How many one server is sent before it is the other's turn: machines change their speed."""
AT_ONCE = 100
"""Links in a request, where there are many: as the page sends what is pasted."""


def links(rounds: int) -> tuple[Table, list[Target]]:
    """Measure how fast links are queued, and whether the server still answers."""
    own, many, other = zip(*(_round_of_links() for _ in range(max(rounds, 3))), strict=True)
    text = (
        f"{LINKS:,} links, each a `POST` of its own on one connection, the next sent when "
        f"the last was answered, and {LINKS:,} more with {AT_ONCE} in each; three downloads "
        "run meanwhile, and `/health` is asked every 5 ms. Each link is in the database before it "
        "is answered (WAL). Beside a FastAPI app that does nothing but keep it in SQLite, at the "
        f"same time: the two have {GO} links in turn. The median of the rounds."
    )
    head = ["", "links/s", "CPU ms / link", "99 % of the answers within, ms"]
    rows = [[*head, "99 % of /health within, ms"]]
    rows += [
        _links_row("backend", own),
        _links_row(f"backend, {AT_ONCE} in each", many),
        _links_row("bare FastAPI app with SQLite", other),
    ]
    return Table("Downloads: many links", text, rows), links_targets(own, many, other)


def links_targets(
    own: Sequence[Enqueued], many: Sequence[Enqueued], other: Sequence[Enqueued]
) -> list[Target]:
    """Judge the rounds: links one by one, many in a request, and the bare app's."""
    speed = whole_median(one.per_second for one in own)
    bare = whole_median(one.per_second for one in other)
    return [
        Target.at_least(
            "links queued a second, a request each / a bare FastAPI app",
            ratio(speed, bare),
            LINKS_OF_BARE,
        ),
        Target.at_least(
            f"links queued a second, {AT_ONCE} in each request",
            whole_median(one.per_second for one in many),
            LINKS_PER_SECOND,
            ",.0f",
        ),
        Target.below(
            "99 % of /health meanwhile, ms", in_ms(_health(own, many)), 1000 * HEALTH_SECONDS
        ),
    ]


def _health(*kinds: Sequence[Enqueued]) -> float | None:
    """Return the worse median; None if `/health` was answered less than `PROBES` times a round."""
    for_each = [
        whole_median(one.health if len(one.probes) >= PROBES else None for one in found)
        for found in kinds
    ]
    known = complete(for_each)
    return max(known) if known else None


def _round_of_links() -> tuple[Enqueued, Enqueued, Enqueued]:
    """Return what the backend made of links one by one, of many at once, and the bare app."""
    goes = [range(first, first + GO) for first in range(0, LINKS, GO)]
    own, other = [], []
    with folders() as (folder, media):
        transfers.make_medium(media, transfers.SMALL_BYTES)
        with source(media, SLOWER) as address, backend(folder) as server, bare(folder) as plain:
            loads.enqueue(server, "/api/downloads", address, WARMING)
            loads.enqueue(plain, "/links", address, WARMING)
            server.settle()  # three downloads run
            for go in goes:
                own.append(loads.enqueue(server, "/api/downloads", address, go))
                other.append(loads.enqueue(plain, "/links", address, go))
            everything = range(LINKS, 2 * LINKS)
            many = loads.enqueue(server, "/api/downloads/bulk", address, everything, AT_ONCE)
    return reduce(add, own), many, reduce(add, other)


def listeners(_rounds: int) -> tuple[Table, list[Target]]:
    """Measure what event streams cost while downloads run."""
    with folders() as (folder, media):
        transfers.make_medium(media, transfers.SMALL_BYTES)
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
    return Table("Downloads: many listeners", text, rows), [updates_target(found)]


def updates_target(found: Sequence[Listening]) -> Target:
    """Judge how often an item was told of; who was told of none has measured nothing."""
    known = complete([one.updates or None for one in found if one.listeners])
    most = max(known) if known else None
    what = f"updates of an item a second, {LISTENERS[-1]} listeners"
    return Target.at_most(what, most, UPDATES, ".1f")


def search(_rounds: int) -> tuple[Table, list[Target]]:
    """Measure searches in a large library."""
    with folders() as (folder, _):
        with backend(folder):
            pass
        database = folder / "data/app.db"
        library.fill(database)
        with backend(folder) as server:
            own = library.search(server)
        other = library.search_by_pattern(database)
    text = (
        f"{library.ENTRIES:,} entries; {library.SEARCHES} searches for common and rare words, "
        "beginnings of words, several at once: the first page of 50, over HTTP. Beside LIKE over "
        "the same table, without HTTP."
    )
    rows = [["", "median, ms", "95 % within, ms"]]
    rows += [
        [name, one_digit(percentile(took, 50)), one_digit(percentile(took, 95))]
        for name, took in (("backend", own), ("SQLite, LIKE", other))
    ]
    return Table("Downloads: search", text, rows), [
        Target.below(
            "95 % of searches in 100,000 entries, ms",
            in_ms(percentile(own, 95)),
            1000 * SEARCH_SECONDS,
        )
    ]


def idle(_rounds: int) -> tuple[Table, list[Target]]:
    """Measure what it takes while nothing happens."""
    with folders() as (folder, _), backend(folder) as server:
        own = loads.idle(server)
    with folders() as (folder, _), bare(folder) as server:
        other = loads.idle(server)
    text = (
        f"Over {loads.IDLE_SECONDS:.0f} s without a request. The template is the process, loaded "
        "and waiting, that downloads are forked from. What DBOS took, before it was left: "
        "[decision 23](decisions/0023-no-engine-beside-the-database.md#consequences)."
    )
    rows = [["", "processor, %", "memory (PSS), MiB", "its template, MiB"]]
    rows += [
        [name, f"{one.cpu:.2f}", f"{one.megabytes:.0f}", f"{one.template:.0f}"]
        for name, one in (("backend", own), ("bare FastAPI app", other))
    ]
    return Table("Downloads: at rest", text, rows), [
        Target.at_most("idle processor use of the backend", own.cpu, IDLE_PERCENT, ".2f", " %"),
        Target.at_most("memory of the backend", own.megabytes, MEGABYTES, ".0f", " MiB"),
    ]


def _links_row(name: str, found: Sequence[Enqueued]) -> list[str]:
    return [
        name,
        f"{statistics.median(one.per_second for one in found):.0f}",
        f"{statistics.median(1000 * one.cpu for one in found):.2f}",
        one_digit(median(one.slowest for one in found)),
        one_digit(median(one.health for one in found)),
    ]


def one_digit(seconds: float | None) -> str:
    """Return seconds as milliseconds for a table."""
    return NONE if seconds is None else f"{1000 * seconds:.1f}"
