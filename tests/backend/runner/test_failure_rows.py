"""Each row of "A download failed" in docs/troubleshooting.md, made to happen to real downloads.

What is then said is what the page shows, word for word; what it advises is done, where it can be,
and the download is there. All fail side by side in one api, so that they cost a few seconds.
"""

from __future__ import annotations

import os
import shutil
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from yt_dlp import YoutubeDL
from yt_dlp.extractor.generic import GenericIE
from yt_dlp.utils import ExtractorError, GeoRestrictedError

from domain.failures import classify
from scripts.docs.troubles import download_failures
from tests.backend.api_process import Api, running, wait_for
from tests.media_source import Manner, make_silent, serve_media

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SmallDisk
    from tests.media_source import MediaSource

PAGE = download_failures()
DRM = """\
#EXTM3U
#EXT-X-TARGETDURATION:4
#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"
#EXTINF:4,
index0.ts
#EXT-X-ENDLIST
"""
NO_BINARY = """\
def get_ffmpeg_exe():
    raise RuntimeError("No ffmpeg exe could be found.")
"""
"""As the package is on systems for which it has none."""
COOKIE = "127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\tlet-me-in\n"


@dataclass
class World:
    """An api, a source that misbehaves, and the downloads that it made fail, by kind."""

    api: Api
    media: MediaSource
    items: dict[str, str] = field(default_factory=dict)

    def error(self, kind: str) -> dict[str, str]:
        """What is said of the download, once it has failed, for good or for now."""
        item = self.items[kind]
        said: dict[str, str] = wait_for(lambda: self.api.get(item)["error"], kind)
        return said

    def done(self, item: str) -> dict[str, Any]:
        return self.api.wait(item, "done", "failed")


def _garbled(folder: Path) -> None:
    """Write garbled.mp4: nothing of its sound and picture can be decoded."""
    data = bytearray((folder / "short.mp4").read_bytes())
    media, index = data.find(b"mdat") + 4, data.find(b"moov") - 4
    end = index if index > media else len(data)
    data[media:end] = b"\xff" * (end - media)
    (folder / "garbled.mp4").write_bytes(data)


BAD_STATUSES = {
    "blocked": 451,
    "gone": 410,
    "not-found": 404,
    "refused": 400,
    "forbidden": 403,
    "range": 416,
    "rate-limited": 429,
    "server-error": 500,
}


@pytest.fixture(scope="module")
def world(media_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Every failure that a source can bring about, all at once."""
    folder = tmp_path_factory.mktemp("failing")
    shutil.copytree(media_folder, folder / "media")
    make_silent(folder / "media")
    _garbled(folder / "media")
    (folder / "media/page.html").write_text("<html><title>Nothing</title><p>Words.</p></html>")
    (folder / "media/hls/drm.m3u8").write_text(DRM)
    allowed = {"ALLOW_HOSTS": "127.0.0.0/8", "DOWNLOAD_CONCURRENCY": "8"}
    with serve_media(folder / "media") as media, running(folder / "api", **allowed) as api:
        made = World(api, media)
        api.ready()
        for kind, status in BAD_STATUSES.items():
            shutil.copy(media.folder / "short.mp4", media.folder / f"{kind}.mp4")
            media.faults[f"/{kind}.mp4"] = status
            made.items[kind] = api.add(f"{media.base}/{kind}.mp4")
        media.redirects["/circle"] = "/circle"
        media.manners["/short.mp4"] = Manner(framing="chunked", sends=20_000, ranges=False)
        media.manners["/clip.mp4"] = Manner(cookie="sid=let-me-in")
        with socket.socket() as unused:
            unused.bind(("127.0.0.2", 0))  # and does not listen
            made.items |= {
                "broken-off": api.add(media.short),
                "connection": api.add(f"http://127.0.0.2:{unused.getsockname()[1]}/a.mp4"),
                "conversion": api.add(f"{media.base}/garbled.mp4", format="mp3"),
                "drm": api.add(f"{media.base}/hls/drm.m3u8"),
                "login-needed": api.add(media.mp4),
                "no-audio": api.add(f"{media.base}/silent.mp4", format="mp3"),
                "redirect-loop": api.add(f"{media.base}/circle"),
                "unknown-host": api.add("http://nowhere.invalid/clip.mp4"),
                "unsupported": api.add(f"{media.base}/page.html"),
            }
            yield made


def told(kind: str, api: Api, host: str) -> dict[str, str]:
    """What the page shows, of this host and this data folder."""
    shown = PAGE[kind].as_error()
    cookies = str(api.folder / "data/cookies")
    fix = shown["fix"].replace("data/cookies", cookies).replace("example.org", host)
    return shown | {"fix": fix, "values": {}}


BY_THE_SOURCE = sorted(
    [
        *(*BAD_STATUSES, "broken-off", "connection", "conversion", "drm", "login-needed"),
        *("no-audio", "redirect-loop", "unknown-host", "unsupported"),
    ]
)


@pytest.mark.parametrize("kind", BY_THE_SOURCE)
def test_what_is_said_is_what_the_page_shows(world: World, kind: str) -> None:
    assert world.error(kind) == told(kind, world.api, "127.0.0.1")
    waits = world.api.get(world.items[kind])["state"] != "failed"
    assert waits == PAGE[kind].transient, "retried"


def _cookies(world: World) -> str:
    (world.api.folder / "data/cookies").mkdir(exist_ok=True)
    file = world.api.folder / "data/cookies/127.0.0.1.txt"
    file.write_text(f"# Netscape HTTP Cookie File\n{COOKIE}")
    file.chmod(0o600)
    return _retry(world, "login-needed")


def _retry(world: World, kind: str) -> str:
    """Try again now, also what would be tried again by itself in a while."""
    item = world.items[kind]
    if world.api.get(item)["state"] != "failed":
        world.api.ask("POST", f"/api/downloads/{item}/cancel")
    world.api.ask("POST", f"/api/downloads/{item}/retry")
    return item


def _later(kind: str) -> Callable[[World], str]:
    """The source is well again."""

    def heal(world: World) -> str:
        world.media.faults.pop(f"/{kind}.mp4", None)
        if kind == "broken-off":
            del world.media.manners["/short.mp4"]
        return _retry(world, kind)

    return heal


ADVICE: dict[str, Callable[[World], str]] = {
    "login-needed": _cookies,
    **{kind: _later(kind) for kind in ("range", "rate-limited", "server-error", "broken-off")},
    "no-audio": lambda world: world.api.add(f"{world.media.base}/silent.mp4", format="mp4"),
    "conversion": lambda world: world.api.add(f"{world.media.base}/garbled.mp4", format="m4a"),
}
"""Kind -> what it advises, done; the download that is there then."""
ANOTHER_LINK_OR_FORMAT = {
    *("blocked", "connection", "drm", "forbidden", "geo-blocked", "gone", "not-found"),
    *("no-such-format", "redirect-loop", "refused", "unknown-host", "unsupported", "certificate"),
}


@pytest.mark.parametrize("kind", ADVICE)
def test_what_it_advises_brings_the_file(world: World, kind: str) -> None:
    world.error(kind)
    assert world.done(ADVICE[kind](world))["error"] is None


def test_a_disk_without_room_and_a_machine_without_ffmpeg(
    tmp_path: Path, small_disk: SmallDisk, own_media: MediaSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, programs = small_disk("4m"), tmp_path / "bin"
    programs.mkdir()
    (programs / "imageio_ffmpeg.py").write_text(NO_BINARY)
    (disk / "filler").write_bytes(bytes(3_000_000))
    without = {"PATH": str(programs), "PYTHONPATH": str(programs)}
    environ = {"MEDIA_DIR": str(disk), "DISK_RESERVE_MB": "0"} | without
    with running(tmp_path / "api", **environ) as api:
        large = api.add(own_media.mp4)
        full = api.wait(large, "failed", "done")
        (disk / "filler").unlink()
        api.ask("POST", f"/api/downloads/{large}/retry")
        healed = api.wait(large, "failed", "done")
        sound = api.add(own_media.short, format="mp3")
        missing = api.wait(sound, "failed", "done")
        api.end()
        monkeypatch.setitem(api.environ, "PATH", os.environ["PATH"])
        monkeypatch.delitem(api.environ, "PYTHONPATH")
        api.start()
        api.ask("POST", f"/api/downloads/{sound}/retry")
        installed = api.wait(sound, "failed", "done")

    assert full["error"] == PAGE["disk-full"].as_error() | {"values": {}}
    assert healed["error"] is None
    assert missing["error"] == PAGE["no-ffmpeg"].as_error() | {"values": {}}
    assert installed["error"] is None


def test_a_country_that_a_site_does_not_serve_as_yt_dlp_says_it() -> None:
    """No source of ours can tell where we are: what extractors raise is raised."""
    with pytest.raises(GeoRestrictedError) as raised:
        GenericIE().raise_geo_restricted(countries=["NZ"])
    assert classify(raised.value).as_error() == PAGE["geo-blocked"].as_error()


def test_a_format_that_a_site_does_not_have_as_yt_dlp_says_it() -> None:
    """What the app asks for has a second choice, so that no source brings this about."""
    medium = {"id": "1", "title": "A video", "extractor": "x", "url": "https://x.test/1.mp4"}
    with (
        YoutubeDL({"format": "no-such", "quiet": True, "simulate": True}) as downloader,
        pytest.raises(ExtractorError) as raised,
    ):
        downloader.process_video_result(medium)
    assert classify(raised.value).as_error() == PAGE["no-such-format"].as_error()


def test_every_row_is_made_to_happen_and_its_advice_is_followed_or_is_another_link() -> None:
    elsewhere = {"certificate"}  # tests/backend/domain/test_failures.py
    alone = {"disk-full", "no-ffmpeg"}
    assert {*BY_THE_SOURCE, *alone, *elsewhere, "geo-blocked", "no-such-format"} == set(PAGE)
    assert {*ADVICE, *alone, *ANOTHER_LINK_OR_FORMAT} == set(PAGE)
