"""The table of several backends, on few links: what it says has been measured."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from threading import Timer
from typing import TYPE_CHECKING

import psutil
import pytest

from scripts.scaling import processor
from scripts.scaling.__main__ import backends_table, claims_table, downloads_table
from scripts.scaling.backends import backends, takeovers
from scripts.scaling.claims import Claims
from scripts.scaling.downloads import Cost, cost
from scripts.scaling.processor import at_rest, seconds
from tests.backend.postgres import Postgres, serving
from tests.media_source import MediaSource, make_media, serve_media

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.conftest import FreePort

BURN = "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\n"
"""Half a second of a processor."""
STILL_SECONDS = 1.5


@pytest.fixture
def server(free_port: FreePort) -> Iterator[Postgres]:
    with serving(free_port()) as started:
        yield started


@pytest.fixture
def source(tmp_path: Path) -> Iterator[MediaSource]:
    with serve_media(make_media(tmp_path / "source")) as started:
        yield started


def figures(lines: Sequence[str]) -> list[float]:
    """The last column."""
    found = (re.search(r"\| ([\d.,]+) \|$", line) for line in lines[2:])
    return [float(each[1].replace(",", "")) for each in found if each]


def test_a_table_of_backends_tells_what_was_measured(
    server: Postgres, source: MediaSource, tmp_path: Path
) -> None:
    lines = backends_table(server, source, tmp_path, 2, 12, times=1, rest_seconds=0.5)
    assert lines[0] == "| 2 backends, 12 links queued | |"
    resting, median, longest = figures(lines)
    assert 0 <= resting < 100
    assert 0 < median == longest < 60


def test_a_takeover_lasts_until_somebody_has_seen_to_what_the_dead_one_had(
    server: Postgres, source: MediaSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with backends(server, source, tmp_path, 2, 12) as (other, dying):
        assert other.process
        assert dying.process
        assert other.ask("GET", "/api/queue")["paused"]
        survivor, former = psutil.Process(other.process.pid), dying.process

        def kill_while_the_other_stands_still() -> None:
            survivor.suspend()
            Timer(STILL_SECONDS, survivor.resume).start()
            dying.end(signal.SIGKILL)

        monkeypatch.setattr(dying, "kill", kill_while_the_other_stands_still)
        [taken] = takeovers([other, dying], 1)
        assert taken > STILL_SECONDS
        assert former.poll() is not None
        dying.ready()


def test_a_download_costs_a_processor_there_and_here(
    server: Postgres, source: MediaSource, tmp_path: Path
) -> None:
    each = cost(server, source, tmp_path, 4)
    assert each.backend > each.database > 0


def test_what_children_use_counts_after_their_end_too() -> None:
    before = seconds(os.getpid())
    subprocess.run([sys.executable, "-c", BURN], check=True)
    assert seconds(os.getpid()) - before > 0.4


def test_what_is_busy_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = iter([1.8, 1.2, 0.4, 0.25])
    monkeypatch.setattr(processor, "_share", lambda *_: next(shares))
    assert at_rest(os.getpid()) == 25.0


def test_all_claims_stand_beside_those_of_one_process_and_what_they_cost(
    source: MediaSource,
) -> None:
    one, all_eight = Claims(10, 1, 200.0, 40.0), Claims(100, 8, 500.0, 150.0)
    assert claims_table([one, all_eight])[2:] == [
        "| 10 | 1 | 200 | 1.00 | 40 |",
        "| 100 | 8 | 500 | 2.50 | 150 |",
    ]
    told = downloads_table(source, Cost(backend=0.5, database=0.01), all_eight)
    assert figures(told) == [500.0, 10.0, 3.0, 50.0, 250.0]
