"""Each row of "A download failed" in docs/troubleshooting.md, made to happen to real downloads.

What is then said is what the page shows, word for word; what it advises is done, where it can be,
and the download is there. All fail side by side in one api, so that they cost a few seconds.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scripts.docs.downloads import download_failures
from tests.backend.api_process import Api, running, wait_for
from tests.backend.pages import page_of
from tests.media_source import (
    Manner,
    make_encrypted,
    make_index_last,
    make_silent,
    make_single_file,
    serve_media,
)

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
        made.items |= _of_other_kinds(made) | _of_pieces(made)
        media.redirects["/circle"] = "/circle"
        media.manners["/short.mp4"] = Manner(framing="chunked", sends=20_000, ranges=False)
        media.manners["/clip.mp4"] = Manner(cookie="sid=let-me-in")
        made.items |= {
            "broken-off": api.add(media.short),
            "conversion": api.add(f"{media.base}/garbled.mp4", format="mp3"),
            "drm": api.add(f"{media.base}/hls/drm.m3u8"),
            "login-needed": api.add(media.mp4),
            "no-audio": api.add(f"{media.base}/silent.mp4", format="mp3"),
            "redirect-loop": api.add(f"{media.base}/circle"),
            "unknown-host": api.add("http://nowhere.invalid/clip.mp4"),
            "unsupported": api.add(f"{media.base}/page.html"),
        }
        yield made


def _of_other_kinds(made: World) -> dict[str, str]:
    """What is no medium, or none that can be had like that."""
    api, media = made.api, made.media
    shutil.copytree(media.folder / "hls", media.folder / "gap")
    media.faults["/gap/index4.ts"] = 404
    (media.folder / "paper.pdf").write_bytes(b"%PDF-1.4\n%%EOF\n")
    (media.folder / "endless.html").write_bytes(b"<html><title>x</title>" + b"<p>a" * 100_000)
    media.manners["/endless.html"] = Manner(framing="close", endless=True)
    shutil.copy(media.folder / "clip.mp4", media.folder / "locked.mp4")
    media.manners["/locked.mp4"] = Manner(login="ann:s3cret")
    shutil.copy(media.folder / "clip.mp4", media.folder / "whole.mp4")
    return {
        "beyond-end": api.add(f"{media.base}/whole.mp4", start=90, end=95),
        "not-media": api.add(f"{media.base}/paper.pdf"),
        "page-too-large": api.add(f"{media.base}/endless.html"),
        "password-needed": api.add(f"{media.base}/locked.mp4"),
        "piece-missing": api.add(f"{media.base}/gap/index.m3u8"),
        "unsupported-protocol": api.add(
            page_of(media, "rtmp.html", contentUrl="rtmp://127.0.0.1/live/clip")
        ),
    }


def _of_pieces(made: World) -> dict[str, str]:
    """What lacks a part, or what it is encrypted with."""
    api, media = made.api, made.media
    make_index_last(media.folder)
    make_single_file(media.folder)
    make_encrypted(media.folder, "missing", "refused")
    media.manners["/last.mp4"] = Manner(framing="close", sends=600_000, ranges=False)
    media.manners["/hls/whole.ts"] = Manner(ranges=False)
    media.faults["/encrypted/missing"] = 404
    media.manners["/encrypted/refused"] = Manner(cookie="sid=let-me-in")
    return {
        "incomplete-size": api.add(f"{media.base}/last.mp4", format="mp3"),
        "key-missing": api.add(f"{media.base}/encrypted/missing.m3u8"),
        "key-refused": api.add(f"{media.base}/encrypted/refused.m3u8"),
        "no-pieces": api.add(f"{media.base}/hls/whole.m3u8"),
    }


def told(kind: str, api: Api, host: str) -> dict[str, str]:
    """What the page shows, of this host and this data folder."""
    shown = PAGE[kind].as_error()
    data = str(api.folder / "data")
    fix = shown["fix"].replace("data/", f"{data}/").replace("example.org.txt", f"{host}.txt")
    sentence = (
        shown["sentence"].replace("data/", f"{data}/").replace("example.org.txt", f"{host}.txt")
    )
    return {"kind": kind, "sentence": sentence, "fix": fix}


def without_values(error: dict[str, Any]) -> dict[str, str]:
    """As the page shows it; what stands in the sentence comes by itself for other languages."""
    return {name: text for name, text in error.items() if name != "values"}


BY_THE_SOURCE = sorted(
    [
        *(*BAD_STATUSES, "broken-off", "conversion", "drm", "login-needed", "no-audio"),
        *("redirect-loop", "unknown-host", "unsupported", "beyond-end", "not-media"),
        *("page-too-large", "password-needed", "piece-missing", "unsupported-protocol"),
        *("incomplete-size", "key-missing", "key-refused", "no-pieces"),
    ]
)


@pytest.mark.parametrize("kind", BY_THE_SOURCE)
def test_what_is_said_is_what_the_page_shows(world: World, kind: str) -> None:
    said = world.error(kind)
    assert without_values(said) == told(kind, world.api, "127.0.0.1")
    waits = world.api.get(world.items[kind])["state"] != "failed"
    assert waits == PAGE[kind].transient, "retried"


def _cookies(world: World, kind: str = "login-needed") -> str:
    (world.api.folder / "data/cookies").mkdir(exist_ok=True)
    file = world.api.folder / "data/cookies/127.0.0.1.txt"
    file.write_text(f"# Netscape HTTP Cookie File\n{COOKIE}")
    file.chmod(0o600)
    return _retry(world, kind)


def _retry(world: World, kind: str) -> str:
    """Try again now, also what would be tried again by itself in a while."""
    item = world.items[kind]
    if world.api.get(item)["state"] != "failed":
        world.api.ask("POST", f"/api/downloads/{item}/cancel")
    world.api.ask("POST", f"/api/downloads/{item}/retry")
    return item


def _name_and_password(world: World) -> str:
    return world.api.add(f"{world.media.base}/locked.mp4".replace("//", "//ann:s3cret@"))


def _later(kind: str) -> Callable[[World], str]:
    """The source is well again."""

    def heal(world: World) -> str:
        world.media.faults.pop(f"/{kind}.mp4", None)
        world.media.faults.pop("/gap/index4.ts", None)
        world.media.faults.pop("/encrypted/missing", None)
        world.media.manners.pop("/last.mp4", None)
        if kind == "broken-off":
            del world.media.manners["/short.mp4"]
        return _retry(world, kind)

    return heal


def _another_link(kind: str) -> Callable[[World], str]:
    """The link of the video itself, or one to it at another place."""

    def send(world: World) -> str:
        name = f"elsewhere-{kind}.mp4"
        shutil.copy(world.media.folder / "silent.mp4", world.media.folder / name)
        return world.api.add(f"{world.media.base}/{name}")

    return send


ANOTHER_LINK = (
    *("blocked", "gone", "unknown-host", "unsupported", "not-media", "page-too-large"),
    *("unsupported-protocol", "no-pieces", "not-found", "redirect-loop"),
)
ADVICE: dict[str, Callable[[World], str]] = {
    **{kind: _another_link(kind) for kind in ANOTHER_LINK},
    "login-needed": _cookies,
    "key-refused": lambda world: _cookies(world, "key-refused"),
    **{
        kind: _later(kind)
        for kind in (
            *("range", "rate-limited", "server-error", "broken-off", "piece-missing", "refused"),
        )
    },
    **{kind: _later(kind) for kind in ("incomplete-size", "key-missing")},
    "password-needed": _name_and_password,
    "beyond-end": lambda world: world.api.add(f"{world.media.base}/whole.mp4", start=2, end=4),
    "no-audio": lambda world: world.api.add(f"{world.media.base}/silent.mp4", format="mp4"),
    "conversion": lambda world: world.api.add(f"{world.media.base}/garbled.mp4", format="m4a"),
}
"""Kind -> what it advises, done; the download that is there then."""


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


def test_cookies_that_others_can_read_and_that_are_none(
    shared_api: Api, media: MediaSource
) -> None:
    url = media.short.replace("127.0.0.1", "localhost")
    folder = shared_api.folder / "data/cookies"
    folder.mkdir(exist_ok=True)
    file = folder / "localhost.txt"
    file.touch(0o644)
    try:
        opened = shared_api.wait(shared_api.add(url), "failed")["error"]
        command = opened["fix"].partition(": ")[2]
        subprocess.run(shlex.split(command), check=True)
        empty = shared_api.wait(shared_api.add(url), "failed")["error"]
        file.write_text("# Netscape HTTP Cookie File\n" + COOKIE.replace("127.0.0.1", "localhost"))
        healed = shared_api.wait(shared_api.add(url), "failed", "done")
    finally:
        file.unlink()

    assert without_values(opened) == told("cookies-open", shared_api, "localhost")
    assert without_values(empty) == told("cookies-unreadable", shared_api, "localhost")
    assert healed["error"] is None
