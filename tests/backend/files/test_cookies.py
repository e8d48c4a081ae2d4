from __future__ import annotations

import contextlib
import http.cookies
import json
from http.cookiejar import MozillaCookieJar
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yt_dlp.utils import YoutubeDLError

from domain.failures import DownloadError, classify
from files.cookie_formats import parse
from files.cookies import advise, cookies_for, file_of, private_copy
from runner.downloader import Downloader
from runner.options import common
from tests.backend.api_process import wait_for
from tests.media_source import Manner

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

SECRET = "c00kie-s3cret"
LINE = "{host}\tFALSE\t/\tFALSE\t2147483647\tsession\t" + SECRET + "\n"


def keep(folder: Path, host: str, mode: int = 0o600) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / f"{host}.txt"
    file.write_text("# Netscape HTTP Cookie File\n" + LINE.format(host=host))
    file.chmod(mode)


@pytest.mark.parametrize(
    ("host", "found"),
    [
        *(("example.org", True), ("videos.example.org", True), ("example.org:8080", True)),
        *(("notexample.org", False), ("org", False), ("", False), ("example.org.evil", False)),
    ],
)
def test_a_site_s_cookies_serve_it_and_what_is_below_it(
    tmp_path: Path, host: str, *, found: bool
) -> None:
    keep(tmp_path, "example.org")

    assert (file_of(tmp_path, host) is not None) == found


def test_a_file_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    keep(tmp_path, "example.org", 0o644)

    with pytest.raises(DownloadError) as told:
        cookies_for(tmp_path, "example.org")
    assert "chmod 600" in told.value.fix


def test_cookies_reach_the_site_and_nobody_else(shared_api: Api, media: MediaSource) -> None:
    folder = shared_api.folder / "data/cookies"
    keep(folder, "127.0.0.1")
    before = (folder / "127.0.0.1.txt").read_bytes()
    media.throttle = 200_000
    item = shared_api.add(media.mp4)
    wait_for(lambda: (shared_api.get(item)["progress"] or {}).get("bytes"), "it runs")

    copy = shared_api.media / ".staging" / item / "cookies.txt"
    assert copy.stat().st_mode & 0o077 == 0
    media.throttle = 0
    shared_api.wait(item, "done")
    sent = http.cookies.SimpleCookie(media.cookies[-1])
    other = shared_api.add(f"http://localhost:{media.port}/short.mp4")
    shared_api.wait(other, "done")
    (folder / "127.0.0.1.txt").unlink()

    assert sent["session"].value == SECRET
    assert media.cookies[-1] == ""
    assert SECRET not in shared_api.log.read_text()
    assert not copy.exists()
    assert before.count(SECRET.encode()) == 1


@pytest.mark.parametrize("fails", [True, False])
def test_a_copy_lasts_as_long_as_its_use(tmp_path: Path, *, fails: bool) -> None:
    with contextlib.suppress(DownloadError), private_copy(tmp_path, SECRET) as copy:
        assert copy
        assert [str(file) for file in tmp_path.iterdir()] == [copy]
        if fails:
            raise DownloadError("any", "Any.", "Any.")

    assert list(tmp_path.iterdir()) == []


EXPORTS = {
    "a header": "# Netscape HTTP Cookie File\n" + LINE.format(host="example.org"),
    "no header": LINE.format(host="example.org"),
    "a byte order mark": "\ufeff# Netscape HTTP Cookie File\n" + LINE.format(host="example.org"),
    "HttpOnly": "#HttpOnly_" + LINE.format(host="example.org"),
    "json": json.dumps([{"domain": ".example.org", "name": "session", "value": SECRET}]),
    "json of another add-on": json.dumps(
        {"cookies": [{"domain": "example.org", "name": "session", "value": SECRET, "path": "/"}]}
    ),
}


def export(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text)
    file.chmod(0o600)


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_every_export_is_read(tmp_path: Path, text: str) -> None:
    export(tmp_path, "example.org.txt", text)

    jar = MozillaCookieJar()
    copy = tmp_path / "copy"
    copy.write_text(cookies_for(tmp_path, "www.example.org") or "")
    jar.load(str(copy), ignore_discard=True, ignore_expires=True)

    assert [(cookie.name, cookie.value) for cookie in jar] == [("session", SECRET)]


@pytest.mark.parametrize("text", ["", "# Netscape HTTP Cookie File\n", "[]", "{", "hello"])
def test_an_export_without_a_cookie_is_named(tmp_path: Path, text: str) -> None:
    export(tmp_path, "example.org.txt", text)
    export(tmp_path, "other.org.txt", EXPORTS["json"].replace("example.org", "other.org"))

    with pytest.raises(DownloadError) as told:
        cookies_for(tmp_path, "example.org")

    assert "example.org.txt" in told.value.sentence
    assert cookies_for(tmp_path, "other.org")


@given(st.text(max_size=300))
def test_no_export_whatever_it_holds_breaks_the_reading(text: str) -> None:
    with contextlib.suppress(ValueError):
        for cookie in parse(text):
            assert cookie.line().count("\t") == 6
            assert cookie.line().count("\n") == 1


def test_a_file_gives_no_cookies_of_other_sites(tmp_path: Path) -> None:
    export(tmp_path, "example.org.txt", EXPORTS["json"].replace("example.org", "bank.example"))

    with pytest.raises(DownloadError):
        cookies_for(tmp_path, "example.org")
    assert cookies_for(tmp_path, "bank.example") is None


def test_after_a_redirect_the_cookies_of_the_other_host_are_sent_and_no_others(
    shared_api: Api, own_media: MediaSource
) -> None:
    own_media.redirects["/go"] = own_media.short
    own_media.manners["/short.mp4"] = Manner(cookie=f"session={SECRET}")
    folder = shared_api.folder / "data/cookies"
    keep(folder, "127.0.0.1")
    try:
        item = shared_api.add(f"http://localhost:{own_media.port}/go")
        done = shared_api.wait(item, "done", "failed")
    finally:
        (folder / "127.0.0.1.txt").unlink()

    assert done["error"] is None
    sent = dict(zip((path for path, _ in own_media.requests), own_media.cookies, strict=True))
    assert sent["/go"] == ""


def test_what_is_wanted_is_said_with_its_place(shared_api: Api, own_media: MediaSource) -> None:
    own_media.manners["/short.mp4"] = Manner(cookie="session=other")
    folder = shared_api.folder / "data/cookies"

    without = shared_api.wait(shared_api.add(own_media.short), "failed")["error"]
    keep(folder, "127.0.0.1")
    try:
        with_old = shared_api.wait(shared_api.add(own_media.short), "failed")["error"]
    finally:
        (folder / "127.0.0.1.txt").unlink()
    own_media.manners["/short.mp4"] = Manner(login="ann:s3cret")
    basic = shared_api.wait(shared_api.add(own_media.short), "failed")["error"]

    assert str(folder / "127.0.0.1.txt") in without["fix"]
    assert "127.0.0.1.txt were sent" in with_old["fix"]
    assert basic["kind"] == "password-needed"


def redirected(media: MediaSource) -> str:
    """A link to another host than that of the file, which wants a cookie."""
    media.redirects["/go"] = media.short
    media.manners["/short.mp4"] = Manner(cookie="session=other", refuses=403)
    return f"http://localhost:{media.port}/go"


def told_of(api: Api, url: str, what: str) -> dict[str, Any]:
    """What a download, a preview or a subscription of a link fails of."""
    if what == "subscription":
        item = api.ask("POST", "/api/subscriptions", json={"url": url})["id"]
        path = f"/api/subscriptions/{item}"
        told: dict[str, Any] = wait_for(
            lambda: api.ask("GET", path)["error"], "it could not be looked at"
        )
        assert api.client.delete(path).is_success
        return told
    if what == "preview":
        problem: dict[str, Any] = api.client.post("/api/previews", json={"url": url}).json()
        return problem
    error: dict[str, Any] = api.wait(api.add(url), "failed")["error"]
    return error


@pytest.mark.parametrize("what", ["download", "preview", "subscription"])
def test_after_a_redirect_the_site_that_refused_is_named(
    shared_api: Api, own_media: MediaSource, what: str
) -> None:
    url, folder = redirected(own_media), shared_api.folder / "data/cookies"

    without = told_of(shared_api, url, what)
    keep(folder, "127.0.0.1")
    try:
        with_old = told_of(shared_api, url, what)
        (folder / "127.0.0.1.txt").write_text("no cookies")
        unreadable = told_of(shared_api, url, what)
    finally:
        (folder / "127.0.0.1.txt").unlink()

    assert str(folder / "127.0.0.1.txt") in without["fix"]
    assert "127.0.0.1.txt were sent" in with_old["fix"]
    assert (unreadable["kind"], unreadable["values"]["name"]) == (
        "cookies-unreadable",
        "127.0.0.1.txt",
    )
    assert [told["values"]["site"] for told in (without, with_old, unreadable)] == ["127.0.0.1"] * 3


@pytest.mark.parametrize(
    ("pasted", "answered", "site"),
    [
        ("example.org", "", "example.org"),
        ("www.example.org", "api.example.org:443", "example.org"),
        ("example.org", "notexample.org", "notexample.org"),
        ("short.example", "www.example.org", "example.org"),
    ],
)
def test_the_cookies_that_are_wanted_are_those_of_the_site_and_not_of_one_of_its_hosts(
    tmp_path: Path, pasted: str, answered: str, site: str
) -> None:
    values = {"host": answered} if answered else {}
    failed = DownloadError("forbidden", "Refused.", "Look.", values=values)

    told = advise(failed, tmp_path, pasted)

    assert told.values["site"] == site
    assert f"{tmp_path / site}.txt" in told.fix


def test_a_site_that_says_in_words_that_one_has_to_sign_in_is_named_after_a_redirect(
    own_media: MediaSource, tmp_path: Path
) -> None:
    url = redirected(own_media)
    own_media.manners.clear()

    with Downloader(common(tmp_path, None)) as downloader:
        downloader.urlopen(url).close()
        with pytest.raises(YoutubeDLError) as told:
            downloader.report_error("Sign in to confirm your age")

    failed = classify(told.value)
    assert (failed.kind, failed.values) == (
        "login-needed",
        {"host": f"127.0.0.1:{own_media.port}"},
    )
