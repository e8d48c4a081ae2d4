"""The suite that measures the built page, beside a bare static one."""

from __future__ import annotations

import contextlib
import functools
import http.server
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.bench import lighthouse, loads, transfers
from scripts.bench.backend import Server, backend, source
from scripts.bench.browser import (
    Redraws,
    Visit,
    initial_scripts,
    opened,
    redraws,
    slow_visit,
    typing,
    visit,
)
from scripts.bench.competitors import Competitor
from scripts.bench.installed import Installed
from scripts.bench.lighthouse import Scores
from scripts.bench.probe import NoAnswerError
from scripts.bench.recoveries import two_digits
from scripts.bench.report import (
    Findings,
    Table,
    Target,
    in_ms,
    median,
    milliseconds,
    ratio,
    whole_median,
)
from scripts.bench.rounds import tell
from scripts.bench.stacks import ROOT
from scripts.chromium import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# What is to be reached.
PAINT = 4.0  # of the bare page
KEY_SECONDS = 0.100  # what is felt as at once
SCRIPT_BYTES = 120_000
FIELD_SECONDS = 2.5  # until somebody can type, over `browser.SLOW_NETWORK`
SCORE = 95  # of Lighthouse's 100

LEAST_ROUNDS = 5
LIGHTHOUSE_ROUNDS = 3
"""Whose median counts: the performance that it finds varies."""
SLOW = 200_000
"""Bytes a second of the source, so that the downloads outlast what is measured."""
WAITING = 10
"""Downloads behind those that run: their rows have no reason to change."""
WATCHED_SECONDS = 10.0
DRAWN = 20
"""Rows that must have been drawn again meanwhile, for those drawn in vain to be counted."""
BARE_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Bare</title>
<h1>Paste a link. Keep the file.</h1><textarea autofocus></textarea></html>"""
LINK = "https://videos.example.org/watch?v=lighthouse"


def page(rounds: int, _competitors: Sequence[Competitor]) -> Findings:
    """Measure the page that `make build` makes and the backend serves.

    Raises `NoBrowserError` where there is no browser to measure it in.
    """
    with chromium():
        pass
    tell("page: build")
    command = ["npm", "--prefix", str(ROOT / "webapp/frontend"), "run", "--silent", "build"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    rounds = max(rounds, LEAST_ROUNDS)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name,
        static(Path(name)) as bare,
    ):
        folder = Path(name)
        with backend(folder, DOWNLOAD_CONCURRENCY=str(loads.RUNNING)) as server:
            at_rest, targets = _at_rest(rounds, server, bare)
            judged, scores = _judged_by_lighthouse(server)
            under_way, more = _under_way(rounds, server, folder, bare)
    tell("")
    return [at_rest, *judged, under_way], [*targets, *scores, *more]


def _at_rest(rounds: int, server: Server, bare: str) -> tuple[Table, list[Target]]:
    url = _url(server)
    own: list[Visit] = []
    other: list[Visit] = []
    with chromium() as browser:
        for number in range(rounds):
            tell(f"page: a first visit ({number + 1} of {rounds})")
            own.append(visit(browser, url))
            other.append(visit(browser, bare))
        tell("page: a first visit over a slow network")
        slow = [slow_visit(browser, url) for _ in range(LEAST_ROUNDS)]
        size = initial_scripts(browser, url, "Connected")
    paint = ratio(_median(own, "paint"), _median(other, "paint"))
    usable = ratio(_median(own, "usable"), _median(other, "usable"))
    rows = [["", "first contentful paint, ms", "/ bare", "a field to type in, ms", "/ bare"]]
    rows[0].append("JavaScript, kB gzip")
    rows.append(_visit_row("the page", own, (paint, usable), size))
    rows.append(_visit_row("bare static page", other, (1, 1), 0))
    text = (
        "The production build, served by the backend, in a headless Chromium that was never there; "
        f"{rounds} visits each, in turn. What is painted first is the app's mark, which stands in "
        "the HTML. JavaScript is all that is asked for until the page is connected. The bare page "
        "is a heading and a text field, from Python's `http.server`. Over a slow network (400 ms "
        f"before each answer, 50 kB/s) the page has a field to type in after {milliseconds(slow)} "
        "ms."
    )
    return Table("The page: a first visit", text, rows), [
        Target.at_most("first contentful paint of the page / a bare one", paint, PAINT),
        Target.at_most("initial JavaScript, kB gzip", size / 1000, SCRIPT_BYTES / 1000, ".1f"),
        Target.at_most(
            "a field to type in at 400 ms and 50 kB/s, s", whole_median(slow), FIELD_SECONDS, ".1f"
        ),
    ]


def _judged_by_lighthouse(server: Server) -> Findings:
    try:
        table, targets = _lighthouse(server)
    except NoAnswerError as error:  # the rest of the suite does not need it
        return [], [Target.missing("Lighthouse", str(error))]
    return [table], targets


def _lighthouse(server: Server) -> tuple[Table, list[Target]]:
    program = lighthouse.install(Installed().folder)
    found: dict[str, list[Scores]] = {}
    for device in lighthouse.DEVICES:
        for number in range(LIGHTHOUSE_ROUNDS):
            tell(f"page: Lighthouse, on a {device} ({number + 1} of {LIGHTHOUSE_ROUNDS})")
            found.setdefault(device, []).append(lighthouse.score(program, _url(server), device))
    rows = [["", *lighthouse.CATEGORIES.values(), "what is left"]]
    for device, runs in found.items():
        scores = [f"{whole_median(run.of[name] for run in runs):.0f}" for name in rows[0][1:-1]]
        left = sorted({audit for run in runs for audit in run.failed})
        rows.append([f"on a {device}", *scores, "; ".join(left) or "nothing"])
    text = (
        f"Lighthouse {lighthouse.VERSION} on the production build, with its own simulated phone "
        f"and network, and its own desk; medians of {LIGHTHOUSE_ROUNDS}."
    )
    return Table("The page: Lighthouse", text, rows), lighthouse_targets(found)


def lighthouse_targets(found: Mapping[str, Sequence[Scores]]) -> list[Target]:
    """Judge the lowest score of each device, of medians."""
    return [
        Target.at_least(
            f"Lighthouse, the lowest of four scores, on a {device}",
            min(
                (whole_median(run.of[name] for run in runs) or 0.0 for name in runs[0].of),
                default=None,
            )
            if runs
            else None,
            SCORE,
            ".0f",
        )
        for device, runs in found.items()
    ]


def _under_way(rounds: int, server: Server, folder: Path, bare: str) -> tuple[Table, list[Target]]:
    rest, busy, other = [], [], []
    media = folder / "source"
    media.mkdir()
    transfers.make_medium(media, transfers.SMALL_BYTES)
    with chromium() as browser, source(media, SLOW) as address:
        for number in range(rounds):
            tell(f"page: typing ({number + 1} of {rounds})")
            rest.append(_typed(browser, _url(server)))
            other.append(_typed(browser, bare))
        loads.start_downloads(server, address)
        for number in range(WAITING):
            server.ask("POST", "/api/downloads", {"url": f"{address}/waiting-{number}.mp4"})
        for number in range(rounds):
            tell(f"page: typing, downloads running ({number + 1} of {rounds})")
            busy.append(_typed(browser, _url(server)))
        tell("page: redraws")
        with opened(browser, _url(server)) as shown:
            shown.get_by_role("progressbar").nth(loads.RUNNING - 1).wait_for()
            seen = redraws(shown, WATCHED_SECONDS)
    rows = [["", "slowest key, ms", "/ bare"]]
    rows += [
        [name, milliseconds(found), two_digits(ratio(median(found), median(other)))]
        for name, found in (
            ("the page", rest),
            (f"the page, {loads.RUNNING} downloads running", busy),
            ("bare static page", other),
        )
    ]
    text = (
        f"A link of {len(LINK)} letters is typed into the field; a key lasts from its event to the "
        "paint that follows (INP, told by the browser in steps of 8 ms, from 16 ms on). While "
        f"{loads.RUNNING} downloads ran and {WAITING} waited, React updated the page "
        f"{seen.commits} times in {WATCHED_SECONDS:.0f} s and drew {seen.drawn} rows that had "
        f"changed, and {seen.needless} that had not."
    )
    return Table("The page: in use", text, rows), targets_in_use(busy, seen)


def _visit_row(
    name: str, visits: Sequence[Visit], ratios: tuple[float | None, float | None], size: int
) -> list[str]:
    paint = [visit.paint for visit in visits]
    usable = [visit.usable for visit in visits]
    return [
        *(name, milliseconds(paint), two_digits(ratios[0])),
        *(milliseconds(usable), two_digits(ratios[1]), f"{size / 1000:.1f}"),
    ]


def targets_in_use(busy: Sequence[float], seen: Redraws) -> list[Target]:
    """Judge the slowest key of each visit, and the rows drawn again."""
    what = f"slowest key while {loads.RUNNING} downloads run, ms"
    return [
        Target.at_most(what, in_ms(whole_median(busy)), 1000 * KEY_SECONDS, ".0f"),
        Target.zero(
            "rows drawn again without a change", seen.needless, seen.needless + seen.drawn, DRAWN
        ),
    ]


def _median(visits: Sequence[Visit], name: str) -> float | None:
    return whole_median(getattr(one, name) for one in visits)


def _typed(browser: Browser, url: str) -> float:
    with opened(browser, url) as shown:
        return typing(shown, LINK)


def _url(server: Server) -> str:
    return f"http://localhost:{server.port}/"


@contextlib.contextmanager
def static(folder: Path, index: str = BARE_PAGE) -> Iterator[str]:
    """Serve a folder with that page in it; gives its address."""
    (folder / "index.html").write_text(index)
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it
        """Say nothing."""
