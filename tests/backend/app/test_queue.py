from __future__ import annotations

from typing import TYPE_CHECKING

from tests.backend.api_process import Api, wait_for

if TYPE_CHECKING:
    from tests.media_source import MediaSource


def states(api: Api, items: list[str]) -> list[str]:
    return [api.get(item)["state"] for item in items]


def test_concurrency_and_pause_change_while_it_runs_and_last(api: Api, media: MediaSource) -> None:
    media.throttle = 30_000
    assert api.ask("PATCH", "/api/queue", json={"concurrency": 1})["concurrency"] == 1
    items = [api.add(media.mp4) for _ in range(4)]
    wait_for(lambda: states(api, items) == ["running", *["queued"] * 3], "one runs")

    moved = api.ask("POST", f"/api/downloads/{items[3]}/move", json={"before": items[1]})
    assert moved["state"] == "queued"
    api.ask("PATCH", "/api/queue", json={"concurrency": 2})
    expected = ["running", "queued", "queued", "running"]
    wait_for(lambda: states(api, items) == expected, "the moved one is the second to run")

    assert api.ask("PATCH", "/api/queue", json={"paused": True})["running"] == 0
    assert states(api, items) == ["queued"] * 4
    api.kill()
    api.start()
    queue = api.ask("GET", "/api/queue")
    assert (queue["concurrency"], queue["paused"], queue["queued"]) == (2, True, 4)

    media.throttle = 0
    api.ask("PATCH", "/api/queue", json={"paused": False})
    for item in items:
        api.wait(item, "done")
        assert api.bytes_of(item) == media.mp4_bytes


def test_many_links_are_queued_at_once_and_acted_on_at_once(api: Api, media: MediaSource) -> None:
    api.ask("PATCH", "/api/queue", json={"paused": True})
    urls = [f"{media.mp4}?{n}" for n in range(50)]

    answer = api.client.post("/api/downloads/bulk", json={"urls": [*urls, urls[0]]})

    assert answer.status_code == 201
    items = [download["id"] for download in answer.json()]
    assert [download["url"] for download in answer.json()] == urls
    bulk = {"ids": items, "action": "cancel"}
    assert len(api.ask("POST", "/api/downloads/actions", json=bulk)["changed"]) == 50
    again = api.ask("POST", "/api/downloads/actions", json=bulk)
    assert len(again["refused"]) == 50
    assert "It is cancelled" in again["refused"][0]["detail"]


def test_one_bad_link_of_many_queues_none(shared_api: Api, media: MediaSource) -> None:
    before = shared_api.ask("GET", "/api/downloads", params={"limit": 1})["items"]

    answer = shared_api.client.post("/api/downloads/bulk", json={"urls": [media.mp4, "nonsense"]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "urls.1"
    assert shared_api.ask("GET", "/api/downloads", params={"limit": 1})["items"] == before


def test_what_is_there_already_is_told_when_asked(shared_api: Api, media: MediaSource) -> None:
    url = f"{media.mp4}?again"
    item = shared_api.add(url)
    shared_api.wait(item, "done")

    answer = shared_api.client.post(
        "/api/downloads", params={"unless_known": True}, json={"url": url}
    )
    other = shared_api.client.post(
        "/api/downloads", params={"unless_known": True}, json={"url": url, "format": "mp3"}
    )

    assert answer.status_code == 409
    assert item in answer.json()["fix"]
    assert other.status_code == 201


def test_a_full_disk_fails_the_download_with_the_reason(media: MediaSource, api: Api) -> None:
    api.close()
    full = Api(api.folder, DISK_RESERVE_MB="999999999")
    full.start()
    try:
        download = full.wait(full.add(media.mp4), "failed")
        assert download["error"]["kind"] == "disk-full"
        assert "DISK_RESERVE_MB" in download["error"]["fix"]
        assert full.ask("GET", "/api/queue")["disk_free"] == 0
    finally:
        full.close()
