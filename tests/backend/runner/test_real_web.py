"""Traits of real servers and files, each with the result that a person expects."""

from __future__ import annotations

import json
import wave
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import av
import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.backend.pages import page_of
from tests.media_probe import probe
from tests.media_source import (
    Manner,
    make_picture,
    make_renditions,
    make_silent,
    make_sizes,
    make_two_languages,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource


def result(api: Api, url: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return api.wait(api.add(url, **options), "done", "failed")


def preview(api: Api, url: str) -> dict[str, Any]:
    return api.ask("POST", "/api/previews", json={"url": url})


def kinds(download: dict[str, Any]) -> list[str]:
    return [note["kind"] for note in download["notes"]]


# Faults that pass


def test_a_passing_fault_of_one_fragment_is_tried_again_until_it_has_passed(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/hls/index4.ts"] = Manner(stumbles=(503,) * 4)

    done = result(shared_api, own_media.hls)

    assert done["error"] is None


def test_a_chunked_body_that_breaks_off_is_tried_again(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/clip.mp4"] = Manner(framing="chunked", sends=600_000, ranges=False)
    item = shared_api.add(own_media.mp4)
    again = wait_for(lambda: (d := shared_api.get(item))["attempt"] > 1 and d, "it is tried again")
    del own_media.manners["/clip.mp4"]

    assert again["error"]["kind"] == "broken-off"
    assert shared_api.wait(item, "done", "failed")["error"] is None
    assert shared_api.bytes_of(item) == own_media.mp4_bytes


def test_a_piece_that_is_gone_is_said_to_be(shared_api: Api, own_media: MediaSource) -> None:
    own_media.faults["/hls/index4.ts"] = 404

    error = result(shared_api, own_media.hls)["error"]
    assert (error["kind"], error["sentence"].partition("(")[2]) == (
        "piece-missing",
        "index4.ts, 5/12, HTTP 404).",
    )


def test_bad_files_of_a_host_do_not_hold_up_its_good_ones(
    shared_api: Api, own_media: MediaSource
) -> None:
    (own_media.folder / "zero.mp4").touch()
    bad = [shared_api.add(f"{own_media.base}/zero.mp4?{n}") for n in range(4)]
    wait_for(lambda: all(shared_api.get(item)["attempt"] > 1 for item in bad), "all have failed")

    done = result(shared_api, own_media.short)

    assert done["error"] is None
    assert shared_api.ask("GET", "/api/queue")["hosts"] == []
    for item in bad:
        shared_api.ask("POST", f"/api/downloads/{item}/cancel")


# What is beside the medium


SUBTITLES = {"en": "text.m3u8", "de": "missing.m3u8"}


def subtitled(media: MediaSource, name: str = "subtitled") -> str:
    """A stream with subtitles in two languages, of which one cannot be had."""
    folder = media.folder / "hls"
    (folder / "text.vtt").write_text("WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nSix o'clock\n")
    for playlist in ("text.m3u8", "late.m3u8"):
        (folder / playlist).write_text(
            "#EXTM3U\n#EXT-X-TARGETDURATION:12\n#EXTINF:12,\ntext.vtt\n#EXT-X-ENDLIST\n"
        )
    offered = "".join(
        f'#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="t",NAME="{code}",LANGUAGE="{code}",URI="{uri}"\n'
        for code, uri in SUBTITLES.items()
    )
    stream = '#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=640x360,SUBTITLES="t"\nindex.m3u8\n'
    (folder / f"{name}.m3u8").write_text(f"#EXTM3U\n{offered}{stream}")
    return f"{media.base}/hls/{name}.m3u8"


def refuse_subtitles(media: MediaSource, status: int) -> None:
    """Answer for one of two languages with that status."""
    media.faults["/hls/missing.m3u8"] = status
    text = (media.folder / "hls/text.m3u8").read_bytes()
    (media.folder / "hls/missing.m3u8").write_bytes(text)


REFUSALS = pytest.mark.parametrize("status", [404, 429, 503])


@REFUSALS
def test_a_subtitle_that_is_missing_costs_a_note_and_not_the_video(
    shared_api: Api, own_media: MediaSource, status: int
) -> None:
    url = subtitled(own_media)
    refuse_subtitles(own_media, status)

    done = result(shared_api, url, subtitles=["en", "de", "fr"])

    assert (done["error"], done["attempt"]) == (None, 1)
    assert kinds(done) == ["missing-subtitles-sent", "missing-subtitles"]
    assert done["notes"][0]["values"] == {"language": "de", "detail": f" (HTTP {status})"}
    assert "none in this language" in done["notes"][1]["sentence"]
    streams = probe(shared_api.file_of(done)).streams
    assert [s.tags["language"] for s in streams if s.kind == "subtitle"] == ["eng"]
    assert shared_api.ask("GET", "/api/queue")["hosts"] == []


@REFUSALS
def test_a_retry_fetches_only_what_is_missing(
    shared_api: Api, own_media: MediaSource, status: int
) -> None:
    url = subtitled(own_media)
    refuse_subtitles(own_media, status)
    done = result(shared_api, url, subtitles=["en", "de"])
    assert kinds(done) == ["missing-subtitles-sent"]
    del own_media.faults["/hls/missing.m3u8"]
    own_media.requests.clear()

    shared_api.ask("POST", f"/api/downloads/{done['id']}/retry")

    wait_for(lambda: not shared_api.get(done["id"])["notes"], "nothing is missing")
    again = shared_api.wait(done["id"], "done", "failed")
    assert not [path for path, _ in own_media.requests if path.endswith(".ts")]
    streams = probe(shared_api.file_of(again)).streams
    assert [s.tags["language"] for s in streams if s.kind == "subtitle"] == ["eng", "deu"]
    assert [s.kind for s in streams[:2]] == ["video", "audio"]


def test_a_retry_that_brings_nothing_leaves_the_file_as_it_is(
    shared_api: Api, own_media: MediaSource
) -> None:
    done = result(shared_api, subtitled(own_media), subtitles=["de"])
    own_media.faults["/hls/subtitled.m3u8"] = 404

    shared_api.ask("POST", f"/api/downloads/{done['id']}/retry")

    again = shared_api.wait(done["id"], "done", "failed")
    assert (again["state"], again["file"], kinds(again)) == ("done", done["file"], kinds(done))
    assert shared_api.bytes_of(done["id"])


TRACK = '<video src="/short.mp4"><track kind="subtitles" srclang="en" src="/hls/text.vtt"></video>'


@pytest.mark.parametrize("way", ["a piece of a list", "a file"])
@pytest.mark.parametrize("sent", ["<!DOCTYPE html><p>Please wait</p>", "Sorry", "\0\1\2" * 99])
def test_what_is_sent_in_place_of_a_subtitle_costs_a_note_and_not_the_video(
    shared_api: Api, own_media: MediaSource, way: str, sent: str
) -> None:
    url = subtitled(own_media)
    if way == "a file":
        (own_media.folder / "track.html").write_text(f"<title>A film</title>{TRACK}")
        url = f"{own_media.base}/track.html"
    text = own_media.folder / "hls/text.vtt"
    real = text.read_text()
    text.write_text(sent)

    done = result(shared_api, url, subtitles=["en"])

    assert done["error"] is None
    assert kinds(done) == ["missing-subtitles-sent"]
    assert [s.kind for s in probe(shared_api.file_of(done)).streams] == ["video", "audio"]
    text.write_text(real)
    again = completed(shared_api, own_media, done)
    streams = probe(shared_api.file_of(again)).streams
    assert [s.tags["language"] for s in streams if s.kind == "subtitle"] == ["eng"]


def completed(api: Api, media: MediaSource, done: dict[str, Any]) -> dict[str, Any]:
    """What a retry makes of it, for which nothing of the medium itself is fetched."""
    media.requests.clear()
    api.ask("POST", f"/api/downloads/{done['id']}/retry")
    wait_for(lambda: not api.get(done["id"])["notes"], "nothing is missing")
    looks = [path for path, _ in media.requests if path.endswith((".ts", ".mp4"))]
    assert looks in ([], ["/short.mp4"])  # what a page names is looked at, to know what it is
    return api.wait(done["id"], "done", "failed")


BACKWARDS = {"@type": "Clip", "name": "The end", "startOffset": 2, "endOffset": 1}
FORWARDS = BACKWARDS | {"startOffset": 0}
TOO_LONG = "A word. " * 20_000
"""More than a command takes as one argument on Linux."""


@pytest.mark.parametrize(
    ("embed", "chapter", "description", "said"),
    [
        (["chapters"], BACKWARDS, "", ["missing-chapters"]),
        (["metadata"], FORWARDS, TOO_LONG, ["missing-metadata"]),
        (["chapters", "metadata"], BACKWARDS, "", ["missing-chapters"]),
        (["chapters", "metadata"], FORWARDS, TOO_LONG, ["missing-metadata"]),
        (["chapters", "metadata"], BACKWARDS, TOO_LONG, ["missing-metadata", "missing-chapters"]),
        (["chapters", "metadata"], FORWARDS, "", []),
    ],
)
def test_what_cannot_be_put_into_the_file_costs_a_note_and_nothing_else(
    shared_api: Api,
    own_media: MediaSource,
    embed: list[str],
    chapter: dict[str, Any],
    description: str,
    said: list[str],
) -> None:
    url = page_of(own_media, "told.html", hasPart=[chapter], description=description)

    done = result(shared_api, url, embed=embed)

    assert done["error"] is None
    assert kinds(done) == said
    assert put_into(shared_api, done) == {one for one in embed if f"missing-{one}" not in said}
    if said:
        page_of(own_media, "told.html", hasPart=[FORWARDS])
        again = completed(shared_api, own_media, done)
        assert put_into(shared_api, again) == set(embed)


def put_into(api: Api, done: dict[str, Any]) -> set[str]:
    """What of a page is in a file, beside picture and sound."""
    file = api.file_of(done)
    with av.open(file) as container:
        chapters: list[Any] = list(container.chapters())
        tagged = container.metadata.get("title") == "A video"
    named = "The end" in [one["metadata"].get("title") for one in chapters]
    found = {"chapters": named, "metadata": tagged}
    return {what for what, is_there in found.items() if is_there}


@pytest.mark.parametrize("way", ["a piece of a list", "a file"])
def test_a_subtitle_without_an_end_costs_a_note_and_not_the_disk(
    shared_api: Api, own_media: MediaSource, way: str
) -> None:
    url = subtitled(own_media)
    if way == "a file":
        (own_media.folder / "track.html").write_text(f"<title>A film</title>{TRACK}")
        url = f"{own_media.base}/track.html"
    (own_media.folder / "hls/text.vtt").write_text("WEBVTT\n\n" + "NOTE again\n\n" * 20_000)
    own_media.manners["/hls/text.vtt"] = Manner(framing="close", endless=True, ranges=False)
    own_media.throttle = 30_000_000

    item = shared_api.add(url, subtitles=["en"])
    try:
        done = shared_api.wait(item, "done", "failed")
    finally:
        shared_api.client.post(f"/api/downloads/{item}/cancel")

    assert done["error"] is None
    assert kinds(done) == ["missing-subtitles-sent"]
    assert "larger than" in done["notes"][0]["sentence"]


def test_a_thumbnail_that_cannot_be_had_costs_a_note(
    shared_api: Api, own_media: MediaSource
) -> None:
    url = page_of(own_media, "bare.html", thumbnailUrl=f"{own_media.base}/gone.jpg")

    done = result(shared_api, url, embed=["thumbnail"])

    assert done["error"] is None
    assert kinds(done) == ["missing-thumbnail"]
    assert done["notes"][0]["sentence"].endswith(
        "fetched: There is nothing at this address (HTTP 404)."
    )


def test_a_retry_for_a_missing_thumbnail_fetches_only_that(
    shared_api: Api, own_media: MediaSource
) -> None:
    picture = own_media.folder / "late.png"
    url = page_of(own_media, "late.html", thumbnailUrl=f"{own_media.base}/late.png")
    done = result(shared_api, url, embed=["thumbnail"])
    make_picture(picture)
    own_media.throttle = 200_000  # so that more than a look at the medium would show
    own_media.transfers.clear()

    again = completed(shared_api, own_media, done)

    assert kinds(done) == ["missing-thumbnail"]
    assert "png" in probe(shared_api.file_of(again)).codecs
    assert "/late.png" in [path for path, _ in own_media.requests]
    wait_for(lambda: not own_media.sending, "nothing is sent any more")
    sent = [one.sent for one in own_media.transfers if one.path == "/short.mp4"]
    assert max(sent, default=0) < (own_media.folder / "short.mp4").stat().st_size


# Bodies whose end nobody announces


def test_a_body_that_breaks_off_silently_is_kept_and_marked(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/clip.mp4"] = Manner(framing="close", sends=600_000, ranges=False)

    done = result(shared_api, own_media.mp4)

    assert kinds(done) == ["incomplete"]
    assert "12 s" in done["notes"][0]["sentence"]
    assert shared_api.bytes_of(done["id"])

    del own_media.manners["/clip.mp4"]
    shared_api.ask("POST", f"/api/downloads/{done['id']}/retry")
    wait_for(lambda: not shared_api.get(done["id"])["notes"], "it is whole")
    assert shared_api.bytes_of(done["id"]) == own_media.mp4_bytes


def test_a_whole_body_without_a_length_is_not_marked(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/clip.mp4"] = Manner(framing="close", ranges=False)

    done = result(shared_api, own_media.mp4)

    assert kinds(done) == []
    assert shared_api.bytes_of(done["id"]) == own_media.mp4_bytes


# What a link leads to


NOT_MEDIA = {
    "paper.pdf": b"%PDF-1.4\n%%EOF\n",
    "archive.zip": b"PK\x05\x06" + bytes(18),
    "letter.txt": b"hello\n",
    "photo.jpg": b"\xff\xd8\xff\xe0" + bytes(600),
    "dance.gif": b"GIF89a\x10\0\x10\0\xf0\0\0" + bytes(600),
    "chart.bmp": b"BM\x96\2\0\0" + bytes(4) + b"\x36\0\0\0\x28\0\0\0" + bytes(600),
    "lie.mp4": b"%PDF-1.4\n" + b"\0" * 3_000_000,
}
LOOKED_AT = 1_000_000
"""Bytes at most that are sent of a file before whoever has seen its beginning is gone: 2 s."""


@pytest.mark.parametrize("name", NOT_MEDIA)
def test_what_is_no_medium_is_known_by_its_first_bytes(
    shared_api: Api, own_media: MediaSource, name: str
) -> None:
    (own_media.folder / name).write_bytes(NOT_MEDIA[name])
    own_media.throttle = 500_000

    failed = result(shared_api, f"{own_media.base}/{name}")
    seen = shared_api.client.post("/api/previews", json={"url": f"{own_media.base}/{name}"})

    assert failed["error"]["kind"] == "not-media"
    assert seen.status_code == 422
    assert seen.json()["detail"] == failed["error"]["sentence"]
    wait_for(lambda: not own_media.sending, "nothing is sent any more")
    assert max(transfer.sent for transfer in own_media.transfers) <= LOOKED_AT


def test_a_silent_video_as_audio_has_a_reason(shared_api: Api, own_media: MediaSource) -> None:
    make_silent(own_media.folder)

    failed = result(shared_api, f"{own_media.base}/silent.mp4", format="mp3")

    assert failed["error"]["kind"] == "no-audio"


def test_a_circle_of_redirects_is_named(shared_api: Api, own_media: MediaSource) -> None:
    own_media.redirects["/circle"] = "/circle"

    assert result(shared_api, f"{own_media.base}/circle")["error"]["kind"] == "redirect-loop"


def test_a_video_behind_a_script_is_named_by_its_answer(
    shared_api: Api, own_media: MediaSource
) -> None:
    (own_media.folder / "get.php").write_bytes((own_media.folder / "short.mp4").read_bytes())
    own_media.manners["/get.php"] = Manner(
        headers={
            "Content-Type": "video/mp4",
            "Content-Disposition": 'attachment; filename="Holiday film.mp4"',
        }
    )

    done = result(shared_api, f"{own_media.base}/get.php?f=1")

    assert done["error"] is None
    assert done["title"] == "Holiday film"
    assert done["file"]["name"].endswith(".mp4")


def test_a_link_with_a_space_says_so(shared_api: Api) -> None:
    answer = shared_api.client.post("/api/downloads", json={"url": "https://example.org/a b.mp4"})

    assert answer.status_code == 422
    assert "a space" in answer.json()["detail"]


def test_a_password_in_a_link_is_kept_for_the_request_and_nowhere_else(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.manners["/short.mp4"] = Manner(login="ann:s3cret")
    url = own_media.short.replace("://", "://ann:s3cret@")

    seen = preview(shared_api, url)
    done = result(shared_api, url, embed=["metadata"])

    assert done["error"] is None
    assert "s3cret" not in json.dumps([done, seen])
    assert b"s3cret" not in shared_api.bytes_of(done["id"])
    assert done["platform"] == f"127.0.0.1:{own_media.port}"


@pytest.mark.parametrize(
    "request_", [{"url": "http://ann:s3cret@example.org/a b"}, {"link": "http://ann:s3cret@a.org"}]
)
def test_a_request_that_is_refused_is_answered_without_its_password(
    shared_api: Api, request_: dict[str, str]
) -> None:
    answer = shared_api.client.post("/api/downloads", json=request_)

    assert answer.status_code == 422
    assert "s3cret" not in answer.text


# Sizes, codecs, audio tracks


@pytest.mark.parametrize(
    ("playlist", "offered", "chosen", "size"),
    [
        ("wide", ["1600p", "532p"], "1600p", (3840, 1600)),
        ("wide", ["1600p", "532p"], "532p", (1280, 532)),
        ("wide", ["1600p", "532p"], "1440p", (1280, 532)),  # the next smaller one
        ("wide", ["1600p", "532p"], "480p", (1280, 532)),  # all are larger
        ("portrait", ["1080p", "720p"], "1080p", (1080, 1920)),
        ("portrait", ["1080p", "720p"], "720p", (720, 1280)),
    ],
)
def test_the_size_that_is_shown_is_the_one_that_is_fetched(
    shared_api: Api,
    own_media: MediaSource,
    playlist: str,
    offered: list[str],
    chosen: str,
    size: tuple[int, int],
) -> None:
    make_sizes(own_media.folder)
    url = f"{own_media.base}/sizes/{playlist}.m3u8"

    seen = [one["resolution"] for one in preview(shared_api, url)["resolutions"]]
    done = result(shared_api, url, resolution=chosen)

    assert seen == offered
    video = next(s for s in probe(shared_api.file_of(done)).streams if s.kind == "video")
    assert (video.width, video.height) == size


@pytest.mark.parametrize(
    ("audio", "pitch"), [(None, 440), ("de", 880), ("en+ad", 220), ("nonsense", 440)]
)
def test_the_audio_is_the_sites_own_track_or_the_chosen_one(
    shared_api: Api, own_media: MediaSource, audio: str | None, pitch: int
) -> None:
    make_renditions(own_media.folder)
    url = f"{own_media.base}/renditions/index.m3u8"

    tracks = {track["id"]: track for track in preview(shared_api, url)["audio"]}
    done = result(shared_api, url, format="wav", audio=audio)

    assert set(tracks) == {"en", "de", "en+ad"}
    assert [name for name, track in tracks.items() if track["default"]] == ["en"]
    assert [name for name, track in tracks.items() if track["described"]] == ["en+ad"]
    assert pitch_of(shared_api.file_of(done)) == pytest.approx(pitch, rel=0.05)


@pytest.mark.parametrize(("default", "pitch"), [("none", 440), ("eng", 440), ("deu", 880)])
def test_a_file_with_two_audio_tracks_keeps_both_and_its_default_becomes_the_sound(
    shared_api: Api, own_media: MediaSource, default: str, pitch: int
) -> None:
    make_two_languages(own_media.folder, "two.mkv", default=default)
    url = f"{own_media.base}/two.mkv"

    seen = preview(shared_api, url)
    video, wav, m4a = (result(shared_api, url, format=one) for one in ("mp4", "wav", "m4a"))

    streams = probe(shared_api.file_of(video)).streams
    assert seen["audio"] == []
    assert [s.tags["language"] for s in streams if s.kind == "audio"] == ["eng", "deu"]
    assert pitch_of(shared_api.file_of(wav)) == pytest.approx(pitch, rel=0.05)
    assert probe(shared_api.file_of(m4a)).codecs == ["aac"]


def pitch_of(path: Path) -> float:
    """The frequency of a plain tone: how often its wave rises through zero in the second half."""
    with wave.open(str(path)) as file:
        half = file.getnframes() // 2
        file.setpos(half)
        samples = memoryview(file.readframes(half)).cast("h")[:: file.getnchannels()]
        rises: int = sum(a < 0 <= b for a, b in pairwise(samples.tolist()))
        rate = rises * file.getframerate() / len(samples)
    return float(rate)


@pytest.mark.parametrize(
    ("source", "bitrate", "range_"),
    [
        ("mp4", 128, (110, 150)),
        ("mp4", 192, (170, 215)),
        ("mp4", 320, (280, 340)),
        ("dash", None, (85, 110)),  # the source's, which tells 96.208
    ],
)
def test_the_bit_rate_of_audio_can_be_chosen(
    shared_api: Api,
    own_media: MediaSource,
    source: str,
    bitrate: int | None,
    range_: tuple[int, int],
) -> None:
    url = getattr(own_media, source)

    done = result(shared_api, url, format="mp3", audio_bitrate=bitrate)

    kbps = done["file"]["bytes"] * 8 / 1000 / 12
    assert range_[0] < kbps < range_[1]


# Lists


def feed(media: MediaSource, name: str, count: int) -> str:
    items = "".join(
        f"<item><title>Episode {n} of the show</title>"
        f"<pubDate>Thu, 01 Jan 2026 0{n % 10}:00:00 +0000</pubDate>"
        f"<itunes:duration>{n}</itunes:duration>"
        f'<enclosure url="{media.short}?e={n}" type="video/mp4" length="1"/></item>'
        for n in range(1, count + 1)
    )
    (media.folder / name).write_text(
        f'<?xml version="1.0"?><rss version="2.0" xmlns:itunes="http://www.itunes.com'
        f'/dtds/podcast-1.0.dtd"><channel><title>S</title>{items}</channel></rss>'
    )
    return f"{media.base}/{name}"


def test_entries_of_a_list_keep_what_the_list_knew(shared_api: Api, own_media: MediaSource) -> None:
    seen = preview(shared_api, feed(own_media, "show.xml", 3))
    own_media.manners["/short.mp4"] = Manner(referer="/show.xml")

    how = {"entries": seen["entries"], "template": "{date} {title}.{ext}", "embed": ["metadata"]}
    added = shared_api.client.post("/api/downloads/bulk", json=how).json()

    assert [one["title"] for one in added] == [f"Episode {n} of the show" for n in (1, 2, 3)]
    assert [one["duration"] for one in added] == [1, 2, 3]
    done = [shared_api.wait(one["id"], "done", "failed") for one in added]
    assert [one["error"] for one in done] == [None] * 3
    assert [one["title"] for one in done] == [f"Episode {n} of the show" for n in (1, 2, 3)]
    assert [entry["number"] for entry in seen["entries"]] == [1, 2, 3]
    names = [f"2026-01-01 Episode {n} of the show.mp4" for n in (1, 2, 3)]
    assert [one["file"]["name"] for one in done] == names
    tracks = [probe(shared_api.file_of(one)).tags.get("track") for one in done]
    assert tracks == ["1", "2", "3"]


def test_two_videos_of_a_page_that_only_it_may_show_keep_names_and_referer(
    shared_api: Api, own_media: MediaSource
) -> None:
    short = (own_media.folder / "short.mp4").read_bytes()
    for name in ("one", "two"):
        (own_media.folder / f"{name}.mp4").write_bytes(short)
        own_media.manners[f"/{name}.mp4"] = Manner(referer="/films.html", refuses=403)
    videos = "".join(f'<video src="/{name}.mp4"></video>' for name in ("one", "two"))
    (own_media.folder / "films.html").write_text(f"<title>Two films</title>{videos}")

    seen = preview(shared_api, f"{own_media.base}/films.html")
    added = shared_api.client.post("/api/downloads/bulk", json={"entries": seen["entries"]}).json()
    done = [shared_api.wait(one["id"], "done", "failed") for one in added]

    titles = [entry["title"] for entry in seen["entries"]]
    assert titles == ["Two films (1)", "Two films (2)"]
    assert [one["title"] for one in added] == titles
    assert [one["error"] for one in done] == [None] * 2
    assert [one["title"] for one in done] == titles
    assert [one["file"]["name"].partition(" [")[0] for one in done] == titles
    assert [shared_api.bytes_of(one["id"]) for one in done] == [short] * 2


def test_a_long_list_is_shown_in_parts_and_whole(shared_api: Api, own_media: MediaSource) -> None:
    seen = preview(shared_api, feed(own_media, "long.xml", 1200))
    path = f"/api/previews/{seen['key']}/entries"

    second = shared_api.ask("GET", path, params={"first": 501, "limit": 500})
    last = shared_api.ask("GET", path, params={"first": 1, "limit": 2, "newest": True, "q": "11"})

    assert (len(seen["entries"]), seen["total"]) == (500, 1200)
    assert (second["items"][0]["number"], len(second["items"])) == (501, 500)
    assert (second["total"], second["complete"]) == (1200, True)
    assert all("11" in entry["title"] for entry in last["items"])
    assert len(last["items"]) == 2
    everything = shared_api.ask("GET", path, params={"limit": 5000})["items"]
    assert len(everything) == 1200


@pytest.mark.parametrize(("count", "complete"), [(5000, True), (5001, False)])
def test_only_a_list_that_is_longer_than_what_can_be_looked_at_is_said_to_be(
    shared_api: Api, own_media: MediaSource, count: int, *, complete: bool
) -> None:
    lines = "".join(f"/short.mp4?{n}\n" for n in range(count))
    (own_media.folder / "full.m3u").write_text(f"#EXTM3U\n{lines}")
    seen = preview(shared_api, f"{own_media.base}/full.m3u")

    page = shared_api.ask("GET", f"/api/previews/{seen['key']}/entries", params={"limit": 5000})

    assert seen["total"] == count
    assert (len(page["items"]), page["complete"]) == (5000, complete)


PLAIN = "#EXTM3U\n#EXTINF:2,One\n/short.mp4?1\n\n#EXTINF:-1,Two\nclip.mp4\nshort.mp4\n"


@pytest.mark.parametrize("name", ["files.m3u", "files.m3u8", "files.txt"])
def test_a_playlist_of_files_is_a_list_and_no_stream(
    shared_api: Api, own_media: MediaSource, name: str
) -> None:
    (own_media.folder / name).write_text(PLAIN)
    url = f"{own_media.base}/{name}"

    failed = result(shared_api, url)
    seen = preview(shared_api, url)
    added = shared_api.client.post("/api/downloads/bulk", json={"entries": seen["entries"]}).json()

    assert failed["error"]["kind"] == "playlist"
    assert [entry.get("title") for entry in seen["entries"]] == ["One", "Two", None]
    assert [entry.get("duration") for entry in seen["entries"]] == [2, None, None]
    assert [entry["url"] for entry in seen["entries"]] == [
        f"{own_media.short}?1",
        own_media.mp4,
        own_media.short,
    ]
    done = [shared_api.wait(one["id"], "done", "failed") for one in added]
    assert [(one["error"], one["title"]) for one in done] == [
        (None, "One"),
        (None, "Two"),
        (None, "short"),
    ]


def test_a_playlist_of_one_station_is_that_one(shared_api: Api, own_media: MediaSource) -> None:
    (own_media.folder / "one.m3u").write_text("#EXTM3U\nshort.mp4\n")

    done = result(shared_api, f"{own_media.base}/one.m3u")

    assert done["error"] is None
    assert shared_api.bytes_of(done["id"]) == (own_media.folder / "short.mp4").read_bytes()


# Small things


def test_a_playlist_of_type_vod_is_not_live_although_its_end_is_not_marked(
    shared_api: Api, own_media: MediaSource
) -> None:
    playlist = own_media.folder / "hls/index.m3u8"
    assert "TYPE:VOD" in playlist.read_text()
    playlist.write_text(playlist.read_text().replace("#EXT-X-ENDLIST", ""))

    done = result(shared_api, own_media.hls)

    assert done["error"] is None
    assert not preview(shared_api, own_media.hls)["live"]


def test_a_video_that_begins_anew_at_every_piece_is_whole(
    shared_api: Api, own_media: MediaSource
) -> None:
    """As films with advertisements in them do; the limit of live streams is not theirs."""
    playlist = own_media.folder / "hls/index.m3u8"
    anew = playlist.read_text().replace("#EXTINF", "#EXT-X-DISCONTINUITY\n#EXTINF")
    playlist.write_text(anew)

    done = result(shared_api, own_media.hls)

    assert (done["error"], kinds(done)) == (None, [])
    assert done["duration"] == pytest.approx(12, abs=0.2)


def test_a_finished_file_has_its_duration(shared_api: Api, own_media: MediaSource) -> None:
    assert result(shared_api, own_media.mp4)["duration"] == pytest.approx(12, abs=0.1)


def test_ffmpeg_is_found_where_it_came_with_the_packages(
    tmp_path: Path, own_media: MediaSource
) -> None:
    with running(tmp_path / "api", PATH=str(tmp_path)) as api:
        done = [result(api, own_media.mp4, format=format_) for format_ in ("mp3", "mkv")]
        done.append(result(api, own_media.dash))

    assert [one["error"] for one in done] == [None] * 3


def test_a_conversion_tells_how_far_it_is(shared_api: Api, own_media: MediaSource) -> None:
    item = shared_api.add(own_media.mp4, format="webm", resolution="best")
    progress = shared_api.converting(item)
    shared_api.ask("POST", f"/api/downloads/{item}/cancel")
    assert 0 < progress["fraction"] <= 1
    assert progress["eta"] >= 0


def test_what_a_failed_download_keeps_is_shown_and_can_be_cleared(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.faults["/hls/index4.ts"] = 404
    failed = result(shared_api, own_media.hls)

    kept = [
        one for one in shared_api.client.get("/api/leftovers").json() if one["id"] == failed["id"]
    ]
    cleared = shared_api.client.delete("/api/leftovers", params={"item": failed["id"]})
    after = [one["id"] for one in shared_api.client.get("/api/leftovers").json()]

    assert [one["bytes"] > 10_000 for one in kept] == [True]
    assert cleared.status_code == 204
    assert failed["id"] not in after
    assert shared_api.get(failed["id"])["state"] == "failed"


@pytest.mark.parametrize(
    ("how", "taken"),
    [({}, "old"), ({"codecs": "compatible"}, "old"), ({"codecs": "best"}, "new")],
    ids=["by itself", "compatible", "best"],
)
def test_an_mp4_has_codecs_that_every_device_plays_unless_the_best_is_wanted(
    shared_api: Api, own_media: MediaSource, how: dict[str, str], taken: str
) -> None:
    hls = own_media.folder / "hls"
    for name in ("old", "new"):
        (hls / f"{name}.m3u8").write_bytes((hls / "index.m3u8").read_bytes())
    variant = '#EXT-X-STREAM-INF:BANDWIDTH={},RESOLUTION=640x360,CODECS="{},mp4a.40.2"\n{}.m3u8\n'
    (hls / "codecs.m3u8").write_text(
        "#EXTM3U\n"
        + variant.format(1_000_000, "avc1.4d401e", "old")
        + variant.format(2_000_000, "vp09.00.10.08", "new")
    )

    done = result(shared_api, f"{own_media.base}/hls/codecs.m3u8", **how)

    playlists = [path for path, _ in own_media.requests if path.endswith(".m3u8")]
    assert done["error"] is None
    assert playlists[-1] == f"/hls/{taken}.m3u8"
