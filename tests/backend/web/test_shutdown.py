"""SIGTERM: whoever is being answered gets the whole answer, and nobody else is waited for."""

from __future__ import annotations

import signal
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

import psutil

from tests.backend.api_process import wait_for

if TYPE_CHECKING:
    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

MB = 1_000_000
FAREWELL = "All requests finished; shutting down."
UVICORNS_OWN_WAY = "Waiting for application shutdown."


def test_an_api_that_answers_nobody_is_gone_without_a_wait(api: Api) -> None:
    api.ready()

    assert api.end() == -signal.SIGTERM

    log = api.log.read_text()
    assert FAREWELL in log
    assert UVICORNS_OWN_WAY not in log


def test_a_slow_reader_gets_the_whole_file_before_the_api_goes(
    api: Api, media: MediaSource
) -> None:
    item = api.add(media.short)
    name = api.wait(item, "done")["file"]["name"]
    body = bytes(range(256)) * (64 * MB // 256)  # more than the kernel takes for a reader
    (api.media / name).write_bytes(body)
    api.end()
    api.patience = 60
    api.start()

    with api.client.stream("GET", f"/api/downloads/{item}/file") as answer:
        parts = answer.iter_bytes(MB)
        received = next(parts)
        assert api.process
        api.process.send_signal(signal.SIGTERM)
        received += b"".join(parts)

    assert received == body
    assert api.process.wait(60) == -signal.SIGTERM
    assert FAREWELL in api.log.read_text()


def test_event_streams_are_ended_properly(api: Api) -> None:
    events = api.events()
    assert next(events)[0] == "snapshot"
    assert api.process

    api.process.send_signal(signal.SIGTERM)

    # An end in mid-answer would raise; a ping may have been on its way.
    assert {name for name, _ in events} <= {"ping"}
    assert api.process.wait(60) == -signal.SIGTERM


def test_ctrl_c_ends_it_as_uvicorn_does(api: Api) -> None:
    api.ready()

    assert api.end(signal.SIGINT) == 0

    assert UVICORNS_OWN_WAY in api.log.read_text()


def connections(api: Api) -> int:
    assert api.process
    found = psutil.Process(api.process.pid).net_connections("tcp")
    return sum(connection.status == psutil.CONN_ESTABLISHED for connection in found)


def test_whoever_waits_for_too_long_is_told_to_come_back(api: Api, media: MediaSource) -> None:
    """While another program holds the database a request lasts; the server leaves all the same."""
    api.ready()
    with (
        closing(sqlite3.connect(api.folder / "data/app.db", isolation_level=None)) as other,
        ThreadPoolExecutor(2) as pool,
    ):
        other.execute("BEGIN EXCLUSIVE")
        ask = api.client.request
        waiting = [
            pool.submit(ask, "POST", "/api/downloads", json={"url": media.mp4}),
            pool.submit(ask, "PATCH", "/api/queue", json={"paused": False}),
        ]
        wait_for(lambda: connections(api) >= len(waiting), "both wait")
        api.end()
        for answer in (asked.result() for asked in waiting):
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["retry-after"]
            assert answer.json()["fix"]
