from __future__ import annotations

import contextlib
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from app.previews import MAX_CONCURRENT, MAX_SECONDS, PreviewHandle, Previews
from domain.problems import InvalidError
from tests.backend.api_process import DEADLINE, Api, wait_for
from work.pool import Pool

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource


def test_a_preview_tells_what_a_link_leads_to_and_downloads_nothing(
    shared_api: Api, media: MediaSource
) -> None:
    before = list(shared_api.media.iterdir())

    preview = shared_api.ask("POST", "/api/previews", json={"url": media.dash})

    assert preview["title"] == "manifest"
    assert preview["resolutions"] == [{"resolution": "360p", "bytes": None}]
    assert preview["entries"] == []
    assert not preview["live"]
    assert list(shared_api.media.iterdir()) == before


def test_a_preview_is_kept_for_a_while(shared_api: Api, media: MediaSource) -> None:
    first = shared_api.ask("POST", "/api/previews", json={"url": media.hls})
    media.requests.clear()

    assert shared_api.ask("POST", "/api/previews", json={"url": media.hls}) == first
    assert media.requests == []


def test_a_page_with_several_videos_is_a_list_to_choose_from(
    shared_api: Api, media: MediaSource
) -> None:
    videos = "".join(f'<video src="/clip.mp4?{n}"></video>' for n in range(3))
    (media.folder / "list.html").write_text(f"<html><title>Three</title>{videos}</html>")

    preview = shared_api.ask("POST", "/api/previews", json={"url": f"{media.base}/list.html"})

    assert [entry["url"] for entry in preview["entries"]] == [f"{media.mp4}?{n}" for n in range(3)]


@pytest.mark.parametrize("path", ["/missing.mp4", "/empty.html"])
def test_what_cannot_be_previewed_says_why(shared_api: Api, media: MediaSource, path: str) -> None:
    (media.folder / "empty.html").write_text("<html></html>")
    kept = shared_api.folder / "data/previews"
    kept.mkdir(exist_ok=True)
    before = len(list(kept.iterdir()))

    answer = shared_api.client.post("/api/previews", json={"url": media.base + path})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    assert len(list(kept.iterdir())) == before


def test_a_private_address_is_refused_in_previews_too(shared_api: Api) -> None:
    answer = shared_api.client.post("/api/previews", json={"url": "http://169.254.169.254/a"})

    assert answer.status_code == 422
    assert "169.254.169.254" in answer.json()["detail"]


def test_a_preview_is_given_up_when_the_client_leaves(api: Api) -> None:
    api.ready()
    cookies = api.folder / "data/cookies"
    cookies.mkdir()
    (cookies / "127.0.0.1.txt").touch(0o600)
    (cookies / "127.0.0.1.txt").write_text("127.0.0.1\tFALSE\t/\tFALSE\t0\tname\tvalue\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, never answers
        silent.settimeout(DEADLINE)
        client = HTTPConnection(urlsplit(api.url).netloc)
        link = {"url": f"http://127.0.0.1:{silent.getsockname()[1]}/clip.mp4"}
        client.request(
            "POST", "/api/previews", json.dumps(link), {"Content-Type": "application/json"}
        )
        asked, _ = silent.accept()
        assert api.process
        family = psutil.Process(api.process.pid)
        assert len(family.children(recursive=True)) > 1
        with asked:  # the source would answer still: what gives up is the api
            client.close()
            wait_for(
                lambda: len(family.children(recursive=True)) == 1, "only the forkserver is left"
            )
        wait_for(lambda: not list((api.folder / "data/previews").iterdir()), "nor are its cookies")


def test_previews_that_last_hold_nothing_else_up(api: Api, media: MediaSource) -> None:
    def ask(url: str) -> None:
        with contextlib.suppress(httpx.TransportError):  # until the api is killed
            httpx.post(f"{api.url}/api/previews", json={"url": url}, timeout=DEADLINE)

    api.ready()
    assert api.process
    family = psutil.Process(api.process.pid)
    with (
        socket.create_server(("127.0.0.1", 0), backlog=50) as silent,
        ThreadPoolExecutor(9) as pool,
    ):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/clip.mp4"
        previews = [pool.submit(ask, f"{url}?{n}") for n in range(MAX_CONCURRENT * 2)]
        wait_for(
            lambda: len(family.children(recursive=True)) > MAX_CONCURRENT,
            "as many as may be are under way",
        )

        assert next(api.events())[0] == "snapshot"
        api.wait(api.add(media.mp4), "done")
        assert not any(preview.done() for preview in previews)
        api.kill()


def test_a_finished_video_has_a_picture(shared_api: Api, media: MediaSource) -> None:
    download = shared_api.wait(shared_api.add(media.mp4), "done")
    answer = shared_api.client.get(f"/api/downloads/{download['id']}/thumbnail")

    assert download["thumbnail"] is True
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")


def test_what_is_no_picture_is_never_served_as_one(shared_api: Api, media: MediaSource) -> None:
    (media.folder / "x.svg").write_text("<svg onload='alert(1)'/>")
    page = '<meta property="og:image" content="/x.svg"><video src="/clip.mp4"></video>'
    (media.folder / "evil.html").write_text(f"<html><title>E</title>{page}</html>")

    preview = shared_api.ask("POST", "/api/previews", json={"url": f"{media.base}/evil.html"})

    assert preview["thumbnail"] is None


def test_a_preview_tells_what_is_there_of_the_same_medium_by_whatever_link(
    shared_api: Api, media: MediaSource
) -> None:
    media.redirects["/short-link"] = "/short.mp4"
    other = f"{media.base}/short-link"
    item = shared_api.wait(shared_api.add(media.short, format="mp3"), "done")["id"]

    preview = shared_api.ask("POST", "/api/previews", json={"url": other})
    same, another = (
        shared_api.client.post(
            "/api/downloads", params={"unless_known": True}, json={"url": other, "format": format_}
        )
        for format_ in ("mp3", "m4a")
    )

    known = {"id": item, "state": "done", "format": "mp3", "resolution": "best"}
    assert preview["known"] == [known]
    assert same.status_code == 409
    assert same.json()["detail"].startswith("What this link leads to is done already")
    assert item in same.json()["fix"]
    assert another.status_code == 201
    again = shared_api.ask("POST", "/api/previews", json={"url": other})
    assert [one["format"] for one in again["known"]] == ["m4a", "mp3"]


def test_a_preview_of_a_silent_source_ends_in_time_with_the_reason(tmp_path: Path) -> None:
    pool = Pool()
    previews = Previews(pool, tmp_path / "previews", tmp_path / "cookies", ["127.0.0.1"])
    assert PreviewHandle().seconds == MAX_SECONDS
    with closing(pool), socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/clip.mp4"
        for _ in range(2):  # the next one has its turn
            with pytest.raises(InvalidError, match="took longer than 1 s"):
                previews.make(url, PreviewHandle(seconds=1.0))
    assert list((tmp_path / "previews").iterdir()) == []
