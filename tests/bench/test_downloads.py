"""The part of the benchmark about downloads: that it measures what it says."""

from __future__ import annotations

import contextlib
import http.client
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from scripts.bench import library, loads, transfers
from scripts.bench.backend import backend, bare, source
from scripts.bench.loads import percentile
from tests.media_probe import probe

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 3_000_000


@pytest.fixture
def medium(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return transfers.make_medium(folder, SIZE)


def test_the_medium_is_a_video_of_just_that_size(medium: Path) -> None:
    assert medium.stat().st_size == SIZE
    assert probe(medium).codecs == ["h264"]


@pytest.mark.parametrize("rate", [0, SIZE * 4])
def test_the_source_sends_what_is_asked_for(medium: Path, rate: int) -> None:
    whole = medium.read_bytes()
    with source(medium.parent, rate) as address:
        client = http.client.HTTPConnection(urlsplit(address).netloc)
        with contextlib.closing(client):
            for wanted, status, expected in (
                ({}, 200, whole),
                ({"Range": "bytes=10-19"}, 206, whole[10:20]),
                ({"Range": f"bytes={SIZE - 5}-"}, 206, whole[-5:]),
            ):
                client.request("GET", f"/{medium.name}?n=1", headers=wanted)
                answer = client.getresponse()
                assert (answer.status, answer.read()) == (status, expected)


def test_a_percentile_is_what_so_many_do_not_exceed() -> None:
    assert percentile([float(n) for n in range(1, 101)], 95) == 96
    assert percentile([7.0], 99) == 7
    assert percentile([], 99) is None


def test_every_figure_of_the_backend_is_taken(
    tmp_path: Path, medium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loads, "RUNNING", 2)
    monkeypatch.setattr(loads, "LISTENING_SECONDS", 2.0)
    with source(medium.parent, 100_000) as address, backend(tmp_path / "api") as server:
        first = transfers.first_byte(server, f"{address}/{medium.name}")
        other = transfers.first_byte_of_command_line(tmp_path, f"{address}/{medium.name}")
        loads.start_downloads(server, address)
        listening = loads.listen(server, 3)
        queued = loads.enqueue(server, "/api/downloads", address, range(5))
        queued += loads.enqueue(server, "/api/downloads/bulk", address, range(5, 12), at_once=4)

    assert min(first, other) > 0
    assert listening.served == 3
    assert listening.bytes_per_second > 0
    assert 0 < listening.updates <= 4.5
    assert (queued.links, len(queued.answers)) == (12, 7)
    assert queued.per_second > 0
    assert queued.health


def test_both_servers_keep_links(tmp_path: Path) -> None:
    with bare(tmp_path) as server:
        assert server.ask("POST", "/links", {"url": "https://example.org/"})["number"] == 1


def test_both_searches_find_the_same_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library, "ENTRIES", 500)
    monkeypatch.setattr(library, "SEARCHES", 14)
    with backend(tmp_path):
        pass
    library.fill(tmp_path / "data/app.db")
    with backend(tmp_path) as server:
        assert len(library.search(server)) == 14
        found = server.ask("GET", "/api/downloads?q=concert+kyoto&limit=200")["items"]

    assert len(found) == 7
    assert len(library.search_by_pattern(tmp_path / "data/app.db")) == 14
