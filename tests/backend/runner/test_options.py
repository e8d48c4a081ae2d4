from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from yt_dlp import YoutubeDL

from domain.requests import DownloadRequest
from files.ffmpeg import find_ffmpeg
from runner.metadata import preview
from runner.options import parameters
from runner.trim import kept_duration, measure_duration, trim
from tests.backend.pages import page_of
from tests.media_probe import probe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_probe import Media
    from tests.media_source import MediaSource


def probed(api: Api, item: str) -> Media:
    """What is in the finished file."""
    return probe(api.media / api.wait(item, "done")["file"]["name"])


@pytest.mark.parametrize("format_", ["wav", "flac"])
def test_a_clip_is_cut_out(shared_api: Api, media: MediaSource, format_: str) -> None:
    item = shared_api.add(media.mp4, format=format_, start=2, end=5.5)

    assert abs(probed(shared_api, item).seconds - 3.5) < 0.1


def test_what_is_kept_of_a_video_has_a_length_and_a_picture_of_its_own(
    shared_api: Api, media: MediaSource
) -> None:
    item = shared_api.add(media.dash, start=10, end=11.5)

    assert shared_api.wait(item, "done")["thumbnail"] is True
    assert shared_api.get(item)["duration"] == 1.5


def test_a_clip_can_be_cut_out_again_after_a_crash(tmp_path: Path, media: MediaSource) -> None:
    made = tmp_path / "media.mp4"
    made.write_bytes(media.mp4_bytes)

    first, again = (trim(find_ffmpeg(), made, 2, 5.5).read_bytes() for _ in range(2))

    assert first == again
    assert made.read_bytes() == media.mp4_bytes


def test_a_clip_beyond_the_end_is_refused_once_the_end_is_known(
    shared_api: Api, media: MediaSource
) -> None:
    silent = shared_api.wait(shared_api.add(media.short, start=100, end=110), "failed", "done")
    media.requests.clear()
    url = page_of(media, "two-seconds.html", duration="PT2S")
    told = shared_api.wait(shared_api.add(url, start=100), "failed", "done")

    assert silent["error"]["kind"] == told["error"]["kind"] == "beyond-end"
    assert silent["error"]["sentence"].startswith("The clip starts at 100 s, but the medium")
    asked = [path for path, _ in media.requests]
    assert asked == ["/two-seconds.html", "/short.mp4"], "looked at, not fetched"


def test_what_is_kept_has_the_length_that_the_file_has_not_the_one_requested(
    shared_api: Api, media: MediaSource
) -> None:
    item = shared_api.add(media.short, start=1, end=60)

    assert shared_api.wait(item, "done")["duration"] == pytest.approx(1, abs=0.1)


def test_what_is_no_medium_has_no_length(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no medium")

    assert measure_duration(find_ffmpeg(), tmp_path / "text") is None
    assert measure_duration(None, tmp_path / "text") is None


@pytest.mark.parametrize(
    ("duration", "start", "end", "kept"),
    [
        (60, None, 10, 10),
        (60, 10, None, 50),
        (60, 10, 20, 10),
        (60, 10, 100, 50),
        (60, 70, None, 0),
        (None, 5, 10, 5),
        (None, 5, None, None),
    ],
)
def test_the_length_of_what_is_kept(
    duration: float | None, start: float | None, end: float | None, kept: float | None
) -> None:
    assert kept_duration(duration, start, end) == kept


def test_metadata_is_put_into_the_file_when_asked_for(shared_api: Api, media: MediaSource) -> None:
    item = shared_api.add(media.short, format="mp3", embed=["metadata", "thumbnail", "chapters"])

    assert probed(shared_api, item).tags["title"] == "short"


def test_subtitles_of_the_requested_languages_are_put_into_the_file(
    shared_api: Api, media: MediaSource
) -> None:
    (media.folder / "hls/text.vtt").write_text(
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nSix o'clock\n"
    )
    (media.folder / "hls/text.m3u8").write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\ntext.vtt\n#EXT-X-ENDLIST\n"
    )
    (media.folder / "hls/master.m3u8").write_text(
        '#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="t",NAME="English",LANGUAGE="en",'
        'URI="text.m3u8"\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,SUBTITLES="t"\n'
        "index.m3u8\n"
    )
    url = f"{media.base}/hls/master.m3u8"
    assert shared_api.ask("POST", "/api/previews", json={"url": url})["subtitles"] == ["en"]

    item = shared_api.add(url, format="mkv", subtitles=["en"])

    kinds = [stream.kind for stream in probed(shared_api, item).streams]
    assert sorted(kinds) == ["audio", "subtitle", "video"]


def test_languages_are_requested_as_sites_name_them(tmp_path: Path) -> None:
    subtitles = ["pt_BR", "zh-Hans", "all", "x.y", "live_chat"]
    request = DownloadRequest.model_validate({"url": "https://e.org/", "subtitles": subtitles})
    given = parameters(request, staging=tmp_path, ffmpeg=None)

    listed = [{"ext": "vtt", "url": "https://e.org/"}]
    offered = dict.fromkeys([*subtitles, "xzy", "de"], listed)
    with YoutubeDL(given | {"logger": None}) as downloader:
        people = downloader.process_subtitles("id", offered, {})
        machines = downloader.process_subtitles("id", {}, offered)

    assert list(people) == list(machines) == ["pt_BR", "zh-Hans", "all", "x.y"]


def test_a_preview_offers_the_languages_of_people_then_those_of_machines() -> None:
    told: dict[str, Any] = {"subtitles": {"pt_BR": [], "live_chat": [], "de": []}}
    told["automatic_captions"] = {"en": [], "de": [], "no language!": []}

    assert preview(told)["subtitles"] == ["de", "pt_BR", "en"]


@pytest.mark.parametrize(
    ("numbers", "told", "total", "complete"),
    [
        ([1, 2, 3], 3, 3, True),
        ([1, 2, 2], 3, 2, True),
        ([1, 2, 3, 4], 9, 9, False),
        ([1, 2, 3, 4], None, None, False),
        ([1, 2, 3, 4], 3, None, False),  # it cannot be: a fourth has been seen
        ([1, 2, 2, 3], 9, 9, False),  # three of four places are known, and nothing of a fifth
    ],
)
def test_a_list_is_complete_if_nothing_of_it_is_left_and_its_length_is_no_guess(
    numbers: list[int], told: int | None, total: int | None, *, complete: bool
) -> None:
    entries = [{"url": f"https://example.org/{number}"} for number in numbers]
    info = {"_type": "playlist", "entries": entries, "playlist_count": told}

    found = preview(info, max_entries=3)

    assert (found["total"], found["complete"]) == (total, complete)


def test_an_end_before_the_start_is_refused(shared_api: Api, media: MediaSource) -> None:
    request = {"url": media.mp4, "start": 5, "end": 5}
    answer = shared_api.client.post("/api/downloads", json=request)

    assert answer.status_code == 422
    assert "must be after start" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("resolution", "codecs", "first"),
    [
        ("best", "best", ["lang", "res"]),
        ("1080p", "best", ["lang", "res:1080"]),
        ("best", "compatible", ["lang", "vcodec:h264", "acodec:aac", "res"]),
        ("1600p", "compatible", ["lang", "res:1600", "vcodec:h264"]),
    ],
)
def test_language_then_codec_or_resolution_decide_which_format_comes_first(
    tmp_path: Path, resolution: str, codecs: str, first: list[str]
) -> None:
    wanted = {"url": "https://example.org/", "resolution": resolution, "codecs": codecs}

    given = parameters(DownloadRequest.model_validate(wanted), staging=tmp_path, ffmpeg=None)

    assert given["format_sort"][: len(first)] == first
