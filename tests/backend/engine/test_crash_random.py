"""F26: `kill -9` of the api at random moments while downloads of five kinds are under way.

The suite runs a short form; the whole of it, about ten minutes, is

    F26_DOWNLOADS=20 F26_KILLS=50 python -m pytest tests/backend/engine/test_crash_random.py
"""

from __future__ import annotations

import os
import random
import time
from itertools import cycle, islice
from typing import TYPE_CHECKING

import pytest

from tests.backend.api_process import Api, running, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource

DOWNLOADS = int(os.environ.get("F26_DOWNLOADS", "8"))
KILLS = int(os.environ.get("F26_KILLS", "6"))
SEED = int(os.environ.get("F26_SEED", str(time.time_ns() % 10_000)))
KINDS = [("mp4", "mp4"), ("hls", "mp4"), ("dash", "mp4"), ("mp4", "mp3"), ("changing", "mp4")]
"""What of, and as what; the last is replaced at the source in the middle of it all."""


def address(media: MediaSource, name: str) -> str:
    return f"{media.base}/changing.mp4" if name == "changing" else getattr(media, name)


def add(api: Api, media: MediaSource, kind: tuple[str, str]) -> str:
    return api.add(address(media, kind[0]), format=kind[1])


def versions(media: MediaSource) -> tuple[bytes, bytes]:
    """Two files of one length whose first tenth is the same."""
    old = media.mp4_bytes
    new = bytearray(old)
    for place in range(len(old) // 10, len(old), 4096):
        new[place] ^= 0xFF
    return old, bytes(new)


@pytest.mark.fault(row="F26")
@pytest.mark.timeout(1800)
def test_whatever_is_killed_whenever_every_file_ends_identical(
    tmp_path: Path, shared_api: Api, own_media: MediaSource
) -> None:
    media, clean = own_media, {}
    changing, (old, new) = media.folder / "changing.mp4", versions(media)
    changing.write_bytes(old)
    for kind in KINDS:
        item = add(shared_api, media, kind)
        shared_api.wait(item, "done")
        clean[kind] = {shared_api.bytes_of(item)}
    clean[KINDS[-1]] = {old, new}
    moments = random.Random(SEED)  # noqa: S311 - repeatable is what it must be
    media.throttle = 150_000
    with running(tmp_path, DOWNLOAD_CONCURRENCY="6") as api:
        kinds = list(islice(cycle(KINDS), DOWNLOADS))
        items = {add(api, media, kind): kind for kind in kinds}
        for number in range(KILLS):
            if number == KILLS // 2:
                changing.with_suffix(".new").write_bytes(new)
                changing.with_suffix(".new").replace(changing)
            time.sleep(moments.uniform(0.2, 4.0))  # the fault's moment, not a wait for a state
            api.kill()
            api.start()
        media.throttle = 0

        for item, kind in items.items():
            download = api.wait(item, "done", "failed", seconds=300)
            assert download["state"] == "done", (SEED, kind, download["error"])
            assert api.bytes_of(item) in clean[kind], (SEED, kind, item)
        wait_for(lambda: not api.staged, "staging is empty")
        assert len(list(api.media.glob("[!.]*.*"))) == DOWNLOADS
