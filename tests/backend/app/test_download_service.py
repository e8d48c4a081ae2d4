from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.media_probe import probe

if TYPE_CHECKING:
    from pathlib import Path

    from tests.media_source import MediaSource


def staged(api: Api, item: str) -> bool:
    return (api.media / ".staging" / item).exists()


def test_an_mp4_arrives_byte_for_byte(shared_api: Api, media: MediaSource) -> None:
    item = shared_api.add(media.mp4)

    download = shared_api.wait(item, "done")

    assert shared_api.bytes_of(item) == media.mp4_bytes
    assert download["title"] == "clip"
    assert download["file"] == {
        "name": f"clip [{item[-6:]}].mp4",
        "bytes": len(media.mp4_bytes),
        "mime": "video/mp4",
        "playable": True,
        "missing": False,
    }
    assert not staged(shared_api, item)


def test_a_download_takes_no_more_than_the_operator_lets_it(
    tmp_path: Path, media: MediaSource
) -> None:
    rate = len(media.mp4_bytes) // 2
    with running(tmp_path, RATE_LIMIT=str(rate)) as api:
        item = api.add(media.mp4)
        wait_for(lambda: (api.get(item)["progress"] or {}).get("bytes"), "the first bytes")
        began = time.monotonic()
        api.wait(item, "done")
        took = time.monotonic() - began

    assert took > 1


@pytest.mark.parametrize(
    ("format_", "expected"),
    [
        ("mp4", ["h264", "aac"]),
        ("mkv", ["h264", "aac"]),
        ("webm", ["vp9", "opus"]),
        ("avi", ["mpeg4", "mp3"]),
        ("mp3", ["mp3"]),
        ("m4a", ["aac"]),
        ("wav", ["pcm_s16le"]),
        ("flac", ["flac"]),
        ("opus", ["opus"]),
    ],
)
def test_every_format_comes_out_as_what_it_says(
    shared_api: Api, media: MediaSource, format_: str, expected: list[str]
) -> None:
    url = media.dash if format_ in {"mp4", "mkv"} else media.short
    item = shared_api.add(url, format=format_)

    download = shared_api.wait(item, "done", "failed")

    assert download["error"] is None
    assert download["file"]["name"].endswith(f".{format_}")
    assert sorted(probe(shared_api.media / download["file"]["name"]).codecs) == sorted(expected)
    assert download["file"]["playable"] == (format_ not in {"mkv", "avi"})


def test_a_source_that_is_not_there_fails_at_once_and_says_why(
    shared_api: Api, media: MediaSource
) -> None:
    download = shared_api.wait(shared_api.add(media.missing), "failed", "queued", "done")
    download = shared_api.wait(download["id"], "failed")

    assert download["error"] == {
        "kind": "not-found",
        "sentence": "There is nothing at this address (HTTP 404).",
        "fix": "Check the link in a browser.",
        "values": {},
    }
    assert download["attempt"] == 1


def test_a_page_without_media_fails_and_says_so(shared_api: Api, media: MediaSource) -> None:
    (media.folder / "page.html").write_text("<html><title>Nothing</title></html>")

    download = shared_api.wait(shared_api.add(f"{media.base}/page.html"), "failed")

    assert download["error"]["kind"] == "unsupported"


def test_a_passing_fault_is_tried_again_until_it_heals(shared_api: Api, media: MediaSource) -> None:
    media.faults["/clip.mp4"] = 503
    item = shared_api.add(media.mp4)
    waiting = wait_for(
        lambda: (d := shared_api.get(item))["attempt"] == 2 and d, "the first try has failed"
    )
    assert waiting["error"]["kind"] == "server-error"

    media.faults.clear()

    assert shared_api.wait(item, "done")["error"] is None


def test_the_event_stream_begins_with_everything_and_follows_every_change(
    shared_api: Api, media: MediaSource
) -> None:
    media.throttle = 1_000_000
    stream = shared_api.events()
    event, data = next(stream)
    assert event == "snapshot"
    assert isinstance(data["items"], list)

    item = shared_api.add(media.mp4)
    states, fractions = [], []
    for event, data in stream:
        if event == "download" and data["id"] == item:
            states.append(data["state"])
            if data["state"] == "running" and data["progress"]["stage"] == "downloading":
                fractions.append(data["progress"]["fraction"])
            if data["state"] == "done":
                break
    shared_api.ask("GET", "/health")

    assert states[0] in {"queued", "running"}
    assert any(0 < fraction < 1 for fraction in fractions)
    assert fractions == sorted(fractions)


def test_pause_keeps_what_has_come_and_resume_goes_on(shared_api: Api, media: MediaSource) -> None:
    media.throttle = 400_000
    item = shared_api.add(media.mp4)
    wait_for(
        lambda: (shared_api.get(item)["progress"] or {}).get("bytes", 0) > 400_000, "a good part"
    )

    assert shared_api.ask("POST", f"/api/downloads/{item}/pause")["state"] == "paused"
    shown = shared_api.get(item)["progress"]
    assert (shown["stage"], shown["speed"], shown["eta"]) == ("waiting", None, None)
    assert 0 < shown["fraction"] < 1
    media.throttle = 0
    media.requests.clear()
    assert shared_api.ask("POST", f"/api/downloads/{item}/resume")["state"] == "queued"

    shared_api.wait(item, "done")
    assert shared_api.bytes_of(item) == media.mp4_bytes
    assert any(first > 300_000 for _, first in media.requests)


def test_everything_paused_keeps_its_progress(shared_api: Api, media: MediaSource) -> None:
    media.throttle = 100_000
    item = shared_api.add(media.mp4)
    wait_for(
        lambda: (shared_api.get(item)["progress"] or {}).get("bytes", 0) > 100_000, "a good part"
    )
    shared_api.ask("PATCH", "/api/queue", json={"paused": True})
    try:
        wait_for(lambda: shared_api.get(item)["state"] == "queued", "it waits")
        shown = shared_api.get(item)["progress"]
        assert shown["stage"] == "waiting"
        assert shown["bytes"] >= 100_000
        assert 0 < shown["fraction"] < 1
    finally:
        media.throttle = 0
        shared_api.ask("PATCH", "/api/queue", json={"paused": False})
    shared_api.wait(item, "done")
    assert shared_api.get(item)["progress"] is None


def test_cancel_stops_at_once_and_leaves_nothing(shared_api: Api, media: MediaSource) -> None:
    media.throttle = 20_000
    item = shared_api.add(media.mp4)
    wait_for(lambda: (shared_api.get(item)["progress"] or {}).get("bytes"), "the first bytes")

    cancelled = shared_api.ask("POST", f"/api/downloads/{item}/cancel")

    assert cancelled["state"] == "cancelled"
    assert cancelled["progress"] is None
    wait_for(lambda: not staged(shared_api, item), "staging is empty")
    assert not list(shared_api.media.glob(f"*{item[-6:]}*"))


def test_retry_starts_a_cancelled_one_anew(shared_api: Api, media: MediaSource) -> None:
    media.throttle = 100_000
    item = shared_api.add(media.mp4)
    shared_api.wait(item, "running")
    shared_api.ask("POST", f"/api/downloads/{item}/cancel")
    media.throttle = 0

    shared_api.ask("POST", f"/api/downloads/{item}/retry")

    shared_api.wait(item, "done")
    assert shared_api.bytes_of(item) == media.mp4_bytes


def test_delete_forgets_a_running_one(shared_api: Api, media: MediaSource) -> None:
    media.throttle = 50_000
    item = shared_api.add(media.mp4)
    shared_api.wait(item, "running")

    assert shared_api.client.delete(f"/api/downloads/{item}").status_code == 204

    assert shared_api.client.get(f"/api/downloads/{item}").status_code == 404
    wait_for(lambda: not staged(shared_api, item), "staging is empty")


@pytest.mark.parametrize("with_file", [True, False])
def test_delete_removes_the_file_only_if_asked_to(
    shared_api: Api, media: MediaSource, *, with_file: bool
) -> None:
    download = shared_api.wait(shared_api.add(media.mp4), "done")

    shared_api.client.delete(f"/api/downloads/{download['id']}", params={"file": with_file})

    assert (shared_api.media / download["file"]["name"]).exists() is not with_file


def test_what_cannot_be_removed_stays_in_the_list_until_it_is_deleted_without(
    shared_api: Api, media: MediaSource
) -> None:
    download = shared_api.wait(shared_api.add(media.mp4), "done")
    address, file = f"/api/downloads/{download['id']}", shared_api.media / download["file"]["name"]
    file.unlink()
    file.mkdir()  # nobody can unlink a folder, not even root

    refused = shared_api.client.delete(address, params={"file": True})
    assert refused.status_code == 409
    assert str(file) in refused.json()["detail"]
    assert shared_api.client.get(address).status_code == 200

    assert shared_api.client.delete(address, params={"file": False}).status_code == 204
    file.rmdir()
