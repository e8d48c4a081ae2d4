"""Where files go, over the API: a folder, a name of fields, and files that are there already."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

from tests.backend.api_process import running

if TYPE_CHECKING:
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource


def test_a_file_goes_where_its_download_says(shared_api: Api, media: MediaSource) -> None:
    how = {"folder": "Music/Live", "template": "{title}/{title}.{ext}", "format": "mp3"}
    first, second = shared_api.add(media.short, **how), shared_api.add(media.short, **how)

    names = {shared_api.wait(item, "done")["file"]["name"] for item in (first, second)}

    assert "Music/Live/short/short.mp3" in names
    assert len(names) == 2
    assert all((shared_api.media / name).is_file() for name in names)
    assert "Music/Live/short" in shared_api.client.get("/api/folders").json()
    for item in (first, second):
        sent = shared_api.client.get(f"/api/downloads/{item}/file")
        assert "Music" not in sent.headers["content-disposition"]
        shared_api.client.delete(f"/api/downloads/{item}?file=true")
    assert shared_api.client.get("/api/folders").json() == []


def test_where_files_go_is_decided_for_all_and_outlives_a_kill(
    api: Api, media: MediaSource
) -> None:
    wanted = {"video_folder": "Video", "audio_folder": "Sound", "template": "{title}.{ext}"}
    api.ask("PUT", "/api/naming", json=wanted)

    api.kill()
    api.start()

    assert api.ask("GET", "/api/naming") == wanted
    assert api.wait(api.add(media.short), "done")["file"]["name"] == "Video/short.mp4"
    audio = api.add(media.short, format="m4a", folder="")
    assert api.wait(audio, "done")["file"]["name"] == "short.m4a"


def test_what_cannot_be_is_said_on_its_field(shared_api: Api) -> None:
    bad = {"url": "https://example.org/a.mp4", "folder": "../up", "template": "{titel}.{ext}"}
    refused = shared_api.client.post("/api/downloads", json=bad).json()
    naming = shared_api.client.put("/api/naming", json={"video_folder": ".x"}).json()
    example = shared_api.client.get("/api/naming/example?template={title}").json()

    assert [one["field"] for one in refused["errors"]] == ["folder", "template"]
    assert [one["field"] for one in naming["errors"]] == ["video_folder"]
    assert [one["field"] for one in example["errors"]] == ["template"]
    (shared_api.media / "Linked").symlink_to("/")
    linked = {"url": "https://example.org/a.mp4", "folder": "Linked/etc"}
    told = shared_api.client.post("/api/downloads", json=linked)
    (shared_api.media / "Linked").unlink()
    assert told.status_code == 422
    assert [one["field"] for one in told.json()["errors"]] == ["folder"]


def test_an_example_shows_what_a_template_makes(shared_api: Api) -> None:
    asked = {
        "template": "{channel}/{date} {title} [{id}].{ext}",
        "folder": "Video",
        "format": "mkv",
    }
    made = shared_api.client.get("/api/naming/example", params=asked).json()

    assert made["path"] == "Video/Rainy Days/2026-01-31 A walk in the rain [dQw4w9WgXcQ].mkv"


def test_a_profile_may_say_where_files_go(shared_api: Api, media: MediaSource) -> None:
    choices = {"format": "opus", "folder": "Cast", "template": "{title}.{ext}"}
    own = shared_api.ask("POST", "/api/profiles", json={"name": "Cast", "choices": choices})
    item = shared_api.add(media.short, profile=own["id"])

    assert shared_api.wait(item, "done")["file"]["name"] == "Cast/short.opus"
    shared_api.client.delete(f"/api/profiles/{own['id']}")


def test_a_kill_while_files_are_moved_loses_none(tmp_path: Path, media: MediaSource) -> None:
    with running(tmp_path) as api:
        items = [
            api.add(f"{media.short}?{n}", template=f"{{title}} {n}.{{ext}}") for n in range(12)
        ]
        for item in items:
            api.wait(item, "done")
        chance = random.Random(7)  # noqa: S311 - moments of kills
        for turn in range(4):
            wanted = {"ids": items, "folder": f"Turn {turn}", "template": "{title} {key}.{ext}"}
            with api.client.stream("POST", "/api/downloads/relocations", json=wanted) as _:
                time.sleep(chance.uniform(0, 0.02))  # a moment to be killed at, not one to wait for
                api.kill()
            api.start()
            api.ready()
        whole = (media.folder / "short.mp4").read_bytes()
        for item in items:
            file = api.get(item)["file"]
            assert file["missing"] is False
            assert (api.media / file["name"]).read_bytes() == whole
        kept = [p for p in api.media.rglob("*.mp4") if ".staging" not in p.parts]
        assert len(kept) == len(items)
