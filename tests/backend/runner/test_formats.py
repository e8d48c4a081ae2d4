"""Every wish for a format is met, whatever codecs the source has."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest

from domain.failures import classify
from tests.backend.pages import page_of
from tests.media_probe import probe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_probe import Media
    from tests.media_source import MediaSource

SOURCE = ("-f", "lavfi", "-i", "testsrc2=size=161x90:rate=10:duration=1")
SOUND = ("-f", "lavfi", "-i", "sine=duration=1")
CODECS = {
    "old.webm": ("-c:v", "libvpx", "-c:a", "libvorbis"),
    "old.flv": ("-c:v", "flv1", "-c:a", "libmp3lame", "-ar", "44100"),
    "old.wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
}
TEXT = "1\n00:00:00,100 --> 00:00:00,900\nSix o'clock\n"


def ffmpeg(*arguments: str | Path) -> None:
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True, timeout=60)


def probed(api: Api, item: str) -> Media:
    """What is in the finished file."""
    download = api.wait(item, "done", "failed")
    assert download["error"] is None
    return probe(api.media / download["file"]["name"])


@pytest.mark.parametrize("name", CODECS)
def test_what_mp4_cannot_hold_is_encoded_again(
    shared_api: Api, media: MediaSource, name: str
) -> None:
    ffmpeg(*SOURCE, *SOUND, *CODECS[name], media.folder / name)

    item = shared_api.add(f"{media.base}/{name}")

    assert probed(shared_api, item).codecs == ["h264", "aac"]


def test_two_streams_that_webm_cannot_hold_are_encoded_again(
    shared_api: Api, media: MediaSource
) -> None:
    ffmpeg(
        *("-i", media.folder / "short.mp4", "-t", "1", "-c", "copy", "-f", "dash"),
        media.folder / "dash/brief.mpd",
    )
    item = shared_api.add(f"{media.base}/dash/brief.mpd", format="webm")

    assert probed(shared_api, item).codecs == ["vp9", "opus"]


def test_two_streams_that_fit_only_together_are_copied_all_the_same(
    shared_api: Api, media: MediaSource
) -> None:
    codecs = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-c:a", "libopus")
    ffmpeg(*SOURCE, *SOUND, *codecs, "-f", "dash", media.folder / "dash/new.mpd")

    item = shared_api.add(f"{media.base}/dash/new.mpd", codecs="best")

    assert probed(shared_api, item).codecs == ["vp9", "opus"]


def test_streams_that_fit_are_copied_and_subtitles_made_such_as_fit(
    shared_api: Api, media: MediaSource
) -> None:
    (media.folder / "text.srt").write_text(TEXT)
    two = ("-i", media.folder / "short.mp4", "-i", media.folder / "text.srt")
    ffmpeg(*two, "-c:v", "copy", "-c:a", "copy", "-c:s", "ass", media.folder / "text.mkv")

    item = shared_api.add(f"{media.base}/text.mkv")

    assert probed(shared_api, item).codecs == ["h264", "aac", "mov_text"]


def test_what_ffmpeg_cannot_convert_says_so_and_names_a_way_out() -> None:
    failed = classify(Exception("ERROR: Postprocessing: Conversion failed!"))

    assert failed.kind == "conversion"
    assert "mkv" in failed.fix


@pytest.mark.parametrize("format_", ["mp4", "mkv", "mp3", "m4a", "opus", "flac"])
def test_a_picture_is_put_in_where_there_is_room_for_one(
    shared_api: Api, media: MediaSource, format_: str
) -> None:
    ffmpeg("-i", media.folder / "short.mp4", "-frames:v", "1", media.folder / "picture.png")
    url = page_of(media, "picture.html", thumbnailUrl=f"{media.base}/picture.png")

    item = shared_api.add(url, format=format_, embed=["thumbnail"])

    assert "png" in probed(shared_api, item).codecs


@pytest.mark.parametrize("format_", ["webm", "wav", "avi"])
def test_elsewhere_the_wish_for_a_picture_does_no_harm(
    shared_api: Api, media: MediaSource, format_: str
) -> None:
    ffmpeg("-i", media.folder / "short.mp4", "-frames:v", "1", media.folder / "picture.png")
    url = page_of(media, "picture.html", thumbnailUrl=f"{media.base}/picture.png")

    item = shared_api.add(url, format=format_, embed=["thumbnail"])

    assert shared_api.wait(item, "done", "failed")["state"] == "done"


@pytest.mark.parametrize("picture", ["/broken.webp", "http://192.168.77.77/p.png", "/none.png"])
def test_a_picture_that_cannot_be_put_in_does_no_harm(
    shared_api: Api, media: MediaSource, picture: str
) -> None:
    (media.folder / "broken.webp").write_bytes(b"RIFF\x09\0\0\0WEBPbroken")
    url = page_of(media, "broken.html", thumbnailUrl=urljoin(media.base, picture))

    item = shared_api.add(url, format="mp4", embed=["thumbnail"])

    assert probed(shared_api, item).codecs == ["h264", "aac"]
