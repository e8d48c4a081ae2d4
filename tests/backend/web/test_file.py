from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.media_source import MediaSource, serve_media

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api


@pytest.fixture(scope="module")
def done(shared_api: Api, media_folder: Path) -> tuple[str, bytes]:
    """The path of a finished file and its bytes."""
    with serve_media(media_folder) as media:
        item = shared_api.add(media.mp4)
        shared_api.wait(item, "done")
        return f"/api/downloads/{item}/file", media.mp4_bytes


def test_what_it_is_can_be_asked_without_its_bytes(
    shared_api: Api, done: tuple[str, bytes]
) -> None:
    path, whole = done
    answer = shared_api.client.head(path)

    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(whole))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.content == b""


def test_so_can_pictures_and_probes(shared_api: Api, done: tuple[str, bytes]) -> None:
    shared_api.ready()
    for path in (done[0].replace("/file", "/thumbnail"), "/health", "/ready"):
        assert shared_api.client.head(path).status_code == 200
    assert shared_api.client.head(f"/api/previews/{'0' * 26}/thumbnail").status_code == 404


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-99", 0, 99), ("bytes=1000-", 1000, -1), ("bytes=-500", -500, -1)],
)
def test_a_range_is_answered_with_these_bytes(
    shared_api: Api, done: tuple[str, bytes], asked: str, first: int, last: int
) -> None:
    path, whole = done
    answer = shared_api.client.get(path, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == whole[first : None if last == -1 else last + 1]


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=99999999999-", "bytes=abc", "lines=1-2", "bytes=", "bytes=--5"]
)
def test_nonsense_ranges_are_refused_or_ignored_but_break_nothing(
    shared_api: Api, done: tuple[str, bytes], asked: str
) -> None:
    answer = shared_api.client.get(done[0], headers={"Range": asked})

    assert answer.status_code in {200, 400, 416}


@settings(max_examples=60)
@given(first=st.integers(0, 2_000_000) | st.none(), last=st.integers(0, 2_000_000) | st.none())
def test_any_range_gives_just_its_bytes_or_is_refused(
    shared_api: Api, done: tuple[str, bytes], first: int | None, last: int | None
) -> None:
    path, whole = done
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    answer = shared_api.client.get(path, headers={"Range": asked})

    if answer.status_code == 206:
        begin = max(0, len(whole) - (last or 0)) if first is None else first
        end = len(whole) if first is None or last is None else last + 1
        assert answer.content == whole[begin:end]
        assert answer.headers["content-range"].endswith(f"/{len(whole)}")
    else:
        assert answer.status_code in {400, 416}, asked
        assert (first is None and not last) or (first or 0) >= min(len(whole), (last or 0) + 1)


@settings(max_examples=60)
@given(asked=st.text(alphabet="bytes=0123456789-, \t.x", max_size=40))
def test_no_range_header_breaks_the_server(
    shared_api: Api, done: tuple[str, bytes], asked: str
) -> None:
    answer = shared_api.client.get(done[0], headers={"Range": asked.strip()})

    assert answer.status_code in {200, 206, 400, 416}


def test_the_file_can_never_run_as_a_page(shared_api: Api, done: tuple[str, bytes]) -> None:
    headers = shared_api.client.get(done[0]).headers

    assert headers["content-type"] == "video/mp4"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"].startswith("inline")
    assert "sandbox" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"


def test_it_is_an_attachment_when_asked_to_be(shared_api: Api, done: tuple[str, bytes]) -> None:
    answer = shared_api.client.get(done[0], params={"disposition": "attachment"})

    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.fixture
def lost(shared_api: Api, media: MediaSource) -> str:
    """A finished download of `media.mp4` whose file somebody has deleted."""
    item = shared_api.add(media.mp4)
    name = shared_api.wait(item, "done")["file"]["name"]
    (shared_api.media / name).unlink()
    return item


def test_a_file_deleted_outside_is_noticed_and_comes_again(
    shared_api: Api, media: MediaSource, lost: str
) -> None:
    listed = shared_api.ask("GET", "/api/downloads?limit=1")["items"][0]
    answer = shared_api.client.get(f"/api/downloads/{lost}/file")
    shared_api.ask("POST", f"/api/downloads/{lost}/retry")

    assert (listed["id"], listed["file"]["missing"]) == (lost, True)
    assert answer.status_code == 410
    assert answer.headers["content-type"] == "application/problem+json"
    assert shared_api.wait(lost, "done")["file"]["missing"] is False
    assert shared_api.bytes_of(lost) == media.mp4_bytes


def test_what_is_there_is_not_downloaded_again(shared_api: Api, done: tuple[str, bytes]) -> None:
    answer = shared_api.client.post(done[0].replace("/file", "/retry"))

    assert answer.status_code == 409


@pytest.mark.usefixtures("lost")
def test_a_link_whose_file_was_deleted_is_no_longer_known(
    shared_api: Api, media: MediaSource
) -> None:
    again = shared_api.client.post("/api/downloads?unless_known=true", json={"url": media.mp4})

    assert again.status_code == 201
