from __future__ import annotations

import re
import signal
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.backend.api_process import Api, wait_for

if TYPE_CHECKING:
    from tests.media_source import MediaSource


def test_health_says_healthy_with_the_time_in_utc(shared_api: Api) -> None:
    health = shared_api.ask("GET", "/health")

    assert health["status"] == "healthy"
    assert health["timestamp"].endswith("Z")
    told = datetime.fromisoformat(health["timestamp"])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60


def test_health_answers_while_the_engine_is_still_warming(api: Api) -> None:
    api.ask("GET", "/health")
    warming = api.client.get("/ready").json()
    assert (warming["engine"], warming["kind"]) == ("warming", "database-opening")
    assert warming["detail"].endswith("still being opened.")
    assert "Wait a moment" in warming["fix"]

    api.ready()
    assert "detail" not in api.client.get("/ready").json()


def test_who_is_about_to_restart_it_learns_what_runs(api: Api, media: MediaSource) -> None:
    api.ready()
    assert api.client.get("/ready").json()["work"] == {
        "kind": "download",
        "count": 0,
        "resumes": True,
    }
    media.throttle = 50_000
    item = api.add(media.mp4)
    wait_for(lambda: api.get(item)["state"] == "running", "the download runs")

    assert api.client.get("/ready").json()["work"]["count"] == 1


def test_a_link_sent_while_the_engine_warms_is_kept_and_downloaded(
    api: Api, media: MediaSource
) -> None:
    item = api.add(media.mp4)

    assert api.wait(item, "done")["file"]["bytes"] == len(media.mp4_bytes)


def test_the_downloader_s_version_and_age_are_visible(shared_api: Api) -> None:
    about = shared_api.ask("GET", "/api/about")

    assert re.fullmatch(r"\d{4}\.\d+\.\d+.*", about["yt_dlp"])
    assert about["yt_dlp_age_days"] >= 0
    assert about["ffmpeg"]


def test_probes_stay_out_of_the_log_and_requests_do_not(api: Api) -> None:
    for path in ("/health", "/ready", "/health?probe=1", "/api/downloads"):
        api.client.get(path)
    wait_for(lambda: "/api/downloads" in api.log.read_text(), "the request is logged")

    assert not re.search(r"/(health|ready)", api.log.read_text())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ends_when_asked_although_streams_are_open_and_a_download_runs(
    api: Api, media: MediaSource, number: signal.Signals
) -> None:
    media.throttle = 50_000
    item = api.add(media.mp4)
    stream = api.events()
    assert next(stream)[0] == "snapshot"
    listener = threading.Thread(target=lambda: list(stream))
    listener.start()
    wait_for(lambda: (api.get(item)["progress"] or {}).get("bytes"), "the first bytes have come")

    api.end(number)

    listener.join(10)
    assert not listener.is_alive()
    assert "Traceback" not in api.log.read_text()
    api.start()
    media.throttle = 0
    assert api.wait(item, "done")
    assert api.bytes_of(item) == media.mp4_bytes
