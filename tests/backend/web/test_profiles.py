"""Profiles over the API, from their making to the file that is downloaded with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.media_probe import probe

if TYPE_CHECKING:
    from tests.backend.api_process import Api
    from tests.media_source import MediaSource


def test_a_download_is_made_as_its_profile_says(shared_api: Api, media: MediaSource) -> None:
    own = shared_api.ask(
        "POST", "/api/profiles", json={"name": "Car", "choices": {"format": "opus"}}
    )
    item = shared_api.add(media.short, profile=own["id"])
    bulk = shared_api.client.post(
        "/api/downloads/bulk", json={"urls": [media.short], "profile": own["id"], "format": "flac"}
    )
    shared_api.client.delete(f"/api/profiles/{own['id']}")

    done = shared_api.wait(item, "done")
    file = shared_api.media / done["file"]["name"]
    assert done["format"] == "opus"
    assert probe(file).codecs == ["opus"]
    assert [one["format"] for one in bulk.json()] == ["flac"]
    shared_api.wait(bulk.json()[0]["id"], "done")


def test_the_default_one_outlives_a_kill(api: Api, media: MediaSource) -> None:
    own = api.ask("POST", "/api/profiles", json={"name": "Car", "choices": {"format": "mp3"}})
    api.ask("PUT", "/api/profiles/default", json={"id": own["id"]})

    api.kill()
    api.start()

    assert api.get(api.add(media.short))["format"] == "mp3"
    listed = api.client.get("/api/profiles").json()
    assert [one["name"] for one in listed if one["default"]] == ["Car"]


def test_what_is_wrong_with_one_is_said_on_its_field(shared_api: Api) -> None:
    choices = {"format": "gif", "resolution": "big"}
    refused = shared_api.client.post("/api/profiles", json={"name": " ", "choices": choices})
    taken = shared_api.client.post("/api/profiles", json={"name": "podcast"})
    nowhere = shared_api.client.post(
        "/api/downloads", json={"url": "https://example.org/a.mp4", "profile": "nowhere"}
    )

    assert [one["field"] for one in refused.json()["errors"]] == [
        *("name", "choices.format", "choices.resolution")
    ]
    assert [one["field"] for one in taken.json()["errors"]] == ["name"]
    assert [one["field"] for one in nowhere.json()["errors"]] == ["profile"]
    assert (refused.status_code, taken.status_code, nowhere.status_code) == (422, 422, 422)
    assert shared_api.client.put("/api/profiles/podcast", json={"name": "X"}).status_code == 409
    assert shared_api.client.delete("/api/profiles/nowhere").status_code == 404
