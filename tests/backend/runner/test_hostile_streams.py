"""Streams (HLS, DASH, live) that lead elsewhere, have no end, or answer by drops."""

from __future__ import annotations

import http.server
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util.Padding import pad
from yt_dlp.networking.exceptions import TransportError

from domain.failures import DownloadError
from runner import follower, live
from runner.downloader import Downloader
from runner.hls_playlist import LONGEST_TARGET, MAX_SEGMENTS, NotAPlaylistError, parse
from runner.hls_source import MAX_PLAYLIST_BYTES, HlsSource
from runner.live import Recorder
from runner.recording import Recording, Track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.backend.api_process import Api

HEAD = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n"
SEGMENT = "#EXTINF:1,\n{}\n"
END = "#EXT-X-ENDLIST\n"
KEY = '#EXT-X-KEY:METHOD=AES-128,URI="{}"\n'
MAP = '#EXT-X-MAP:URI="{}"\n'
MPD = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT9S">
<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1" width="9">
{}</Representation></AdaptationSet></Period></MPD>"""
TEMPLATE = """<SegmentTemplate timescale="1" initialization="{}" media="$Number$.m4s">
<SegmentTimeline><S t="0" d="1" r="{}"/></SegmentTimeline></SegmentTemplate>"""


class Site:
    """A server on an allowed address, and one on a forbidden one, which notes who comes."""

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {"/a.ts": b"G" * 188, "/key16": bytes(16)}
        self.came: list[str] = []
        self.drips: set[str] = set()
        self.first: dict[str, list[bytes]] = {}
        """What is answered before that, each once."""
        self.refused: dict[str, int] = {}
        """Paths, and the status that they are answered with."""
        self.over = threading.Event()
        self._servers = [self._serve("127.0.0.1", self._answer), self._serve("127.0.0.2", self._no)]
        self.base, self.forbidden = (
            f"http://{each.server_address[0]!s}:{each.server_address[1]}" for each in self._servers
        )
        self.leads = {
            "/to-loopback": f"{self.forbidden}/secret",
            "/to-metadata": "http://169.254.169.254/latest/meta-data/",
            "/to-file": "file:///etc/passwd",
        }

    def _serve(
        self, host: str, answer: Callable[[http.server.BaseHTTPRequestHandler], None]
    ) -> http.server.ThreadingHTTPServer:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self)

            def do_HEAD(self) -> None:
                answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        server = http.server.ThreadingHTTPServer((host, 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def _no(self, asked: http.server.BaseHTTPRequestHandler) -> None:
        self.came.append(asked.path)
        asked.send_error(500)

    def _answer(self, asked: http.server.BaseHTTPRequestHandler) -> None:
        if place := self.leads.get(asked.path):
            asked.send_response(302)
            asked.send_header("Location", place)
            asked.send_header("Content-Length", "0")
            asked.end_headers()
            return
        if status := self.refused.get(asked.path):
            asked.send_error(status)
            return
        first = self.first.get(asked.path)
        body = first.pop(0) if first else self.texts.get(asked.path)
        if body is None:
            asked.send_error(404)
            return
        asked.send_response(200)
        kinds = {".m3u8": "application/vnd.apple.mpegurl", ".mpd": "application/dash+xml"}
        asked.send_header("Content-Type", kinds.get(Path(asked.path).suffix, "video/mp2t"))
        if asked.path not in self.drips:
            asked.send_header("Content-Length", str(len(body)))
        asked.end_headers()
        if asked.command == "GET":
            try:
                asked.wfile.write(body)
                while asked.path in self.drips and not self.over.wait(0.05):
                    asked.wfile.write(b".")
            except OSError:
                return  # whoever asked has heard enough

    def close(self) -> None:
        self.over.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    opened = Site()
    yield opened
    opened.close()


WAYS = ["{forbidden}/secret", "{base}/to-loopback", "{base}/to-metadata"]
WAYS += ["file:///etc/passwd", "{base}/to-file", "http://169.254.169.254/x"]
LISTS = {
    "segment": HEAD + SEGMENT,
    "key": HEAD + KEY + SEGMENT.format("a.ts"),
    "map": HEAD + MAP + SEGMENT.format("a.ts"),
}


@pytest.mark.fault(row="F30")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("part", LISTS)
@pytest.mark.parametrize("kind", ["live", "vod"])
def test_no_part_of_a_stream_leads_into_the_network(
    shared_api: Api, site: Site, kind: str, part: str, way: str
) -> None:
    place = way.format(base=site.base, forbidden=site.forbidden)
    text = LISTS[part].format(place) + (END if kind == "vod" else "")
    site.texts["/x.m3u8"] = text.encode()
    more = {"live": "start"} if kind == "live" else {}

    failed = shared_api.wait(shared_api.add(f"{site.base}/x.m3u8", **more), "failed", "done")

    assert failed["state"] == "failed"
    assert site.came == []
    assert "root:" not in str(failed)


@pytest.mark.fault(row="F30")
@pytest.mark.parametrize("way", WAYS[:4])
def test_nor_does_one_of_dash(shared_api: Api, site: Site, way: str) -> None:
    place = way.format(base=site.base, forbidden=site.forbidden)
    site.texts["/x.mpd"] = MPD.format(TEMPLATE.format(place, 1)).encode()

    failed = shared_api.wait(shared_api.add(f"{site.base}/x.mpd"), "failed", "done")

    assert failed["state"] == "failed"
    assert site.came == []


def test_a_line_that_stands_for_billions_of_segments_ends_in_a_sentence(
    shared_api: Api, site: Site
) -> None:
    site.texts["/x.mpd"] = MPD.format(TEMPLATE.format("i.mp4", 2_000_000_000)).encode()

    failed = shared_api.wait(shared_api.add(f"{site.base}/x.mpd"), "failed", "done", seconds=180)

    assert failed["error"]["kind"] == "too-large"


def test_a_million_segments_are_no_live_stream(shared_api: Api, site: Site) -> None:
    site.texts["/x.m3u8"] = (HEAD + SEGMENT.format("a") * 1_000_000).encode()

    item = shared_api.add(f"{site.base}/x.m3u8", live="start")
    failed = shared_api.wait(item, "failed", "done", seconds=180)

    assert (failed["error"]["kind"], failed["attempt"]) == ("live-kind", 1)
    assert str(MAX_SEGMENTS) in failed["error"]["sentence"]


def source(site: Site, path: str) -> HlsSource:
    return HlsSource(Downloader({"quiet": True}), {"url": f"{site.base}{path}"})


def test_a_playlist_or_a_key_of_any_size_is_read_as_far_as_one_can_be(site: Site) -> None:
    site.texts["/endless.m3u8"] = HEAD.encode() + b"#" * MAX_PLAYLIST_BYTES
    site.texts["/x.m3u8"] = (HEAD + KEY.format("long") + SEGMENT.format("a.ts")).encode()
    site.texts["/long"] = bytes(1_000_000)
    site.drips |= {"/endless.m3u8", "/long"}

    with pytest.raises(NotAPlaylistError, match="larger than"):
        source(site, "/endless.m3u8").playlist()
    found = source(site, "/x.m3u8")
    with pytest.raises(DownloadError) as refused:
        found.segment(found.playlist().segments[0])
    assert refused.value.kind == "key-missing"


def test_of_heads_and_keys_one_is_kept(site: Site) -> None:
    lines = ""
    for number in range(20):
        site.texts[f"/{number}.mp4"] = bytes(1_000)
        lines += MAP.format(f"{number}.mp4") + SEGMENT.format("a.ts")
    site.texts["/x.m3u8"] = (HEAD + lines).encode()
    found = source(site, "/x.m3u8")
    for segment in found.playlist().segments:
        assert found.segment(segment)[0] == bytes(1_000)

    kept = [value for value in vars(found).values() if isinstance(value, tuple | dict | list)]
    assert sum(len(one) for value in kept for one in value if isinstance(one, bytes)) == 1_000
    assert sum(map(len, kept)) == 4


@pytest.mark.parametrize(("said", "target"), [("999999", LONGEST_TARGET), ("0", 6.0)])
def test_a_playlist_is_looked_at_again_whatever_it_says(said: str, target: float) -> None:
    assert parse(f"#EXTM3U\n#EXT-X-TARGETDURATION:{said}\n", "http://x/").target == target
    with pytest.raises(NotAPlaylistError, match="no usable key"):
        parse(f'{HEAD}#EXT-X-KEY:METHOD=AES-128,URI="k",IV=0x{"1" * 34}\n', "http://x/")


def recorder(site: Site, folder: Path) -> Recorder:
    recording = Recording(folder, tracks=[Track()])
    told: list[dict[str, Any]] = []
    formats = [{"url": f"{site.base}/x.m3u8", "format_id": "1"}]
    return Recorder(Downloader({"quiet": True}), recording, formats, True, told.append)


def test_a_segment_that_comes_by_drops_is_not_waited_for_for_ever(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "STALLED_SECONDS", 1.0)
    site.texts["/x.m3u8"] = (HEAD + SEGMENT.format("a.ts")).encode()
    site.drips.add("/a.ts")
    begun = time.monotonic()

    with pytest.raises(TransportError, match="no segment came"):
        recorder(site, tmp_path).run()
    assert time.monotonic() - begun >= 1


@pytest.mark.parametrize("spoiled", ["/x.m3u8", "/key16", "/a.ts"])
def test_an_error_page_now_and_then_ends_no_recording(
    site: Site, tmp_path: Path, spoiled: str
) -> None:
    def encrypted(number: int) -> bytes:
        cipher = AES.new(bytes(16), AES.MODE_CBC, number.to_bytes(16, "big"))
        return cipher.encrypt(pad(b"G" * 188, 16))

    begins = HEAD + KEY.format("key16") + SEGMENT.format("a.ts")
    site.texts |= {"/a.ts": encrypted(0), "/b.ts": encrypted(1)}
    site.texts["/x.m3u8"] = (begins + SEGMENT.format("b.ts") + END).encode()
    site.first["/x.m3u8"] = [begins.encode()]
    site.first.setdefault(spoiled, []).append(b"<html>Too busy</html>")

    recorder(site, tmp_path).run()

    assert b"".join(one.read_bytes() for one in tmp_path.glob("*.ts")) == b"G" * 188 * 2


def test_a_stream_whose_key_is_lost_is_tried_again_later(site: Site, tmp_path: Path) -> None:
    site.texts["/x.m3u8"] = (
        HEAD + SEGMENT.format("a.ts") + KEY.format("lost") + SEGMENT.format("a.ts")
    ).encode()
    site.texts["/lost"] = b"<html>Too busy</html>"

    with pytest.raises(DownloadError) as refused:
        recorder(site, tmp_path).run()
    assert refused.value.transient


@pytest.mark.parametrize("lost", ["/key16", "/a.ts"])
def test_a_stream_whose_segments_or_keys_are_refused_for_good_says_so(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Not after a quarter of an hour, and not as a connection that broke off."""
    monkeypatch.setattr(follower, "PAUSE_SECONDS", 0.001)
    listed = KEY.format("key16") + SEGMENT.format("a.ts") * follower.MOST_REFUSED
    site.texts["/x.m3u8"] = (HEAD + listed).encode()
    site.refused[lost] = 403

    with pytest.raises(DownloadError) as refused:
        recorder(site, tmp_path).run()

    kind = {"/key16": "key-refused", "/a.ts": "forbidden"}[lost]
    assert (refused.value.kind, refused.value.transient) == (kind, False)
    assert "(HTTP 403)" in refused.value.sentence


def test_what_was_recorded_before_everything_is_refused_is_gone_on_with_later(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "PAUSE_SECONDS", 0.001)
    later = SEGMENT.format("gone.ts") * follower.MOST_REFUSED
    site.texts["/x.m3u8"] = (HEAD + SEGMENT.format("a.ts") + later).encode()
    site.refused["/gone.ts"] = 403

    with pytest.raises(DownloadError) as refused:
        recorder(site, tmp_path).run()

    assert (refused.value.kind, refused.value.transient) == ("forbidden", True)
    assert [one.read_bytes() for one in tmp_path.glob("*.ts")] == [b"G" * 188]


@pytest.mark.parametrize("status", [403, 404, 410])
@pytest.mark.parametrize("lost", ["/key16", "/b.ts"])
def test_a_few_that_are_refused_are_a_gap_whichever_way(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, status: int
) -> None:
    monkeypatch.setattr(follower, "PAUSE_SECONDS", 0.001)
    plain, few = SEGMENT.format("a.ts"), SEGMENT.format("b.ts") * 2
    hidden = KEY.format("key16") + few + "#EXT-X-KEY:METHOD=NONE\n"
    site.texts["/x.m3u8"] = (HEAD + plain + hidden + plain + END).encode()
    site.refused[lost] = status

    made = recorder(site, tmp_path)
    made.run()

    [track] = made.recording.tracks
    assert (track.missing, track.ended) == (2, True)
    assert b"".join(one.read_bytes() for one in tmp_path.glob("*.ts")) == b"G" * 188 * 2


def test_a_stream_that_gave_nothing_at_all_says_why(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "PAUSE_SECONDS", 0.001)
    site.texts["/x.m3u8"] = (HEAD + SEGMENT.format("gone.ts") + END).encode()

    with pytest.raises(DownloadError) as refused:
        recorder(site, tmp_path).run()

    assert refused.value.kind == "not-found"


def test_a_stream_that_stands_still_at_what_it_does_not_give_has_ended(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PAUSE_SECONDS", "SILENT_SECONDS", "SILENT_SEGMENTS"):
        monkeypatch.setattr(follower, name, 0.001)
    site.texts["/x.m3u8"] = (HEAD + SEGMENT.format("a.ts") + SEGMENT.format("gone.ts")).encode()

    made = recorder(site, tmp_path)
    made.run()

    assert made.recording.ended


def test_a_stream_that_begins_anew_all_the_time_fills_no_journal(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MAX_PARTS", 5)
    anew = "#EXT-X-DISCONTINUITY\n" + SEGMENT.format("a.ts")
    site.texts["/x.m3u8"] = (HEAD + anew * 50).encode()

    with pytest.raises(DownloadError) as refused:
        recorder(site, tmp_path).run()
    assert refused.value.kind == "live-kind"
    assert len(list(tmp_path.glob("*.ts"))) == 5
