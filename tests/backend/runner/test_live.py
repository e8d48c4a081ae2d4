"""Live streams, of a source that goes on when the test says so."""

from __future__ import annotations

import io
import json
import re
import subprocess
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import av
import imageio_ffmpeg
import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import pad
from yt_dlp.networking.exceptions import IncompleteRead

from runner.hls_source import _cut
from scripts.docs.downloads import download_failures
from tests.backend.api_process import Api, running, wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource

ALL = 12
"""Segments of the source, a second and 25 pictures each."""
PAGE = download_failures()
PICTURES = 25


def recorded(api: Api, item: str) -> int:
    """How many segments of a download are vouched for."""
    try:
        told = json.loads((api.media / ".staging" / item / "live.json").read_text())
    except (OSError, ValueError):
        return 0
    return sum(part["following"] - part["first"] for part in told["tracks"][0]["parts"])


def until(api: Api, item: str, segments: int) -> None:
    wait_for(lambda: recorded(api, item) >= segments, f"{segments} segments are recorded")


def pictures(file: Path) -> int:
    """How many pictures can be decoded; and there is sound."""
    with av.open(file) as container:
        assert container.streams.audio
        return sum(1 for _ in container.decode(video=0))


def hls(media: MediaSource, folder: str, *options: str, name: str = "index") -> None:
    """Cut the video into segments of a second each, by ffmpeg's options."""
    (media.folder / folder).mkdir(exist_ok=True)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error"]
    command += ["-i", str(media.folder / "clip.mp4"), "-c", "copy", *options, "-f", "hls"]
    command += ["-hls_time", "1", "-hls_playlist_type", "vod"]
    target = media.folder / folder / f"{name}.m3u8"
    subprocess.run([*command, str(target)], check=True, timeout=60)


def test_a_stream_is_recorded_from_its_start_until_it_ends(
    shared_api: Api, media: MediaSource
) -> None:
    media.live.there = 4
    item = shared_api.add(media.live_hls, live="start")
    until(shared_api, item, 4)
    running = shared_api.get(item)
    assert (running["state"], running["live"]) == ("running", True)
    assert running["progress"]["stage"] == "recording"
    media.live.there = ALL
    until(shared_api, item, ALL)
    assert shared_api.get(item)["state"] == "running", "it may go on"
    media.live.ended = True
    done = shared_api.wait(item, "done")

    assert done["notes"] == []
    assert done["duration"] == pytest.approx(ALL, abs=0.5)
    assert pictures(shared_api.file_of(done)) == ALL * PICTURES
    assert not (shared_api.media / ".staging" / item).exists()


def test_recorded_from_now_on_and_stopped_it_is_done_with_what_there_is(
    shared_api: Api, media: MediaSource
) -> None:
    media.live.there = 8
    item = shared_api.add(media.live_hls, live="now")
    until(shared_api, item, 3)
    media.live.there = 10
    until(shared_api, item, 5)
    shared_api.ask("POST", f"/api/downloads/{item}/stop")
    media.live.there = ALL
    done = shared_api.wait(item, "done")

    assert pictures(shared_api.file_of(done)) == 5 * PICTURES
    assert done["notes"] == []
    again = shared_api.client.post(f"/api/downloads/{item}/stop")
    assert again.status_code == 409


def test_sound_alone_is_taken_of_a_stream(shared_api: Api, media: MediaSource) -> None:
    media.live.there, media.live.ended = 3, True
    done = shared_api.wait(shared_api.add(media.live_hls, live="start", format="mp3"), "done")
    assert done["file"]["name"].endswith(".mp3")
    assert done["duration"] == pytest.approx(3, abs=0.5)


def test_killed_it_goes_on_in_a_new_part_and_nothing_is_missing(
    api: Api, media: MediaSource
) -> None:
    media.live.there = 3
    item = api.add(media.live_hls, live="start")
    for there in (3, 7):
        media.live.there = there
        until(api, item, there)
        api.kill()
        folder = api.media / ".staging" / item
        last = max(folder.glob("live-0-*.ts"))
        last.write_bytes(last.read_bytes() + b"half of a segment that nothing vouches for")
        api.start()
    media.live.there, media.live.ended = ALL, True
    wait_for(lambda: recorded(api, item) == ALL or api.get(item)["file"], "all is recorded")
    done = api.wait(item, "done")

    assert done["notes"] == []
    assert pictures(api.file_of(done)) == ALL * PICTURES
    assert done["duration"] == pytest.approx(ALL, abs=0.5)


def test_what_went_by_while_nobody_recorded_is_told(api: Api, media: MediaSource) -> None:
    media.live.there, media.live.window = 3, 3
    item = api.add(media.live_hls, live="start")
    until(api, item, 3)
    api.kill()
    media.live.there = 8
    api.start()
    until(api, item, 6)
    media.live.ended = True
    done = api.wait(item, "done")

    assert [note["kind"] for note in done["notes"]] == ["live-gap"]
    assert "(2)" in done["notes"][0]["sentence"]
    assert pictures(api.file_of(done)) == 6 * PICTURES


def test_stopped_and_killed_it_is_finished_by_the_next_process_without_the_site(
    api: Api, media: MediaSource
) -> None:
    media.live.there = 4
    item = api.add(media.live_hls, live="start")
    until(api, item, 4)
    api.ask("PATCH", "/api/queue", json={"paused": True})
    api.ask("POST", f"/api/downloads/{item}/stop")
    api.kill()
    media.live.there = ALL
    media.requests.clear()
    api.start()
    api.ask("PATCH", "/api/queue", json={"paused": False})
    assert pictures(api.file_of(api.wait(item, "done"))) == 4 * PICTURES
    assert media.requests == []


def test_what_has_not_begun_is_waited_for(shared_api: Api, media: MediaSource) -> None:
    item = shared_api.add(media.live_hls, live="wait")
    waiting = wait_for(lambda: one if (one := shared_api.get(item))["error"] else None, "it waits")
    assert (waiting["state"], waiting["error"]["kind"]) == ("queued", "not-begun")
    assert waiting["error"] == PAGE["not-begun"].as_error() | {"values": {}}
    media.live.there, media.live.ended = 2, True
    for action in ("pause", "resume"):  # look now
        shared_api.ask("POST", f"/api/downloads/{item}/{action}")
    done = shared_api.wait(item, "done")
    assert pictures(shared_api.file_of(done)) == 2 * PICTURES


def test_nothing_recorded_and_no_stream_are_told(shared_api: Api, media: MediaSource) -> None:
    item = shared_api.add(media.live_hls, live="wait")
    wait_for(lambda: shared_api.get(item)["error"], "it waits")
    shared_api.ask("POST", f"/api/downloads/{item}/stop")
    failed = shared_api.wait(item, "failed")
    assert failed["error"] == PAGE["nothing-recorded"].as_error() | {"values": {}}

    plain = shared_api.add(media.missing)
    refused = shared_api.client.post(f"/api/downloads/{plain}/stop")
    assert (refused.status_code, refused.json()["kind"]) == (409, "not-live")
    unknown = shared_api.client.post(
        "/api/downloads", json={"url": media.live_hls, "live": "later"}
    )
    assert unknown.json()["errors"][0]["field"] == "live"


def assert_recorded_over_a_pause(api: Api, media: MediaSource, folder: str) -> None:
    """A stream of six segments is recorded whole, though paused after three."""
    media.live.folder, media.live.there = folder, 3
    item = api.add(media.live_hls, live="start")
    until(api, item, 3)
    for action in ("pause", "resume"):
        api.ask("POST", f"/api/downloads/{item}/{action}")
    media.live.there, media.live.ended = 6, True
    done = api.wait(item, "done")

    assert done["notes"] == []
    assert pictures(api.file_of(done)) == 6 * PICTURES


def test_segments_with_a_head_are_joined(shared_api: Api, own_media: MediaSource) -> None:
    hls(own_media, "fmp4", "-hls_segment_type", "fmp4")
    assert_recorded_over_a_pause(shared_api, own_media, "fmp4")


def test_a_part_of_a_file_is_cut_out_where_a_server_sends_the_whole() -> None:
    assert _cut(io.BytesIO(b"0123456789"), 2, 5) == b"2345"
    with pytest.raises(IncompleteRead):
        _cut(io.BytesIO(b"0123456789"), 8, 12)


KEY = bytes(range(16))


def encrypt(media: MediaSource, folder: str, iv: bytes | None) -> None:
    """Encrypt all segments of a folder as RFC 8216 says: AES-128, CBC, PKCS7."""
    playlist = media.folder / folder / "index.m3u8"
    for segment in playlist.parent.glob("*.ts"):
        number = int(re.findall(r"\d+", segment.name)[-1])
        cipher = AES.new(KEY, AES.MODE_CBC, iv or number.to_bytes(16, "big"))
        segment.write_bytes(cipher.encrypt(pad(segment.read_bytes(), 16)))
    (playlist.parent / "key.bin").write_bytes(KEY)
    told = '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"' + (f",IV=0x{iv.hex()}" if iv else "")
    playlist.write_text(playlist.read_text().replace("#EXTINF", f"{told}\n#EXTINF", 1))


@pytest.mark.parametrize("iv", [None, bytes(range(16, 32))], ids=["number", "iv"])
def test_an_encrypted_stream_is_recorded_as_it_was(
    shared_api: Api, own_media: MediaSource, iv: bytes | None
) -> None:
    hls(own_media, "secret")
    encrypt(own_media, "secret", iv)
    assert_recorded_over_a_pause(shared_api, own_media, "secret")


def test_an_encrypted_video_is_downloaded_and_resumed_as_it_was(
    api: Api, own_media: MediaSource
) -> None:
    hls(own_media, "secret")
    encrypt(own_media, "secret", bytes(range(16, 32)))
    own_media.throttle = 200_000
    item = api.add(f"{own_media.base}/secret/index.m3u8")
    folder = api.media / ".staging" / item
    wait_for(lambda: any(one.stat().st_size for one in folder.glob("*.part")), "some has come")
    api.kill()
    own_media.throttle = 0
    api.start()
    done = api.wait(item, "done")

    assert done["notes"] == []
    assert pictures(api.file_of(done)) == ALL * PICTURES


def test_sound_that_comes_apart_is_recorded_with_the_picture(
    api: Api, own_media: MediaSource
) -> None:
    hls(own_media, "apart", "-an", name="video")
    hls(own_media, "apart", "-vn", name="audio")
    (own_media.folder / "apart/index.m3u8").write_text(
        "#EXTM3U\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",DEFAULT=YES,URI="audio.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=900000,CODECS="avc1.640015,mp4a.40.2",AUDIO="a"\n'
        "video.m3u8\n"
    )
    own_media.live.folder, own_media.live.there = "apart", 3
    item = api.add(own_media.live_hls, live="start")
    both = ("video2.ts", "audio2.ts")
    wait_for(lambda: all((f"/live/{one}", 0) in own_media.requests for one in both), "both come")
    until(api, item, 3)
    api.kill()
    api.start()
    own_media.live.there, own_media.live.ended = 8, True
    done = api.wait(item, "done")

    assert done["notes"] == []
    file = api.file_of(done)
    assert pictures(file) == 8 * PICTURES
    with av.open(file) as container:
        for stream in container.streams:
            assert (stream.duration or 0) * float(stream.time_base or 0) == pytest.approx(
                8, abs=0.3
            )


PREMIERE = '''
from yt_dlp.extractor.common import InfoExtractor


class PremiereIE(InfoExtractor):
    """A site on loopback that tells when a stream begins."""

    _VALID_URL = r"http://127\\.0\\.0\\.1:\\d+/premiere"

    def _real_extract(self, url):
        base = url.removesuffix("/premiere")
        told = self._download_json(f"{base}/premiere.json", "premiere")
        begun = told["live_status"] == "is_live"
        formats = self._extract_m3u8_formats(f"{base}/live/index.m3u8", "premiere") if begun else []
        return {"id": "premiere", "title": "Premiere", "formats": formats} | told
'''


def test_a_premiere_is_waited_for_until_it_begins(tmp_path: Path, own_media: MediaSource) -> None:
    plugin = tmp_path / "plugins/yt_dlp_plugins/extractor/premiere.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PREMIERE)
    page = own_media.folder / "premiere.json"

    def announce() -> int:
        begins = int(time.time()) + 20
        page.write_text(json.dumps({"live_status": "is_upcoming", "release_timestamp": begins}))
        return begins

    announce()
    with running(tmp_path, PYTHONPATH=str(tmp_path / "plugins")) as api:
        refused = api.add(f"{own_media.base}/premiere")
        assert api.wait(refused, "failed")["error"]["kind"] != "not-begun"
        begins = announce()  # anew: a busy machine may have taken its time until here
        item = api.add(f"{own_media.base}/premiere", live="wait")
        waiting = wait_for(lambda: one if (one := api.get(item))["error"] else None, "it waits")
        assert (waiting["state"], waiting["error"]["kind"]) == ("queued", "not-begun")
        at = datetime.fromtimestamp(begins, UTC)
        assert f"{at:%Y-%m-%d %H:%M} UTC" in waiting["error"]["sentence"]
        api.kill()
        api.start()
        own_media.live.there, own_media.live.ended = 3, True
        page.write_text(json.dumps({"live_status": "is_live"}))
        done = api.wait(item, "done")

    assert done["title"].startswith("Premiere")
    assert pictures(tmp_path / "data/media" / done["file"]["name"]) == 3 * PICTURES
