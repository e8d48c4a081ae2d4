"""Settings of the backend that no other test would miss: each changes something.

`make sabotage p=setting` deletes the wiring of every setting in a copy, and demands a red test.
"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from tests.backend.api_process import running, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource


@pytest.mark.parametrize(("mode", "bits"), [("700", 0o700), ("750", 0o750)])
def test_everything_is_kept_where_the_settings_say(
    tmp_path: Path, media: MediaSource, mode: str, bits: int
) -> None:
    data, files = tmp_path / "its/data", tmp_path / "its/media"
    with running(
        tmp_path / "api", DATA_DIR=str(data), DATA_DIR_MODE=mode, MEDIA_DIR=str(files)
    ) as api:
        api.wait(api.add(media.mp4), "done")
    assert stat.S_IMODE(data.stat().st_mode) == bits
    assert (data / "app.db").is_file()
    assert len(list(files.glob("*.mp4"))) == 1
    assert not (data / "media").exists()


def test_the_database_is_where_its_setting_says(tmp_path: Path) -> None:
    data, database = tmp_path / "data", tmp_path / "its.db"
    with running(tmp_path / "api", DATA_DIR=str(data), DATABASE_URL=f"sqlite:///{database}") as api:
        api.ready()
    assert database.is_file()
    assert not (data / "app.db").exists()


def test_as_many_downloads_run_as_the_setting_says(tmp_path: Path, media: MediaSource) -> None:
    media.throttle = 30_000
    with running(tmp_path, DOWNLOAD_CONCURRENCY="2") as api:
        items = [api.add(media.mp4) for _ in range(4)]
        wait_for(lambda: running_of(api.ask("GET", "/api/queue")) == 2, "two run")
        assert api.ask("GET", "/api/queue")["concurrency"] == 2
        before = api.wait(items[0], "running")["progress"]
        wait_for(lambda: api.get(items[0])["progress"] != before, "the first has gone on")
        assert running_of(api.ask("GET", "/api/queue")) == 2


def running_of(queue: dict[str, int]) -> int:
    return queue["running"]


@pytest.mark.parametrize(("level", "tells"), [("info", True), ("warning", False)])
def test_the_log_tells_what_the_setting_says(tmp_path: Path, level: str, *, tells: bool) -> None:
    with running(tmp_path, LOG_LEVEL=level) as api:
        api.ready()
        api.ask("GET", "/api/downloads")
    assert ("GET /api/downloads" in api.log.read_text()) is tells
