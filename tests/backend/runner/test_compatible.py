"""An mp4 that is to be compatible has H.264 and AAC, whatever the site sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import av
import pytest

from tests.media_probe import probe
from tests.media_source import make_codecs, make_full_colour

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

NEW = "VP9, Opus", "H.264, AAC"


@pytest.fixture
def codecs(own_media: MediaSource) -> str:
    """The address of the folder that `make_codecs` describes."""
    make_codecs(own_media.folder)
    make_full_colour(own_media.folder / "codecs")
    return f"{own_media.base}/codecs"


def result(api: Api, url: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    done = api.wait(api.add(url, **options), "done", "failed")
    assert done["error"] is None
    return done


def pixels(file: Path) -> str:
    with av.open(file) as container:
        return str(container.streams.video[0].codec_context.pix_fmt)


def packets(file: Path, kind: str) -> list[bytes]:
    """The encoded pictures or sounds, which nothing but encoding changes."""
    with av.open(file) as container:
        return [bytes(packet) for packet in container.demux(**{kind: 0}) if packet.size]


def conversions(download: dict[str, Any]) -> list[tuple[str, str]]:
    told = [note for note in download["notes"] if note["kind"] == "converted"]
    return [(note["values"]["before"], note["values"]["after"]) for note in told]


@pytest.mark.parametrize(
    ("name", "converted"),
    [
        ("new.webm", NEW),
        ("new.mp4", NEW),
        ("new.m3u8", NEW),
        ("new.mpd", NEW),
        ("av1.mp4", ("AV1", "H.264")),
        ("opus.mp4", ("Opus", "AAC")),
        ("444.mp4", ("H.264 (yuv444p)", "H.264")),
    ],
)
def test_what_not_every_device_plays_is_encoded_again_and_that_is_said(
    shared_api: Api, codecs: str, name: str, converted: tuple[str, str]
) -> None:
    done = result(shared_api, f"{codecs}/{name}")

    assert probe(shared_api.file_of(done)).codecs == ["h264", "aac"]
    assert pixels(shared_api.file_of(done)) == "yuv420p"
    assert conversions(done) == [converted]


@pytest.mark.parametrize(("name", "kind"), [("opus.mp4", "video"), ("av1.mp4", "audio")])
def test_what_every_device_plays_is_copied(
    shared_api: Api, own_media: MediaSource, codecs: str, name: str, kind: str
) -> None:
    done = result(shared_api, f"{codecs}/{name}")

    assert packets(shared_api.file_of(done), kind) == packets(
        own_media.folder / "codecs" / name, kind
    )


@pytest.mark.parametrize("name", ["new.mp4", "av1.mp4", "opus.mp4", "444.mp4"])
def test_the_best_quality_is_what_the_site_sends(
    shared_api: Api, own_media: MediaSource, codecs: str, name: str
) -> None:
    done = result(shared_api, f"{codecs}/{name}", codecs="best")

    assert (
        shared_api.file_of(done).read_bytes() == (own_media.folder / "codecs" / name).read_bytes()
    )
    assert done["notes"] == []


def test_the_best_quality_in_another_container_is_copied(shared_api: Api, codecs: str) -> None:
    done = result(shared_api, f"{codecs}/new.webm", codecs="best")

    assert probe(shared_api.file_of(done)).codecs == ["vp9", "opus"]
    assert done["notes"] == []


@pytest.mark.parametrize(
    ("size", "height", "converted"),
    [("180p", 180, []), ("360p", 360, [("VP9", "H.264")]), ("best", 180, [])],
)
def test_h264_of_the_chosen_size_is_taken_where_there_is_one(
    shared_api: Api, codecs: str, size: str, height: int, converted: list[tuple[str, str]]
) -> None:
    done = result(shared_api, f"{codecs}/both.m3u8", resolution=size)

    made = probe(shared_api.file_of(done))
    assert made.codecs == ["h264", "aac"]
    assert [one.height for one in made.streams if one.kind == "video"] == [height]
    assert conversions(done) == converted


def test_what_is_encoded_again_tells_how_far_it_is(shared_api: Api, own_media: MediaSource) -> None:
    make_full_colour(own_media.folder, seconds=20)
    item = shared_api.add(f"{own_media.base}/444.mp4")
    progress = shared_api.converting(item)
    shared_api.ask("POST", f"/api/downloads/{item}/cancel")
    assert 0 < progress["fraction"] <= 1
    assert progress["eta"] >= 0


def test_a_conversion_that_was_killed_is_done_again_and_said_once(
    api: Api, own_media: MediaSource
) -> None:
    make_full_colour(own_media.folder, seconds=20)
    item = api.add(f"{own_media.base}/444.mp4")
    api.converting(item)
    api.kill()
    api.start()

    done = api.wait(item, "done", "failed")
    assert probe(api.file_of(done)).codecs == ["h264", "aac"]
    assert pixels(api.file_of(done)) == "yuv420p"
    assert conversions(done) == [("H.264 (yuv444p)", "H.264")]
    assert done["duration"] == pytest.approx(20, abs=0.2)
