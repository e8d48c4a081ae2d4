"""`kill -9` of the api while downloads are under way: they end with the bytes of a clean run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest

from tests.backend.api_process import Api, wait_for
from tests.media_source import serve_media

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource


SEGMENTS = (".ts", ".m4s")


@pytest.fixture(scope="module")
def clean(shared_api: Api, media_folder: Path) -> dict[str, bytes]:
    """What runs that nobody disturbed gave, by kind."""
    with serve_media(media_folder) as media:
        items = {kind: shared_api.add(getattr(media, kind)) for kind in ("mp4", "hls", "dash")}
        for item in items.values():
            shared_api.wait(item, "done")
        found = {kind: shared_api.bytes_of(item) for kind, item in items.items()}
        assert found["mp4"] == media.mp4_bytes
    return found


def fraction(api: Api, item: str) -> float:
    return (api.get(item)["progress"] or {}).get("fraction") or 0.0


def family(api: Api) -> list[psutil.Process]:
    assert api.process
    return psutil.Process(api.process.pid).children(recursive=True)


def test_downloads_go_on_after_kill_9_and_end_identical(
    api: Api, media: MediaSource, clean: dict[str, bytes]
) -> None:
    media.throttle = 250_000
    items = {kind: api.add(getattr(media, kind)) for kind in clean}
    wait_for(lambda: all(fraction(api, i) > 0.2 for i in items.values()), "a fifth of each")
    children = family(api)
    assert len(children) >= 3

    api.kill()

    psutil.wait_procs(children, timeout=60)
    assert not [child for child in children if child.is_running()]
    before = set(media.requests)
    media.requests.clear()
    media.throttle = 0
    api.start()
    for kind, item in items.items():
        api.wait(item, "done")
        assert api.bytes_of(item) == clean[kind], kind
    assert any(path == "/clip.mp4" and first > 100_000 for path, first in media.requests)
    for folder in ("/hls/", "/dash/"):
        again = {path for path, _ in before & set(media.requests) if path.endswith(SEGMENTS)}
        again = {path for path in again if path.startswith(folder) and "init" not in path}
        # The one that was cut off; the first and the last before it, to be compared.
        assert len(again) <= 3
    wait_for(lambda: not api.staged, "staging is empty")


def test_a_wish_that_was_answered_survives_kill_9_and_a_pause_does_too(
    api: Api, media: MediaSource
) -> None:
    media.throttle = 50_000
    items = [api.add(media.mp4) for _ in range(5)]
    paused = items.pop()
    api.ask("POST", f"/api/downloads/{paused}/pause")

    api.kill()
    media.throttle = 0
    api.start()

    for item in items:
        api.wait(item, "done")
        assert api.bytes_of(item) == media.mp4_bytes
    assert api.get(paused)["state"] == "paused"


def test_a_runner_that_is_killed_is_replaced_and_the_download_goes_on(
    shared_api: Api, media: MediaSource
) -> None:
    media.throttle = 300_000
    item = shared_api.add(media.mp4)
    wait_for(lambda: fraction(shared_api, item) > 0.2, "some has come")

    for child in family(shared_api):
        child.kill()
    media.throttle = 0

    assert shared_api.wait(item, "done")["attempt"] == 2
    assert shared_api.bytes_of(item) == media.mp4_bytes
