"""F26: `kill -9` of the api at random moments while downloads of many kinds are under way.

The suite runs a short form; the whole of it, some ten minutes, is

    F26_DOWNLOADS=20 F26_LIST=200 F26_KILLS=50 python -m pytest \\
        tests/backend/engine/test_crash_random.py
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.backend.feeds import Episode, publish
from tests.backend.runner.test_real_web import subtitled
from tests.media_source import make_renditions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.media_source import MediaSource

DOWNLOADS = int(os.environ.get("F26_DOWNLOADS", "8"))
LIST = int(os.environ.get("F26_LIST", "4"))
"""Entries of a list that is added as a whole, amid the others."""
KILLS = int(os.environ.get("F26_KILLS", "6"))
SEED = int(os.environ.get("F26_SEED", str(time.time_ns() % 10_000)))


class Kind(NamedTuple):
    """What is downloaded, as the source names it, and how."""

    path: str
    format: str = "mp4"
    audio: str | None = None
    subtitles: tuple[str, ...] = ()

    def add(self, api: Api, media: MediaSource) -> str:
        how = self._asdict() | {"subtitles": list(self.subtitles)}
        return api.add(f"{media.base}/{how.pop('path')}", **how)


CHANGING = Kind("changing.mp4")
"""It is replaced at the source in the middle of it all."""
MAY_BE_NOTED: dict[Any, set[str]] = {CHANGING: {"changed"}}
"""It may have been under way then, and is told to have been started over."""
KINDS = [
    Kind("clip.mp4"),
    Kind("hls/index.m3u8"),
    Kind("dash/manifest.mpd"),
    Kind("clip.mp4", "mp3"),
    CHANGING,
    Kind("renditions/index.m3u8"),
    Kind("renditions/index.m3u8", audio="de"),
    Kind("hls/subtitled.m3u8", subtitles=("en",)),
]


def versions(media: MediaSource) -> tuple[bytes, bytes]:
    """Two files of one length whose first tenth is the same."""
    old = media.mp4_bytes
    new = bytearray(old)
    for place in range(len(old) // 10, len(old), 4096):
        new[place] ^= 0xFF
    return old, bytes(new)


def add_list(api: Api, feed: str) -> dict[str, str]:
    """Queue all that a list leads to, as the page does; the addresses of the items."""
    entries: list[dict[str, Any]] = api.ask("POST", "/api/previews", json={"url": feed})["entries"]
    assert len(entries) == LIST
    answer = api.client.post("/api/downloads/bulk", json={"entries": entries, "format": "mp4"})
    return {one["id"]: one["url"] for one in answer.raise_for_status().json()}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def digests(api: Api, items: dict[str, Any], seconds: float = 300) -> Iterator[tuple[Any, str]]:
    """What became of each item, once all are done: what it is of, and the file."""
    for item, what in items.items():
        download = api.wait(item, "done", "failed", seconds=seconds)
        assert download["state"] == "done", (SEED, what, download["error"])
        notes = {note["kind"] for note in download["notes"]}
        assert notes <= MAY_BE_NOTED.get(what, set()), (SEED, what, download["notes"])
        yield what, digest(api.bytes_of(item))


@pytest.mark.fault(row="F26")
@pytest.mark.timeout(3600)
def test_whatever_is_killed_whenever_every_file_ends_identical(
    tmp_path: Path, shared_api: Api, own_media: MediaSource
) -> None:
    media = own_media
    changing, (old, new) = media.folder / "changing.mp4", versions(media)
    changing.write_bytes(old)
    make_renditions(media.folder)
    subtitled(media)
    feed = publish(media, *(Episode(number) for number in range(1, LIST + 1)))
    own = {kind.add(shared_api, media): kind for kind in KINDS} | add_list(shared_api, feed)
    clean = {what: {made} for what, made in digests(shared_api, own)}
    clean[CHANGING] = {digest(old), digest(new)}
    assert len({made for found in clean.values() for made in found}) >= len(KINDS) + 1
    moments = random.Random(SEED)  # noqa: S311 - repeatable is what it must be
    media.throttle = 150_000
    with running(tmp_path, DOWNLOAD_CONCURRENCY="6") as api:
        kinds = list(islice(cycle(KINDS), DOWNLOADS))
        items: dict[str, Any] = {kind.add(api, media): kind for kind in kinds[: DOWNLOADS // 2]}
        items |= add_list(api, feed)
        items |= {kind.add(api, media): kind for kind in kinds[DOWNLOADS // 2 :]}
        for number in range(KILLS):
            if number == KILLS // 2:
                changing.with_suffix(".new").write_bytes(new)
                changing.with_suffix(".new").replace(changing)
            time.sleep(moments.uniform(0.2, 4.0))  # the fault's moment, not a wait for a state
            api.kill()
            api.start()
        media.throttle = 0

        for what, made in digests(api, items):
            assert made in clean[what], (SEED, what)
        wait_for(lambda: not api.staged, "staging is empty")
        assert len(list(api.media.glob("[!.]*.*"))) == DOWNLOADS + LIST
