"""F26 and F27: a source whose file is replaced while a download of it is broken off or paused.

What ends as done is one version or the other, and never a mixture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from tests.backend.api_process import Api, wait_for
from tests.media_source import Manner, Validator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.media_source import MediaSource

pytestmark = pytest.mark.fault(row="F27")
HEAD = 65_536
"""Bytes that both versions begin with, as files of one encoder do."""


def replace(file: Path) -> None:
    """Put another file of the same length in its place."""
    content = bytearray(file.read_bytes())
    for place in range(HEAD if len(content) > 2 * HEAD else 0, len(content), 188 * 20):
        content[place] ^= 0xFF
    making = file.with_suffix(".new")
    making.write_bytes(content)
    making.replace(file)


def interrupted(api: Api, media: MediaSource, url: str, meanwhile: Callable[[], None]) -> str:
    """A download that is paused in its second half, and resumed after `meanwhile`."""
    media.throttle = 500_000
    item = api.add(url)

    def far_enough() -> bool:
        return ((api.get(item)["progress"] or {}).get("fraction") or 0) > 0.5

    wait_for(far_enough, "half of it has come")
    api.ask("POST", f"/api/downloads/{item}/pause")
    wait_for(lambda: not media.sending, "what fetched it has stopped")
    meanwhile()
    media.throttle = 0
    media.requests.clear()
    api.ask("POST", f"/api/downloads/{item}/resume")
    return item


def clean(api: Api, url: str) -> bytes:
    """What a download gives that nothing disturbs."""
    item = api.add(url)
    api.wait(item, "done")
    return api.bytes_of(item)


@pytest.mark.parametrize("heeds_if_range", [True, False], ids=["heeds", "ignores"])
@pytest.mark.parametrize("validator", get_args(Validator))
def test_a_file_that_was_replaced_is_fetched_anew_and_said(
    shared_api: Api, own_media: MediaSource, validator: Validator, *, heeds_if_range: bool
) -> None:
    own_media.validator, own_media.heeds_if_range = validator, heeds_if_range

    item = interrupted(
        shared_api,
        own_media,
        own_media.mp4,
        lambda: replace(own_media.folder / "clip.mp4"),
    )

    done = shared_api.wait(item, "done", "failed")
    assert done["error"] is None
    assert shared_api.bytes_of(item) == clean(shared_api, own_media.mp4)
    assert [note["kind"] for note in done["notes"]] == ["changed"]


@pytest.mark.parametrize("validator", get_args(Validator))
def test_a_file_that_is_the_same_is_continued_where_it_broke_off(
    shared_api: Api, own_media: MediaSource, validator: Validator
) -> None:
    own_media.validator = validator

    item = interrupted(shared_api, own_media, own_media.mp4, lambda: None)

    done = shared_api.wait(item, "done", "failed")
    asked = [first for path, first in own_media.requests if path == "/clip.mp4" and first]
    assert len(asked) == 1
    assert asked[0] > 500_000
    assert done["notes"] == []
    assert shared_api.bytes_of(item) == clean(shared_api, own_media.mp4)


def test_a_file_that_became_shorter_is_fetched_anew(
    shared_api: Api, own_media: MediaSource
) -> None:
    clip = own_media.folder / "clip.mp4"

    def shorten() -> None:
        clip.write_bytes((own_media.folder / "short.mp4").read_bytes())

    item = interrupted(shared_api, own_media, own_media.mp4, shorten)

    done = shared_api.wait(item, "done", "failed")
    assert shared_api.bytes_of(item) == clean(shared_api, own_media.mp4)
    assert [note["kind"] for note in done["notes"]] == ["changed"]


def test_a_source_without_ranges_is_fetched_from_its_beginning_and_nothing_is_said(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/clip.mp4"] = Manner(ranges=False)

    item = interrupted(shared_api, own_media, own_media.mp4, lambda: None)

    assert shared_api.wait(item, "done", "failed")["notes"] == []
    assert shared_api.bytes_of(item) == clean(shared_api, own_media.mp4)


STREAMS = ("hls", "dash")


@pytest.mark.parametrize("validator", ["none", "etag"])
@pytest.mark.parametrize("stream", STREAMS)
def test_fragments_that_were_replaced_are_fetched_anew_and_said(
    shared_api: Api, own_media: MediaSource, stream: str, validator: Validator
) -> None:
    own_media.validator = validator
    url = getattr(own_media, stream)

    def replace_all() -> None:
        for file in (own_media.folder / stream).iterdir():
            if file.suffix in {".ts", ".m4s"} and "init" not in file.name:
                replace_samples(file)

    item = interrupted(shared_api, own_media, url, replace_all)

    done = shared_api.wait(item, "done", "failed")
    assert done["error"] is None
    assert shared_api.bytes_of(item) == clean(shared_api, url)
    assert [note["kind"] for note in done["notes"]] == ["changed"]


def test_a_stream_that_was_finished_is_fetched_anew_when_the_other_has_changed(
    shared_api: Api, own_media: MediaSource
) -> None:
    """Else new sound would be put under old pictures."""
    dash = own_media.folder / "dash"

    def sound_has_begun() -> bool:
        asked = {path for path, _ in own_media.requests}
        return len([path for path in asked if "/chunk-stream1-" in path]) > 2

    own_media.throttle = 200_000
    item = shared_api.add(own_media.dash)
    wait_for(sound_has_begun, "the pictures are here, and some of the sound")
    shared_api.ask("POST", f"/api/downloads/{item}/pause")
    wait_for(lambda: not own_media.sending, "what fetched it has stopped")
    for file in dash.glob("chunk-stream*.m4s"):
        replace_samples(file)
    own_media.throttle = 0
    own_media.requests.clear()
    shared_api.ask("POST", f"/api/downloads/{item}/resume")

    done = shared_api.wait(item, "done", "failed")
    again = [path for path, _ in own_media.requests if "/chunk-stream0-" in path]
    assert done["error"] is None
    assert shared_api.bytes_of(item) == clean(shared_api, own_media.dash)
    assert [note["kind"] for note in done["notes"]] == ["changed"]
    assert len(set(again)) == len(list(dash.glob("chunk-stream0-*.m4s")))


def replace_samples(file: Path) -> None:
    """Change what is in the middle of the fragment, not its structure."""
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(byte ^ 1 for byte in content[middle : middle + 40])
    file.write_bytes(content)


def test_a_playlist_that_names_other_fragments_begins_anew(
    shared_api: Api, own_media: MediaSource
) -> None:
    playlist = own_media.folder / "hls/index.m3u8"

    def rename() -> None:
        for file in playlist.parent.glob("*.ts"):
            file.rename(file.with_name(f"new-{file.name}"))
        playlist.write_text(playlist.read_text().replace("index", "new-index"))

    item = interrupted(shared_api, own_media, own_media.hls, rename)

    done = shared_api.wait(item, "done", "failed")
    assert shared_api.bytes_of(item) == clean(shared_api, own_media.hls)
    assert [note["kind"] for note in done["notes"]] == ["changed"]
    assert ("/hls/new-index0.ts", 0) in own_media.requests


@pytest.mark.parametrize("stream", STREAMS)
def test_fragments_that_are_the_same_are_not_all_fetched_again(
    shared_api: Api, own_media: MediaSource, stream: str
) -> None:
    url = getattr(own_media, stream)

    item = interrupted(shared_api, own_media, url, lambda: None)

    done = shared_api.wait(item, "done", "failed")
    fragments = [path for path, _ in own_media.requests if path.endswith((".ts", ".m4s"))]
    assert done["notes"] == []
    assert len(fragments) < len(list((own_media.folder / stream).iterdir())) - 2
    assert shared_api.bytes_of(item) == clean(shared_api, url)
