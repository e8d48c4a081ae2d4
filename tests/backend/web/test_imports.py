"""Files that are there already become part of the library; and what it knows leaves it again."""

from __future__ import annotations

import json
import shutil
import subprocess
import wave
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import pytest

from tests.backend.api_process import running, wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.backend.api_process import Api

YOUTUBE = "dQw4w9WgXcQ"
INFO = {
    "id": "abc1",
    "title": "A walk",
    "uploader": "Rainy Days",
    "upload_date": "20260131",
    "extractor_key": "Vimeo",
    "webpage_url": "https://ann:s3cret@vimeo.com/abc1",
    "formats": [{"url": "https://elsewhere.example/x"}],
}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory, media_folder: Path) -> Iterator[Api]:
    """An api with a folder of files that others have made, and an import folder."""
    folder = tmp_path_factory.mktemp("there")
    (folder / "old").mkdir()
    with running(folder, IMPORT_DIR=str(folder / "old")) as api:
        api.ready()
        fill(api.media / "Old", media_folder / "short.mp4")
        fill(folder / "old/Shows", media_folder / "short.mp4")
        yield api


def fill(folder: Path, clip: Path) -> None:
    """Write one file of each kind that there is."""
    folder.mkdir(parents=True)
    shutil.copy(clip, folder / "A walk [abc1].mp4")
    (folder / "A walk [abc1].info.json").write_text(json.dumps(INFO))
    (folder / "A walk [abc1].en.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    shutil.copy(clip, folder / f"Second [{YOUTUBE}].mp4")
    tags = ["-metadata", "title=Tagged = told", "-metadata", "artist=Somebody"]
    tags += ["-metadata", "comment=https://example.org/tagged"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y"]
    command = [*ffmpeg, "-i", str(clip), "-map", "0:a", *tags, str(folder / "x.mp3")]
    subprocess.run(command, check=True, timeout=60)
    shutil.copy(clip, folder / "holiday.mp4")
    (folder / "letter.mp4").write_bytes(b"%PDF-1.7 and so on")
    (folder / "noise.mp4").write_bytes(bytes(range(7, 250)) * 40)
    (folder / "old.flv").write_bytes(b"FLV\x01")
    (folder / "half.mp4.part").write_bytes(b"x")
    (folder / "half.f137.mp4").write_bytes(b"x")
    (folder / ".hidden.mp4").write_bytes(b"x")
    (folder / "notes.txt").write_text("mine")
    (folder / "link.mp4").symlink_to("/etc/passwd")
    outside = folder.parent / ".outside"
    outside.mkdir()
    shutil.copy(clip, outside / "not mine.mp4")
    (folder / "elsewhere").symlink_to(outside)


def take(api: Api, **wanted: str) -> dict[str, Any]:
    """Import, and wait for its end."""
    item = api.ask("POST", "/api/imports", json=wanted)["id"]

    def ended() -> dict[str, Any] | None:
        found = api.ask("GET", f"/api/imports/{item}")
        return found if found["state"] != "running" else None

    return wait_for(ended, "the import has ended")


def listed(api: Api, q: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.ask("GET", "/api/downloads", params={"q": q})["items"]
    return found


def listed_below(api: Api, folder: str) -> list[dict[str, Any]]:
    """What has a file there; what is still to be downloaded has none."""
    with_file = [one for one in listed(api) if one["file"]]
    return [one for one in with_file if one["file"]["name"].startswith(f"{folder}/")]


def names(folder: Path) -> dict[str, int]:
    """All files below, hidden ones too, with their sizes."""
    return {
        str(path.relative_to(folder)): path.lstat().st_size
        for path in folder.rglob("*")
        if not path.is_dir()
    }


def test_a_folder_below_the_media_folder_is_taken_over_where_it_lies(there: Api) -> None:
    before = names(there.media / "Old")
    look = there.ask("POST", "/api/imports/look", json={"folder": "Old"})
    assert (look["new"], look["known"], listed_below(there, "Old")) == (6, 0, [])
    assert look["bytes"] > 0
    assert [one["name"] for one in look["refused"]] == ["Old/link.mp4", "Old/old.flv"]

    done = take(there, folder="Old")
    assert (done["state"], done["taken"], done["found"], done["known"]) == ("done", 4, 8, 0)
    refused = {one["name"]: one["detail"] for one in done["refusals"]}
    assert set(refused) == {"Old/letter.mp4", "Old/link.mp4", "Old/noise.mp4", "Old/old.flv"}
    assert "PDF" in refused["Old/letter.mp4"]
    kinds = {one["name"]: one["kind"] for one in done["refusals"]}
    assert kinds == {
        "Old/letter.mp4": "left-not-media",
        "Old/link.mp4": "left-link",
        "Old/noise.mp4": "left-damaged",
        "Old/old.flv": "left-format",
    }
    assert names(there.media / "Old") == before, "nothing was moved, copied or added"

    found = {one["file"]["name"]: one for one in listed_below(there, "Old")}
    walk = found["Old/A walk [abc1].mp4"]
    told = ("title", "uploader", "platform", "url", "format", "state")
    assert [walk[name] for name in told] == [
        *("A walk", "Rainy Days", "Vimeo", "https://vimeo.com/abc1", "mp4", "done")
    ]
    assert walk["duration"] == pytest.approx(2, abs=0.3)
    assert walk["thumbnail"]
    second = found[f"Old/Second [{YOUTUBE}].mp4"]
    assert second["url"] == f"https://www.youtube.com/watch?v={YOUTUBE}"
    assert second["title"] == "Second"
    tagged = found["Old/x.mp3"]
    assert [tagged[name] for name in ("title", "uploader", "url", "format")] == [
        *("Tagged = told", "Somebody", "https://example.org/tagged", "mp3")
    ]
    assert found["Old/holiday.mp4"]["url"] == ""
    assert there.client.get(f"/api/downloads/{walk['id']}/file").status_code == 200
    assert there.client.get(f"/api/downloads/{walk['id']}/thumbnail").status_code == 200

    again = take(there, folder="Old")
    assert (again["taken"], again["known"]) == (0, 4)
    assert len(listed_below(there, "Old")) == 4

    moved = {"ids": [walk["id"]], "folder": "New"}
    answer = there.ask("POST", "/api/downloads/relocations", json=moved)
    assert answer["refused"] == []
    beside = {path.name.partition("].")[2] for path in (there.media / "New").iterdir()}
    assert beside == {"mp4", "info.json", "en.srt"}
    retried = there.client.post(f"/api/downloads/{found['Old/holiday.mp4']['id']}/retry")
    assert retried.status_code == 409
    assert "its source is unknown" in retried.json()["detail"]


def test_an_import_folder_gives_its_files_a_second_name_and_keeps_the_first(there: Api) -> None:
    source = there.folder / "old"
    before = names(source)
    done = take(there, origin="import", folder="Shows")
    assert (done["taken"], done["refused"]) == (4, 4)
    assert names(source) == before
    target = there.media / "Shows/A walk [abc1].mp4"
    assert target.samefile(source / "Shows/A walk [abc1].mp4")
    assert (there.media / "Shows/A walk [abc1].en.srt").exists()
    [walk] = [one for one in listed_below(there, "Shows") if one["title"] == "A walk"]

    there.ask("POST", "/api/downloads/relocations", json={"ids": [walk["id"]], "folder": "Moved"})
    again = take(there, origin="import", folder="Shows")
    assert (again["taken"], again["known"]) == (0, 4), "a moved file is still known"
    there.client.delete(f"/api/downloads/{walk['id']}?file=true").raise_for_status()
    assert names(source) == before


def test_another_file_of_that_name_stays(there: Api, media_folder: Path) -> None:
    for folder, clip in ((there.folder / "old", "clip.mp4"), (there.media, "short.mp4")):
        (folder / "Twice").mkdir()
        shutil.copy(media_folder / clip, folder / "Twice/same.mp4")
    size = (there.media / "Twice/same.mp4").stat().st_size
    assert take(there, origin="import", folder="Twice")["taken"] == 1
    assert (there.media / "Twice/same.mp4").stat().st_size == size
    assert (there.media / "Twice/same (2).mp4").samefile(there.folder / "old/Twice/same.mp4")


@pytest.mark.parametrize(
    ("wanted", "field", "message"),
    [
        ({"folder": "None"}, "folder", "There is no folder None below"),
        ({"folder": "../up"}, "folder", "begins with a dot"),
        ({"folder": "/etc"}, "folder", "begins below the media folder"),
        ({"folder": "Old/elsewhere"}, "folder", "is a link"),
        ({"folder": "Old/holiday.mp4"}, "folder", "is a file"),
        ({"origin": "nowhere"}, "origin", "'nowhere' is not known"),
    ],
)
def test_a_folder_that_cannot_be_is_told_on_its_field(
    there: Api, wanted: dict[str, str], field: str, message: str
) -> None:
    for path in ("/api/imports", "/api/imports/look"):
        answer = there.client.post(path, json=wanted)
        assert answer.status_code == 422
        [error] = answer.json()["errors"]
        assert error["field"] == field
        assert message in error["message"]


def test_without_an_import_folder_only_the_media_folder_is_offered(shared_api: Api) -> None:
    assert shared_api.ask("GET", "/api/imports")["origins"] == ["media"]
    answer = shared_api.client.post("/api/imports", json={"origin": "import"})
    [error] = answer.json()["errors"]
    assert error["field"] == "origin"
    assert error["message"] == "There is no import folder: IMPORT_DIR is not set."
    assert error["kind"] == "import-unset"


def tones(folder: Path, count: int) -> list[str]:
    """Write that many short sounds; their names."""
    for number in range(count):
        with wave.open(str(folder / f"{number:02} [x{number:03}].wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(1600))
    return sorted(path.name for path in folder.glob("*.wav"))


def test_an_import_that_was_killed_goes_on_and_each_file_comes_once(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with running(tmp_path, IMPORT_DIR=str(tmp_path / "old")) as api:
        api.ready()
        made = tones(tmp_path / "old", 12)
        item = api.ask("POST", "/api/imports", json={"origin": "import"})["id"]
        wait_for(lambda: api.ask("GET", f"/api/imports/{item}")["taken"], "some are taken")
        api.kill()
        api.start()
        done = wait_for(
            lambda: (
                found
                if (found := api.ask("GET", f"/api/imports/{item}"))["state"] == "done"
                else None
            ),
            "the import is done",
        )
        assert (done["taken"], done["known"], done["refused"]) == (12, 0, 0)
        files = [one["file"]["name"] for one in listed(api)]
        assert sorted(files) == made


def test_an_import_that_is_stopped_keeps_what_it_has_brought(there: Api) -> None:
    (there.media / "Many").mkdir()
    tones(there.media / "Many", 12)
    item = there.ask("POST", "/api/imports", json={"folder": "Many"})["id"]
    assert there.client.post("/api/imports", json={"folder": "Many"}).status_code == 409
    wait_for(lambda: there.ask("GET", f"/api/imports/{item}")["taken"], "some are taken")
    assert there.ask("POST", f"/api/imports/{item}/stop")["state"] == "stopped"
    again = take(there, folder="Many")
    assert again["state"] == "done"
    assert again["taken"] + again["known"] == 12
    assert there.client.post(f"/api/imports/{item}/stop").status_code == 409


def test_an_archive_is_read_and_written(there: Api, media_folder: Path) -> None:
    fill(there.media / "Archived/files", media_folder / "short.mp4")
    assert take(there, folder="Archived")["taken"] == 4
    text = "# mine\nyoutube aaaaaaaaaaa\n\nvimeo 1\nyoutube aaaaaaaaaaa\n"
    assert there.ask("POST", "/api/archive", json={"text": text}) == {"added": 2, "known": 0}
    assert there.ask("POST", "/api/archive", json={"text": text}) == {"added": 0, "known": 2}
    written = there.client.get("/api/archive").text.splitlines()
    assert written[:2] == ["vimeo 1", "youtube aaaaaaaaaaa"]
    assert {f"youtube {YOUTUBE}", "vimeo abc1"} <= set(written)
    assert len(written) == len(set(written))
    bad = there.client.post("/api/archive", json={"text": "youtube a\nhttps://example.org/x\n"})
    assert bad.json()["errors"][0]["field"] == "text"
    assert "Line 2 is 'https://example.org/x'" in bad.json()["errors"][0]["message"]


def test_everything_is_exported_without_what_lets_somebody_in(
    there: Api, media_folder: Path
) -> None:
    fill(there.media / "Exported/files", media_folder / "short.mp4")
    assert take(there, folder="Exported")["taken"] == 4
    there.ask("POST", "/api/subscriptions", json={"url": "http://me:s3cret@127.0.0.1:9/a.rss"})
    answer = there.client.get("/api/export")
    told = answer.json()
    assert "attachment" in answer.headers["content-disposition"]
    assert "s3cret" not in answer.text
    name = "Exported/files/A walk [abc1].mp4"
    [walk] = [one for one in told["downloads"] if one["file"]["name"] == name]
    assert walk["media_key"] == "Vimeo:abc1"
    assert len(walk["sidecars"]) == 2
    assert [one["url"] for one in told["subscriptions"]] == ["http://127.0.0.1:9/a.rss"]
    there.ask("POST", "/api/downloads", json={"url": "http://me:s3cret@127.0.0.1:9/walk.mp4"})
    assert "s3cret" not in there.client.get("/api/export").text
    links = there.client.get("/api/export/links").text.splitlines()
    assert links.count("https://vimeo.com/abc1") == 1
    assert "http://127.0.0.1:9/walk.mp4" in links
    assert not [link for link in links if not link or "s3cret" in link]
