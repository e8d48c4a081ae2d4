"""What lies beside a file is made, moved and deleted with it; and what viewers marked."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import av
import pytest

from tests.backend.api_process import running
from tests.backend.pages import page_of
from tests.backend.runner.test_real_web import subtitled
from tests.media_probe import probe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.backend.api_process import Api
    from tests.media_source import MediaSource

ALL = ["srt", "vtt", "thumbnail", "info", "nfo"]
VIDEO = "dQw4w9WgXcQ"
PLUGIN = '''
from yt_dlp.extractor.common import InfoExtractor


class LoopbackIE(InfoExtractor):
    """A site on loopback whose videos SponsorBlock takes for those of its own."""

    _VALID_URL = r"http://127\\.0\\.0\\.1:\\d+/watch"

    def _real_extract(self, url):
        medium = {"id": "dQw4w9WgXcQ", "title": "clip", "ext": "mp4", "duration": 12}
        return medium | {"url": url.replace("/watch", "/clip.mp4"), "extractor_key": "Youtube"}
'''


def beside(api: Api, name: str) -> dict[str, Path]:
    """What lies with a file, by what follows its name: `mp4`, `-thumb.jpg`."""
    file = api.media / name
    stem = file.name.rpartition(".")[0]
    found = (path for path in file.parent.iterdir() if path.name.startswith(stem))
    return {path.name.removeprefix(stem).removeprefix("."): path for path in found}


def test_everything_that_is_wished_lies_beside_moves_and_goes_with_the_file(
    shared_api: Api, own_media: MediaSource
) -> None:
    how = {"beside": ALL, "subtitles": ["en"], "folder": "Show", "template": "{title} {key}.{ext}"}
    item = shared_api.add(subtitled(own_media), **how)
    done = shared_api.wait(item, "done")
    found = beside(shared_api, done["file"]["name"])

    assert set(found) == {"mp4", "en.srt", "en.vtt", "jpg", "-thumb.jpg", "info.json", "nfo"}
    assert "-->" in found["en.srt"].read_text()
    assert found["en.vtt"].read_text().startswith("WEBVTT")
    assert found["jpg"].read_bytes().startswith(b"\xff\xd8\xff")
    assert json.loads(found["info.json"].read_text())["title"] == done["title"]
    assert ET.parse(found["nfo"]).findtext("title") == done["title"]  # noqa: S314 - ours
    assert not [s for s in probe(found["mp4"]).streams if s.kind == "subtitle"]

    moved = {"ids": [item], "folder": "Other", "template": "{title}.{ext}"}
    answer = shared_api.ask("POST", "/api/downloads/relocations", json=moved)
    now = beside(shared_api, answer["changed"][0]["file"]["name"])
    assert {path.parent.name for path in now.values()} == {"Other"}
    assert set(now) == set(found)
    assert not (shared_api.media / "Show").exists()

    shared_api.client.delete(f"/api/downloads/{item}?file=true")
    assert not (shared_api.media / "Other").exists()


def test_subtitles_lie_beside_what_cannot_hold_them(
    shared_api: Api, own_media: MediaSource
) -> None:
    item = shared_api.add(subtitled(own_media), beside=["srt"], subtitles=["en"], format="mp3")
    done = shared_api.wait(item, "done")

    assert set(beside(shared_api, done["file"]["name"])) == {"mp3", "en.srt"}
    assert done["notes"] == []


def test_a_kill_between_the_making_and_the_moving_leaves_nothing_behind(
    api: Api, own_media: MediaSource
) -> None:
    item = api.add(subtitled(own_media), beside=ALL, subtitles=["en"])
    api.kill()
    api.start()
    done = api.wait(item, "done")

    assert set(beside(api, done["file"]["name"])) == {
        *("mp4", "en.srt", "en.vtt", "jpg", "-thumb.jpg", "info.json", "nfo")
    }


def test_what_lets_somebody_in_is_not_told(shared_api: Api, own_media: MediaSource) -> None:
    url = page_of(own_media, "bare.html").replace("http://", "http://ann:s3cret@")
    item = shared_api.add(url, beside=["info", "nfo"])
    done = shared_api.wait(item, "done")
    found = beside(shared_api, done["file"]["name"])

    told = found["info.json"].read_text()
    assert "s3cret" not in told
    assert '"cookies"' not in told
    assert "http_headers" not in told
    assert "s3cret" not in found["nfo"].read_text()


@contextmanager
def marked(folder: Path, media: MediaSource, address: str | None = None) -> Iterator[Api]:
    """An api whose videos viewers have marked from second 3 to 6."""
    plugin = folder / "plugins/yt_dlp_plugins/extractor/loopback.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(PLUGIN)
    answers = media.folder / "api/skipSegments"
    answers.mkdir(parents=True)
    segment: dict[str, object] = {
        "segment": [3, 6],
        "category": "sponsor",
        "actionType": "skip",
        "UUID": "a",
    }
    segment |= {"videoDuration": 12, "description": ""}
    prefix = hashlib.sha256(VIDEO.encode()).hexdigest()[:4]
    (answers / prefix).write_text(json.dumps([{"videoID": VIDEO, "segments": [segment]}]))
    settings = {"PYTHONPATH": str(folder / "plugins"), "SPONSORBLOCK_API": address or media.base}
    with running(folder, **settings) as api:
        yield api


def seconds(file: Path) -> float:
    with av.open(file) as container:
        return (container.duration or 0) / av.time_base


def chapters(file: Path) -> list[tuple[int, int, str]]:
    with av.open(file) as container:
        found: list[Any] = list(container.chapters())
    return [
        (
            round(float(one["start"] * one["time_base"])),
            round(float(one["end"] * one["time_base"])),
            one["metadata"]["title"],
        )
        for one in found
    ]


def test_what_viewers_marked_becomes_chapters_or_is_cut_out(
    tmp_path: Path, own_media: MediaSource
) -> None:
    with marked(tmp_path, own_media) as api:
        mark = api.add(f"{own_media.base}/watch", sponsorblock="mark")
        cut = api.add(f"{own_media.base}/watch", sponsorblock="cut")
        other = api.add(
            f"{own_media.base}/watch", sponsorblock="cut", sponsorblock_categories=["intro"]
        )
        done = {item: api.wait(item, "done") for item in (mark, cut, other)}
        files = {item: api.media / one["file"]["name"] for item, one in done.items()}

        assert not any(one["notes"] for one in done.values())
        assert chapters(files[mark]) == [(0, 3, "clip"), (3, 6, "Sponsor"), (6, 12, "clip")]
        assert seconds(files[mark]) == pytest.approx(12, abs=0.5)
        assert seconds(files[cut]) == pytest.approx(9, abs=1.2)
        assert done[cut]["duration"] == pytest.approx(9, abs=1.2)
        asked = [path for path, _ in own_media.requests if "skipSegments" in path]
        assert asked
        assert not any(VIDEO in path for path in asked)


@pytest.mark.parametrize(
    ("address", "says"), [("http://127.0.0.1:9", "failed"), ("http://10.1.2.3", "10.1.2.3")]
)
def test_without_sponsorblock_the_video_is_there_with_a_note(
    tmp_path: Path, own_media: MediaSource, address: str, says: str
) -> None:
    with marked(tmp_path, own_media, address) as api:
        done = api.wait(api.add(f"{own_media.base}/watch", sponsorblock="cut"), "done")

    assert done["file"]["bytes"]
    assert [note["kind"] for note in done["notes"]] == ["sponsorblock"]
    assert says in done["notes"][0]["sentence"]
