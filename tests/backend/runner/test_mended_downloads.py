"""Failed downloads whose advice takes more than another link: each fails, is mended and comes.

They fail for real, what is said is what docs/troubleshooting.md shows, word for word, and what it
advises is done: a file is put where it says, a setting changed, a choice sent along.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import ssl
import subprocess
import threading
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from files.ffmpeg import find_ffmpeg
from tests.backend.api_process import Api, running, wait_for
from tests.backend.pages import page_of
from tests.backend.runner.test_failure_rows import COOKIE, told, without_values
from tests.media_source import Manner, serve_media

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import FreePort
    from tests.media_source import MediaSource

NOBODYS_ADDRESS = "192.168.1.20"
VOUCHING = """\
def where():
    return {file!r}
"""
"""As the package of those who vouch for certificates is, with another one in its list."""


def failed(api: Api, url: str, **choice: object) -> dict[str, Any]:
    """What is said of a download of that link."""
    error: dict[str, Any] = api.wait(api.add(url, **choice), "failed", "done")["error"]
    return without_values(error)


def test_who_may_not_in_brings_cookies(api: Api, own_media: MediaSource) -> None:
    own_media.manners["/clip.mp4"] = Manner(cookie="sid=let-me-in", refuses=HTTPStatus.FORBIDDEN)
    item = api.add(own_media.mp4)
    error = without_values(api.wait(item, "failed")["error"])
    assert error == told("forbidden", api, "127.0.0.1")

    file = Path(error["fix"].partition("into ")[2].partition(",")[0])
    file.parent.mkdir(exist_ok=True)
    file.touch(0o600)
    file.write_text(f"# Netscape HTTP Cookie File\n{COOKIE}")
    api.ask("POST", f"/api/downloads/{item}/retry")
    assert api.wait(item, "done", "failed")["error"] is None


def test_an_address_that_is_listed_by_the_operator_is_reached(
    tmp_path: Path, media: MediaSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(tmp_path, ALLOW_HOSTS="") as api:
        unlisted = failed(api, f"http://{NOBODYS_ADDRESS}/a.mp4")
        item = api.add(media.short)
        ours = without_values(api.wait(item, "failed")["error"])
        api.end()
        monkeypatch.setitem(api.environ, "ALLOW_HOSTS", f"127.0.0.1:{media.port}")
        api.start()
        api.ready()
        api.ask("POST", f"/api/downloads/{item}/retry")
        healed = api.wait(item, "done", "failed")

    says = told("address-refused", api, NOBODYS_ADDRESS)
    assert unlisted == says
    here = says["sentence"].replace(
        f"{NOBODYS_ADDRESS} (port 80)", f"127.0.0.1 (port {media.port})"
    )
    assert ours == says | {"sentence": here}
    assert healed["error"] is None


def test_what_is_live_is_recorded_by_choice_and_downloaded_once_it_has_ended(
    shared_api: Api, media: MediaSource
) -> None:
    media.live.there = 3
    assert failed(shared_api, media.live_hls) == told("live", shared_api, "127.0.0.1")

    recorded = shared_api.add(media.live_hls, live="start")
    wait_for(
        lambda: (shared_api.get(recorded)["progress"] or {}).get("stage") == "recording",
        "it is recorded",
    )
    media.live.ended = True
    assert shared_api.wait(recorded, "done", "failed")["error"] is None
    later = shared_api.add(media.live_hls)
    assert shared_api.wait(later, "done", "failed")["error"] is None


def test_of_a_list_something_is_chosen_in_the_preview(
    shared_api: Api, own_media: MediaSource
) -> None:
    pages = [page_of(own_media, f"{n}.html", name=f"Video {n}") for n in range(2)]
    items = "".join(f"<item><title>{url}</title><link>{url}</link></item>" for url in pages)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    (own_media.folder / "feed.html").write_text(feed)
    url = f"{own_media.base}/feed.html"
    assert failed(shared_api, url) == told("playlist", shared_api, "127.0.0.1")

    listed = shared_api.ask("POST", "/api/previews", json={"url": url})["entries"]
    assert [entry["url"] for entry in listed] == pages
    chosen = shared_api.client.post("/api/downloads/bulk", json={"entries": listed[1:]}).json()
    assert [one["url"] for one in chosen] == pages[1:]
    assert shared_api.wait(chosen[0]["id"], "done", "failed")["error"] is None


def test_a_site_that_could_not_be_reached_is_asked_again(
    api: Api, media_folder: Path, free_port: FreePort
) -> None:
    port = free_port()
    item = api.add(f"http://127.0.0.1:{port}/short.mp4")
    waiting = wait_for(lambda: (one := api.get(item))["error"] and one, "nobody answers there")
    assert without_values(waiting["error"]) == told("connection", api, "127.0.0.1")
    assert waiting["state"] == "queued", "it is tried again by itself"

    with serve_media(media_folder, port=port):
        api.ask("POST", f"/api/downloads/{item}/cancel")
        api.ask("POST", f"/api/downloads/{item}/retry")
        assert api.wait(item, "done", "failed")["error"] is None


@dataclass(frozen=True)
class SecureSite:
    """A server whose certificate is that of `localhost` alone, and the file that vouches for it."""

    port: int
    authority: Path

    def at(self, host: str) -> str:
        """The address of a medium, under that name."""
        return f"https://{host}:{self.port}/short.mp4"


@pytest.fixture
def secure_site(tmp_path: Path, media_folder: Path) -> Iterator[SecureSite]:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler = partial(SimpleHTTPRequestHandler, directory=str(media_folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        with contextlib.ExitStack() as stack:
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            yield SecureSite(server.server_address[1], certificate)


def test_a_certificate_of_another_name_is_told_and_the_right_address_has_it(
    tmp_path: Path, secure_site: SecureSite
) -> None:
    vouching = tmp_path / "vouching"
    vouching.mkdir()
    (vouching / "certifi.py").write_text(VOUCHING.format(file=str(secure_site.authority)))
    with running(tmp_path / "api", PYTHONPATH=str(vouching)) as api:
        error = failed(api, secure_site.at("127.0.0.1"))
        healed = api.wait(api.add(secure_site.at("localhost")), "done", "failed")

    assert error == told("certificate", api, "127.0.0.1")
    assert healed["error"] is None


STUBBORN = '''
import pathlib

from runner.limits import MAX_ADDRESS_SPACE
from yt_dlp.extractor.common import InfoExtractor

NOTHING = {"vcodec": "none", "acodec": "none"}
PICTURES = NOTHING | {"format_id": "sb0", "ext": "mhtml", "protocol": "mhtml"}


class StubbornIE(InfoExtractor):
    """A site on loopback whose pages come to nothing, each in its own way."""

    _VALID_URL = r"http://127\\.0\\.0\\.1:\\d+/stubborn/(?P<id>\\w+)"

    def _real_extract(self, url):
        page = self._match_id(url)
        medium = {"id": page, "title": page}
        file = url.partition("/stubborn")[0] + "/short.mp4"
        if pathlib.Path(__file__).with_name(page).exists():
            return medium | {"url": file}
        if page == "country":
            self.raise_geo_restricted(countries=["NZ"])
        if page == "memory":
            bytearray(MAX_ADDRESS_SPACE)
        if page == "changed":
            self._search_regex("title: (.+)", "", "title")
        if page == "pictures":
            return medium | {"formats": [PICTURES | {"url": file}]}
        stream = {"url": url, "protocol": "http_dash_segments", "format_id": "1", "ext": "mp4"}
        return medium | {"is_live": True, "formats": [stream]}
'''


@pytest.fixture(scope="module")
def with_stubborn_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """An api whose yt-dlp knows one more site, whose extractor raises what real ones do."""
    folder = tmp_path_factory.mktemp("stubborn")
    plugin = folder / "plugins/yt_dlp_plugins/extractor/stubborn.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(STUBBORN)
    with running(folder, PYTHONPATH=str(folder / "plugins")) as api:
        api.ready()
        yield api


@pytest.mark.parametrize(
    ("kind", "page", "choice"),
    [
        ("geo-blocked", "country", {}),
        ("live-kind", "dash", {"live": "now"}),
        ("only-pictures", "pictures", {}),
        ("too-large", "memory", {}),
        ("unexpected", "changed", {}),
    ],
)
def test_what_only_a_site_of_its_own_can_raise_is_told(
    with_stubborn_site: Api, media: MediaSource, kind: str, page: str, choice: dict[str, str]
) -> None:
    error = failed(with_stubborn_site, f"{media.base}/stubborn/{page}", **choice)
    says = told(kind, with_stubborn_site, "127.0.0.1")
    says["sentence"] = says["sentence"].replace("[Example] 4711", f"[Stubborn] {page}")
    assert error == says

    url = f"{media.base}/stubborn/{page}"
    if kind in {"geo-blocked", "too-large"}:  # looked for elsewhere, or the video's own link copied
        url = media.short
    else:  # the stream has ended, or a newer yt-dlp can read the site
        (with_stubborn_site.folder / "plugins/yt_dlp_plugins/extractor" / page).touch()
    again = with_stubborn_site.add(url)
    assert with_stubborn_site.wait(again, "done", "failed")["error"] is None


def test_a_folder_that_became_a_file_while_the_download_waited_is_left_for_another(
    api: Api, media: MediaSource
) -> None:
    api.ready()
    (api.media / "music").mkdir(parents=True)
    api.ask("PATCH", "/api/queue", json={"paused": True})
    item = api.add(media.short, folder="music")
    (api.media / "music").rmdir()
    (api.media / "music").touch()
    api.ask("PATCH", "/api/queue", json={"paused": False})
    error = without_values(api.wait(item, "failed", "done")["error"])
    assert error == told("folder", api, "127.0.0.1")

    elsewhere = api.add(media.short, folder="films")
    assert api.wait(elsewhere, "done", "failed")["error"] is None
    (api.media / "music").unlink()
    api.ask("POST", f"/api/downloads/{item}/retry")
    assert api.wait(item, "done", "failed")["error"] is None


FFMPEG = """#!/bin/sh
[ -e {broken} ] && case " $* " in *" {words} "*) exit 1;; esac
exec {ffmpeg} "$@"
"""


@pytest.fixture
def with_own_ffmpeg(tmp_path: Path) -> Iterator[Callable[[str], Api]]:
    """A function giving an api whose ffmpeg fails with these words, while `broken` is there."""
    with contextlib.ExitStack() as closing:

        def start(words: str) -> Api:
            program = tmp_path / "bin/ffmpeg"
            program.parent.mkdir()
            known = {"broken": tmp_path / "broken", "words": words, "ffmpeg": find_ffmpeg()}
            program.write_text(FFMPEG.format(**known))
            program.chmod(0o755)
            path = f"{program.parent}:{os.environ['PATH']}"
            return closing.enter_context(running(tmp_path / "api", PATH=path))

        yield start


def test_a_clip_that_cannot_be_cut_is_cut_between_other_times(
    with_own_ffmpeg: Callable[[str], Api], tmp_path: Path, media: MediaSource
) -> None:
    api = with_own_ffmpeg("-ss 2.000")
    (tmp_path / "broken").touch()
    error = failed(api, media.mp4, start=2, end=4)
    assert error == told("cut", api, "127.0.0.1")
    item = api.add(media.mp4, start=1, end=3)  # within the medium's length
    assert api.wait(item, "done", "failed")["error"] is None


def test_a_recording_that_cannot_be_joined_is_kept_and_joined_by_a_retry(
    with_own_ffmpeg: Callable[[str], Api], tmp_path: Path, own_media: MediaSource
) -> None:
    api = with_own_ffmpeg("-f concat")
    (tmp_path / "broken").touch()
    own_media.live.there = 3
    item = api.add(own_media.live_hls, live="start")
    wait_for(
        lambda: (api.get(item)["progress"] or {}).get("stage") == "recording", "it is recorded"
    )
    own_media.live.ended = True
    error = without_values(api.wait(item, "failed", "done")["error"])
    assert error == told("join", api, "127.0.0.1")

    (tmp_path / "broken").unlink()
    api.ask("POST", f"/api/downloads/{item}/retry")
    assert api.wait(item, "done", "failed")["error"] is None


LASTING = """\
CREATE TABLE numbers AS SELECT a.value FROM json_each('[{numbers}]') a;
CREATE TRIGGER lasting BEFORE UPDATE OF state ON downloads WHEN NEW.state = 'done' BEGIN
    SELECT count(*) FROM numbers a, numbers b, numbers c WHERE a.value + b.value + c.value < 0;
END;
"""
"""While that is there, to note that a download is done lasts longer than any test."""
NO_MORE = "DROP TRIGGER lasting; DROP TABLE numbers;"


def test_a_file_that_was_taken_away_before_it_was_noted_is_made_again_by_a_retry(
    api: Api, media: MediaSource
) -> None:
    api.ready()

    def change(script: str) -> None:
        database = sqlite3.connect(api.folder / "data/app.db")
        with contextlib.closing(database) as connection:
            connection.executescript(script)

    change(LASTING.format(numbers=",".join(map(str, range(5000)))))
    item = api.add(media.short)
    file = wait_for(lambda: next(api.media.glob("[!.]*.mp4"), None), "it is at its place")
    api.kill()
    change(NO_MORE)
    file.rename(api.folder / "elsewhere.mp4")
    api.start()
    error = without_values(api.wait(item, "failed", "done")["error"])
    says = told("file-gone", api, "127.0.0.1")
    assert error == says | {"sentence": says["sentence"].replace("A film.mp4", file.name)}

    api.ask("POST", f"/api/downloads/{item}/retry")
    assert api.wait(item, "done", "failed")["error"] is None
