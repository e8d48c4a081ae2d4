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


@pytest.mark.parametrize("kind", ["mp4", "hls", "dash"])
def test_a_download_goes_on_after_kill_9_and_ends_identical(
    api: Api, media: MediaSource, clean: dict[str, bytes], kind: str
) -> None:
    media.throttle = 500_000
    item = api.add(getattr(media, kind))
    wait_for(lambda: fraction(api, item) > 0.3, "a third has come")
    children = family(api)
    assert children

    api.kill()

    psutil.wait_procs(children, timeout=5)
    assert not [child for child in children if child.is_running()]
    before = set(media.requests)
    media.requests.clear()
    media.throttle = 0
    api.start()
    api.wait(item, "done")
    assert api.bytes_of(item) == clean[kind]
    if kind == "mp4":
        assert any(first > 100_000 for _, first in media.requests), "it went on, not anew"
    else:
        again = {path for path, _ in before & set(media.requests) if path.endswith(SEGMENTS)}
        assert len(again) <= 1, "only the segment that was cut off is asked for again"
    wait_for(lambda: not api.staged, "staging is empty")


def test_a_wish_that_was_answered_survives_kill_9(api: Api, media: MediaSource) -> None:
    items = [api.add(media.mp4) for _ in range(8)]

    api.kill()
    api.start()

    for item in items:
        api.wait(item, "done")
        assert api.bytes_of(item) == media.mp4_bytes


def test_what_was_paused_before_kill_9_stays_paused(api: Api, media: MediaSource) -> None:
    media.throttle = 100_000
    item = api.add(media.mp4)
    api.wait(item, "running")
    api.ask("POST", f"/api/downloads/{item}/pause")

    api.kill()
    api.start()
    api.ready()

    assert api.get(item)["state"] == "paused"


def test_a_runner_that_is_killed_is_replaced_and_the_download_goes_on(
    api: Api, media: MediaSource
) -> None:
    media.throttle = 400_000
    item = api.add(media.mp4)
    wait_for(lambda: fraction(api, item) > 0.2, "some has come")

    for child in family(api):
        child.kill()
    media.throttle = 0

    assert api.wait(item, "done")["attempt"] == 2
    assert api.bytes_of(item) == media.mp4_bytes
