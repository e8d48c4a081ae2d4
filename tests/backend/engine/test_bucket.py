"""Finished files in a bucket: sent in parts, taken up after a kill, served by any backend."""

from __future__ import annotations

import contextlib
import random
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from domain.failures import DownloadError
from domain.nfo import SHOW, show
from engine.sweeper import Sweeper
from files import bucket as bucket_module
from files import bucket_client, multipart
from files.bucket import Bucket
from files.bucket_staging import BucketStaging
from files.staging import Placed, write_result
from scripts.docs.downloads import download_failures
from tests.backend import object_store, postgres
from tests.backend.api_process import Api, await_end_of_threads, running, wait_for
from tests.backend.databases import opened
from tests.backend.object_store import BUCKET, PREFIX, ObjectStore
from tests.backend.runner.test_real_web import subtitled
from tests.media_source import serve_media
from work.leftovers import Leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.conftest import FreePort
    from tests.media_source import MediaSource

PADDING = 26 << 20
PARTS = [1, 2, 3, 4]
"""Of the large file."""
FREELY = (lambda *_: None), (lambda *_: None)
"""What is sent reserves no name, and nobody is told how far it is."""
MANY = 45
"""More than the threads in which what people ask is answered."""


@pytest.fixture(scope="module")
def server(free_port: FreePort, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    folder = tmp_path_factory.mktemp("object-store")
    with object_store.serving(folder, free_port()) as started:
        yield started


@pytest.fixture
def store(server: ObjectStore) -> Iterator[ObjectStore]:
    """The server with an empty bucket and an open gate."""
    yield server
    server.open_gate()
    for one in server.client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        server.client.delete_object(Bucket=BUCKET, Key=one["Key"])
    for one in server.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []):
        server.client.abort_multipart_upload(
            Bucket=BUCKET, Key=one["Key"], UploadId=one["UploadId"]
        )
    server.sent.clear()
    server.ranges.clear()


@pytest.fixture
def kept(store: ObjectStore, tmp_path: Path) -> Iterator[Api]:
    """An api of one's own that keeps its files in the bucket."""
    with running(tmp_path / "one", **store.environ) as api:
        api.ready()
        yield api


@pytest.fixture(scope="module")
def large(media_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with large.mp4: the clip, and a box of chance that players skip."""
    folder = tmp_path_factory.mktemp("large")
    shutil.copy(media_folder / "clip.mp4", folder)
    box = (PADDING + 8).to_bytes(4, "big") + b"free" + random.Random(7).randbytes(PADDING)  # noqa: S311 - not for secrets
    (folder / "large.mp4").write_bytes((folder / "clip.mp4").read_bytes() + box)
    return folder


@pytest.fixture
def source(large: Path) -> Iterator[MediaSource]:
    with serve_media(large) as media:
        yield media


def whole(source: MediaSource) -> bytes:
    return (source.folder / "large.mp4").read_bytes()


def adds_large(api: Api, source: MediaSource) -> str:
    return api.add(f"{source.base}/large.mp4")


def test_a_file_goes_to_the_bucket_in_parts_and_nothing_stays_here(
    kept: Api, store: ObjectStore, source: MediaSource
) -> None:
    item = adds_large(kept, source)
    name = kept.wait(item, "done")["file"]["name"]

    assert store.sent == PARTS
    assert store.names == {name}
    assert store.content(name) == whole(source)
    assert kept.bytes_of(item) == whole(source)
    assert store.uploads == []
    wait_for(lambda: not kept.staged, "staging is empty")
    assert not [path for path in kept.media.rglob("*.mp4") if path.is_file()]
    assert kept.ask("GET", "/api/folder")["path"] == f"s3://{BUCKET}/{PREFIX}"


def cut_off(kept: Api, store: ObjectStore, source: MediaSource) -> tuple[str, dict[str, str]]:
    """Kill the backend while the third part is on its way; the download, and its upload."""
    store.hold(3)
    item = adds_large(kept, source)
    assert store.held.wait(60)
    kept.kill()
    store.open_gate(drop_held=True)
    under = store.client.list_multipart_uploads(Bucket=BUCKET)["Uploads"][0]
    return item, {"Bucket": BUCKET, "Key": under["Key"], "UploadId": under["UploadId"]}


def test_an_upload_that_kill_9_cut_off_goes_on_with_the_parts_that_are_missing(
    kept: Api, store: ObjectStore, source: MediaSource
) -> None:
    item, _ = cut_off(kept, store, source)
    uploads = store.uploads
    assert store.sent == [1, 2]
    source.requests.clear()
    kept.start()

    assert kept.wait(item, "done")["attempt"] == 1
    assert store.sent == PARTS
    assert len(uploads) == 1
    assert store.uploads == []
    assert kept.bytes_of(item) == whole(source)
    assert source.requests == [], "the source was not asked again"


def test_a_part_that_is_not_what_it_should_be_is_sent_again(
    kept: Api, store: ObjectStore, source: MediaSource
) -> None:
    item, upload = cut_off(kept, store, source)
    store.client.upload_part(**upload, PartNumber=2, Body=bytes(8 << 20))

    kept.start()

    kept.wait(item, "done")
    assert store.sent == [1, 2, 2, 3, 4]
    assert kept.bytes_of(item) == whole(source)


def test_what_was_completed_before_kill_9_is_not_sent_again(
    kept: Api, store: ObjectStore, source: MediaSource
) -> None:
    item, _ = cut_off(kept, store, source)
    complete(store, source)

    kept.start()

    kept.wait(item, "done")
    assert store.sent == [1, 2]
    assert kept.bytes_of(item) == whole(source)


@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_nothing_is_left_of_an_upload_that_nobody_wants_any_more(
    kept: Api, store: ObjectStore, source: MediaSource, how: str
) -> None:
    store.hold(2)
    item = adds_large(kept, source)
    assert store.held.wait(60)

    if how == "cancel":
        kept.ask("POST", f"/api/downloads/{item}/cancel")
    else:
        kept.client.delete(f"/api/downloads/{item}").raise_for_status()
    store.open_gate()

    wait_for(lambda: not store.uploads and not kept.staged, "upload and staging are gone")
    assert store.names == set()


def test_a_pause_keeps_what_has_been_sent(
    kept: Api, store: ObjectStore, source: MediaSource
) -> None:
    store.hold(3)
    item = adds_large(kept, source)
    assert store.held.wait(60)
    kept.ask("POST", f"/api/downloads/{item}/pause")
    store.open_gate()
    wait_for(lambda: len(store.sent) == 3, "the part under way has come")

    kept.ask("POST", f"/api/downloads/{item}/resume")

    kept.wait(item, "done")
    assert store.sent == PARTS
    assert kept.bytes_of(item) == whole(source)


def test_what_nobody_goes_on_with_is_seen_to_again_and_again(
    store: ObjectStore, tmp_path: Path
) -> None:
    staging = staged_by(Bucket(store.place()), tmp_path)
    known = opened(tmp_path / "app.db")
    sweeper = Sweeper(Leftovers(known, staging, tmp_path).sweep)
    sweeper.launch()
    try:
        for name in "ab":
            store.client.create_multipart_upload(Bucket=BUCKET, Key=f"{PREFIX}/{name}.mp4")
            sweeper.wake()
            wait_for(lambda: not store.uploads, "it is ended")
    finally:
        sweeper.stop()
        await_end_of_threads("sweep")
        known.engine.dispose()  # of what nobody uses any more


def test_the_next_backend_ends_what_nobody_goes_on_with(store: ObjectStore, tmp_path: Path) -> None:
    ours = store.client.create_multipart_upload(Bucket=BUCKET, Key=f"{PREFIX}/a.mp4")
    other = store.client.create_multipart_upload(Bucket=BUCKET, Key="elsewhere/a.mp4")

    with running(tmp_path, **store.environ):
        wait_for(lambda: ours["UploadId"] not in store.uploads, "ours is ended")

    assert store.uploads == [other["UploadId"]]


def test_ranges_are_answered_as_from_a_folder(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    item = kept.add(media.mp4)
    kept.wait(item, "done")
    path, content = f"/api/downloads/{item}/file", media.mp4_bytes

    def ask(asked: str, **headers: str) -> httpx.Response:
        return kept.client.get(path, headers={"Range": asked} | headers)

    head = kept.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(content))
    for asked, there in (
        ("bytes=0-99", content[:100]),
        ("bytes=1000000-", content[1_000_000:]),
        ("bytes=-500", content[-500:]),
        ("bytes=300000-900000", content[300_000:900_001]),
    ):
        answer = ask(asked)
        assert (answer.status_code, answer.content) == (206, there)
        assert answer.headers["content-range"].endswith(f"/{len(content)}")
    store.ranges.clear()
    several = ask("bytes=0-9,1000-1009")
    assert several.status_code == 206
    assert content[:10] in several.content
    assert content[1000:1010] in several.content
    assert store.ranges == ["bytes=0-9", "bytes=1000-1009"]
    same, other = ask("bytes=0-9", **{"If-Range": head.headers["etag"]}), "another"
    assert (same.status_code, same.content) == (206, content[:10])
    assert ask("bytes=0-9", **{"If-Range": f'"{other}"'}).content == content
    beyond = ask("bytes=99999999-")
    assert (beyond.status_code, beyond.headers["content-type"]) == (416, "application/problem+json")


def test_who_waits_for_a_file_that_stalls_holds_up_nobody_else(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    item = kept.add(media.mp4)
    kept.wait(item, "done")
    store.stall()
    with contextlib.ExitStack() as players:
        for _ in range(MANY):
            answer = kept.client.stream("GET", f"/api/downloads/{item}/file")
            assert players.enter_context(answer).status_code == 200
        wait_for(lambda: len(store.ranges) >= MANY - 5, "they wait for the store")

        # Long before the first of them gives the store up, and with it its thread back.
        asked = kept.client.get(f"/api/downloads/{item}", timeout=bucket_client.READ_SECONDS / 2)
        assert asked.json()["state"] == "done"
    store.open_gate()


def test_a_deleted_download_takes_its_file_along_if_asked_to(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    stays, goes = kept.add(media.mp4), kept.add(media.short)
    names = {item: kept.wait(item, "done")["file"]["name"] for item in (stays, goes)}
    assert store.names == set(names.values())

    kept.client.delete(f"/api/downloads/{goes}", params={"file": "true"}).raise_for_status()
    kept.client.delete(f"/api/downloads/{stays}").raise_for_status()

    assert store.names == {names[stays]}


def test_a_file_that_was_removed_from_the_bucket_is_noticed_and_comes_again(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    item = kept.add(media.mp4)
    name = kept.wait(item, "done")["file"]["name"]
    store.client.delete_object(Bucket=BUCKET, Key=f"{PREFIX}/{name}")

    assert kept.client.get(f"/api/downloads/{item}/file").status_code == 410
    assert kept.get(item)["file"]["missing"] is True
    kept.ask("POST", f"/api/downloads/{item}/retry")

    assert kept.wait(item, "done")["file"]["missing"] is False
    assert kept.bytes_of(item) == media.mp4_bytes


def test_equal_names_lead_to_two_files(kept: Api, store: ObjectStore, media: MediaSource) -> None:
    kept.client.put("/api/naming", json={"template": "A/{title}.{ext}"}).raise_for_status()
    items = [kept.add(f"{media.mp4}?{n}") for n in range(3)]
    names = {kept.wait(item, "done")["file"]["name"] for item in items}

    assert len(names) == 3
    assert store.names == names
    assert "A/clip.mp4" in names
    assert kept.client.get("/api/folders").json() == ["A"]


def test_what_goes_with_a_file_goes_with_it(
    kept: Api, store: ObjectStore, own_media: MediaSource
) -> None:
    how = {"beside": ["srt", "nfo"], "subtitles": ["en"], "template": "Show/{title} {key}.{ext}"}
    item = kept.add(subtitled(own_media), **how)
    stem = kept.wait(item, "done")["file"]["name"].removesuffix(".mp4")
    there = {name.removeprefix(stem) for name in store.names}

    assert there >= {".mp4", ".en.srt", ".nfo"}
    assert b"-->" in store.content(f"{stem}.en.srt")
    kept.client.delete(f"/api/downloads/{item}", params={"file": "true"}).raise_for_status()
    assert store.names == set()


def test_what_needs_a_folder_says_so(kept: Api, store: ObjectStore, media: MediaSource) -> None:
    item = kept.add(media.mp4)
    name = kept.wait(item, "done")["file"]["name"]

    moved = kept.ask("POST", "/api/downloads/relocations", json={"ids": [item], "folder": "Music"})
    shown = kept.client.post(f"/api/downloads/{item}/show")
    wish = {"origin": "media", "folder": ""}
    imported = kept.client.post("/api/imports", json=wish)

    assert moved["changed"] == []
    assert "stay where they are" in moved["refused"][0]["detail"]
    assert (shown.status_code, shown.json()["kind"]) == (409, "in-bucket")
    assert (imported.status_code, "needs a folder" in imported.json()["detail"]) == (422, True)
    assert kept.ask("GET", "/api/imports")["origins"] == []
    assert store.names == {name}


def test_pictures_and_feeds_are_there_too(kept: Api, media: MediaSource) -> None:
    item = kept.add(media.mp4)
    kept.wait(item, "done")
    wish = {"title": "All", "language": "en", "kind": None, "q": None, "subscription": None}
    feed = kept.ask("POST", "/api/feeds", json=wish)
    document = kept.client.get(feed["path"]).text
    shutil.rmtree(kept.media / ".thumbnails")
    (kept.media / ".thumbnails").mkdir()

    below = feed["path"].rpartition("/")[0]
    assert f"{item}.mp4" in document
    assert kept.client.get(f"{below}/{item}.mp4").content == media.mp4_bytes
    assert kept.client.get(f"/api/downloads/{item}/thumbnail").status_code == 200


def test_what_is_saved_comes_from_the_store_itself_where_that_is_set(
    store: ObjectStore, media: MediaSource, tmp_path: Path
) -> None:
    with running(tmp_path, **store.environ, MEDIA_REDIRECT="yes") as api:
        item = api.add(media.mp4)
        api.wait(item, "done")
        path = f"/api/downloads/{item}/file"
        saved = api.client.get(path, params={"disposition": "attachment"})
        played, asked = api.client.get(path), api.client.head(path + "?disposition=attachment")

        assert saved.status_code == 307
        assert saved.headers["referrer-policy"] == "no-referrer"
        assert saved.headers["location"].startswith(f"http://127.0.0.1:{store.port}/{BUCKET}/")
        there = httpx.get(saved.headers["location"], trust_env=False)
        assert there.content == media.mp4_bytes
        assert there.headers["content-disposition"].startswith("attachment")
        assert (played.status_code, played.content) == (200, media.mp4_bytes)
        assert asked.status_code == 200


def test_a_store_that_is_away_is_told_and_waited_for(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    done = kept.add(media.short)
    kept.wait(done, "done")
    store.shut = True
    item = kept.add(media.mp4)

    def told() -> dict[str, str] | None:
        answer = kept.client.get("/ready")
        body: dict[str, str] = answer.json()
        return body if answer.status_code == 503 else None

    waits = wait_for(told, "readiness tells of it")
    assert (waits["detail"], waits["fix"]) == shown("bucket-unreachable", store, waits["detail"])
    assert error(kept, item) == shown("bucket-unreachable", store, error(kept, item)[0])
    answer = kept.client.get(f"/api/downloads/{done}/file")
    assert (answer.status_code, answer.json()["kind"]) == (503, "bucket-unreachable")
    assert kept.get(done)["file"]["missing"] is False

    store.open_gate()

    assert kept.wait(item, "done")["attempt"] == 1
    kept.ready()


def test_a_store_that_says_nothing_holds_up_nobody_who_looks(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket_client, "ASK_SECONDS", 1)
    looked = Bucket(store.place()), Bucket(store.place()), Bucket(store.place())
    store.fall_silent()
    with ThreadPoolExecutor(4) as people:
        try:
            missing = people.submit(looked[0].missing, ["a.mp4", "b.mp4"])
            pictured = people.submit(looked[1].has_picture, tmp_path / "a.jpg")
            usable = people.submit(looked[2].require)
            played = people.submit(looked[2].content, "a.mp4")
            soon = bucket_client.READ_SECONDS - 10
            assert missing.result(soon) == set()
            assert pictured.result(soon) is False
            for asked in (usable, played):
                assert isinstance(asked.exception(soon), DownloadError)
        finally:
            store.open_gate()


def test_a_bucket_that_is_not_there_is_named_and_waited_for(
    store: ObjectStore, tmp_path: Path, media: MediaSource
) -> None:
    environ = store.environ | {"MEDIA_URL": "s3://made-later/x"}
    with running(tmp_path, **environ) as api:
        wait_for(lambda: "made-later" in api.client.get("/ready").text, "it is named")
        item = api.add(media.short)
        sentence, fix = shown("bucket-missing", store)
        assert error(api, item) == (sentence.replace(BUCKET, "made-later"), fix)

        store.client.create_bucket(Bucket="made-later")

        api.ready()
        assert api.wait(item, "done")["error"] is None


@pytest.mark.parametrize(
    ("kind", "setting", "right", "refusing"),
    [
        ("bucket-refused", "MEDIA_ACCESS_KEY", "another", (403, "AccessDenied")),
        ("bucket-region", "MEDIA_REGION", "eu-central-1", (400, "AuthorizationHeaderMalformed")),
    ],
)
def test_a_store_that_takes_another_key_or_region_is_told_and_that_one_is_taken(
    store: ObjectStore,
    tmp_path: Path,
    media: MediaSource,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    setting: str,
    right: str,
    refusing: tuple[int, str],
) -> None:
    store.wants, store.refusing = right, refusing
    with running(tmp_path, **store.environ) as api:
        item = api.add(media.short)
        assert error(api, item) == shown(kind, store)
        assert setting in error(api, item)[1]

        api.end()
        monkeypatch.setitem(api.environ, setting, right)
        api.start()

        assert api.wait(item, "done")["error"] is None


def test_a_store_that_cannot_do_what_is_needed_is_told_in_its_words_and_tried_again(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    store.wants, store.refusing = "nobody", (400, "KeyTooLongError")
    item = kept.add(media.short)
    assert error(kept, item) == shown("bucket-answer", store)

    store.open_gate()
    assert kept.wait(item, "done")["error"] is None


def test_an_address_that_redirects_is_told_as_one_that_is_not_the_stores(
    store: ObjectStore, tmp_path: Path
) -> None:
    """As a proxy does that leads everybody to https."""
    store.wants, store.refusing = "nobody", (301, "Moved")
    with running(tmp_path, **store.environ) as api:
        wait_for(lambda: "redirects" in api.client.get("/ready").text, "it is told")
        told = api.client.get("/ready").json()
        assert told["detail"].endswith(": it redirects to another address.")
        assert "correct MEDIA_ENDPOINT" in told["fix"]
        store.open_gate()
        api.ready()


def shown(kind: str, store: ObjectStore, said: str = "") -> tuple[str, str]:
    """What docs/troubleshooting.md shows of a kind, with this store in place of the example's.

    How nobody was reached is told in the client's own words, which are taken from what was `said`.
    """
    row = download_failures()[kind]
    sentence = row.sentence
    if own_words := re.search(r"\w[^:]+ endpoint URL: .+", said):
        sentence = re.sub(r"\w[^:]+ endpoint URL: .+", own_words[0], sentence)
    return sentence.replace("http://objects.example:9000", store.place().server), row.fix


def error(api: Api, item: str) -> tuple[str, str]:
    """What is said of a download, once it has failed for now."""
    told = wait_for(lambda: api.get(item)["error"], "it is said of the download")
    return told["sentence"], told["fix"]


def staged_by(bucket: Bucket, folder: Path, taken: Sequence[str] = ()) -> BucketStaging:
    """Staging in that folder, where others have those names."""
    return BucketStaging(
        *(folder, bucket, contextlib.nullcontext, set),
        taken=lambda names, _: set(names).intersection(taken),
    )


def staged(bucket: Bucket, folder: Path) -> BucketStaging:
    """A staging folder with one finished download, `x`."""
    staging = staged_by(bucket, folder)
    staging.folder("x").mkdir(parents=True)
    (staging.folder("x") / "media.mp4").write_bytes(b"whole")
    write_result(staging.folder("x"), {"file": "media.mp4"})
    return staging


def test_what_is_not_what_was_sent_is_told_and_sent_again_by_a_retry(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    store.shortening = True
    fails_and_is_sent_by_a_retry(kept, store, media, "bucket-damaged")


def fails_and_is_sent_by_a_retry(
    kept: Api, store: ObjectStore, media: MediaSource, kind: str
) -> None:
    item = kept.add(media.short)
    said = error(kept, item)

    store.open_gate()
    name = kept.wait(item, "done")["file"]["name"]
    sentence, fix = shown(kind, store)
    assert said == (sentence.replace("a.mp4", name), fix)
    assert store.content(name) == kept.bytes_of(item) == whole_short(media)


def whole_short(media: MediaSource) -> bytes:
    return (media.folder / "short.mp4").read_bytes()


def test_uploads_that_another_program_ends_are_told_and_begun_again_by_a_retry(
    kept: Api, store: ObjectStore, media: MediaSource
) -> None:
    store.ending = True
    fails_and_is_sent_by_a_retry(kept, store, media, "bucket-ended")


def test_a_name_that_no_bucket_takes_fails_and_a_shorter_one_comes(
    store: ObjectStore, media: MediaSource, tmp_path: Path
) -> None:
    environ = store.environ | {"MEDIA_URL": f"s3://{BUCKET}/{'a' * 200}"}
    folder = "/".join(["𠮷" * 49] * 4)  # four bytes each
    with running(tmp_path, **environ) as api:
        asked = api.add(media.short, folder=folder, template=f"{'b' * 150} {{title}}.{{ext}}")
        long = api.wait(asked, "failed", "done")["error"]
        short = api.wait(api.add(media.short, folder=folder), "done", "failed")

    sentence, fix = shown("bucket-name-long", store)
    begins, _, _ = sentence.replace("1103", long["values"]["length"]).partition(": ")
    assert (long["kind"], long["fix"]) == ("bucket-name-long", fix)
    assert long["sentence"] == f"{begins}: {long['values']['name']}"
    assert int(long["values"]["length"]) > int(long["values"]["most"]) == 1024
    assert long["values"]["name"].startswith(folder[:100])
    assert short["error"] is None


def test_what_is_not_what_was_sent_is_no_success(store: ObjectStore, tmp_path: Path) -> None:
    class Short(Bucket):
        def head(self, name: str) -> dict[str, Any] | None:
            return (Bucket.head(self, name) or {}) | {"ContentLength": 4}

    staging = staged(Short(store.place()), tmp_path)
    with pytest.raises(DownloadError) as failed:
        staging.publish("x", lambda: Placed("x.mp4"), *FREELY)
    said = failed.value.sentence.replace("/x.mp4", "/a.mp4"), failed.value.fix
    assert (failed.value.kind, said) == ("bucket-damaged", shown("bucket-damaged", store))
    staging = staged_by(Bucket(store.place()), tmp_path)
    staging.publish("x", lambda: Placed("x.mp4"), *FREELY)
    assert store.content("x.mp4") == b"whole"


def test_a_bucket_that_is_not_there_has_lost_no_file(store: ObjectStore) -> None:
    place = replace(store.place(), bucket="not-there")

    assert Bucket(place).missing(["a.mp4"]) == set()
    assert not Bucket(place).is_gone("a.mp4")
    with pytest.raises(DownloadError, match="There is no bucket not-there") as failed:
        Bucket(place).content("a.mp4")
    assert failed.value.kind == "bucket-missing"
    with pytest.raises(FileNotFoundError):
        Bucket(store.place()).content("a.mp4")


def test_a_file_that_was_not_there_once_is_not_gone_while_nobody_can_look(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket(store.place())
    assert bucket.is_gone("a.mp4")
    Bucket(store.place()).put("a.mp4", b"of another machine")
    monkeypatch.setattr(bucket_module, "SEEN_SECONDS", 0)
    store.shut = True

    assert bucket.missing(["a.mp4"]) == set()
    assert not bucket.is_gone("a.mp4")


def test_our_notes_of_what_folders_are_go_with_the_last_file_below_them(
    store: ObjectStore,
) -> None:
    bucket = Bucket(store.place())
    for folder in ("Video/Rain", "Video/Sun"):
        bucket.add(f"{folder}/{SHOW}", show("Rain", "Example"))
        bucket.put(f"{folder}/2026/a.mp4", b"x")
    bucket.put(f"Other/{SHOW}", b"somebody else's")
    bucket.put("Other/a.mp4", b"x")

    bucket.remove(["Video/Rain/2026/a.mp4", "Other/a.mp4"])

    assert store.names == {f"Other/{SHOW}", f"Video/Sun/{SHOW}", "Video/Sun/2026/a.mp4"}


def test_folders_are_told_by_few_questions_however_many_there_are(store: ObjectStore) -> None:
    bucket = Bucket(store.place())
    asked: list[str] = []
    event = "before-call.s3.ListObjectsV2"
    bucket.asks.meta.events.register(event, lambda **_: asked.append(event))
    for number in range(40):
        bucket.put(f"c{number:02}/{number}/s/a.mp4", b"x")

    found = bucket.folders()

    assert len(asked) <= 20
    assert {f"c{number:02}" for number in range(40)} <= set(found)
    assert "c00/0" in found


def test_a_name_that_is_too_long_for_a_bucket_is_told_before_anything_is_sent(
    store: ObjectStore,
) -> None:
    bucket = Bucket(store.place())
    fits = 1024 - len(f"{PREFIX}/")
    assert bucket.is_free(["a" * fits])
    with pytest.raises(DownloadError, match="would be 1025 bytes") as failed:
        bucket.is_free(["b.mp4", "ä" * (fits // 2) + "a" * (fits % 2 + 1)])
    assert failed.value.kind == "bucket-name-long"
    assert not failed.value.transient
    name, length = "Lectures/A name without an end", "1103"
    said = failed.value.sentence.replace("1025", length).replace("ä" * 100, name)
    assert (said, failed.value.fix) == shown("bucket-name-long", store)


def test_what_is_taken_back_is_not_what_another_has_put_there_since(
    store: ObjectStore, tmp_path: Path
) -> None:
    bucket, both = Bucket(store.place()), ["a.mp4", "a.nfo"]
    nobody, another = staged(bucket, tmp_path), staged_by(bucket, tmp_path, taken=["a.mp4"])
    nobody.publish("x", lambda: Placed("a.mp4"), *FREELY)
    bucket.put("a.nfo", b"another's")

    another.take_back("x", both)
    another.withdraw("x")
    assert store.names == set(both)

    nobody.take_back("x", both)
    assert store.names == set()


def test_an_upload_is_complete_also_where_the_answer_that_it_is_gets_lost(
    store: ObjectStore, tmp_path: Path
) -> None:
    store.losing = True
    staged(Bucket(store.place()), tmp_path).publish("x", lambda: Placed("x.mp4"), *FREELY)

    assert not store.losing
    assert store.sent == [1]
    assert store.content("x.mp4") == b"whole"


def test_uploads_that_somebody_ends_over_and_over_are_told(
    store: ObjectStore, tmp_path: Path
) -> None:
    bucket = Bucket(store.place())
    staging = staged(bucket, tmp_path)

    def end_all(*_: object) -> None:
        for upload in multipart.under_way(bucket):
            multipart.end(bucket, upload)

    with pytest.raises(DownloadError) as failed:
        staging.publish("x", lambda: Placed("x.mp4"), FREELY[0], end_all)
    said = failed.value.sentence.replace("x.mp4", "a.mp4"), failed.value.fix
    assert (failed.value.kind, said) == ("bucket-ended", shown("bucket-ended", store))
    staging.publish("x", lambda: Placed("x.mp4"), *FREELY)
    assert store.content("x.mp4") == b"whole"


@pytest.fixture(scope="module")
def database(free_port: FreePort) -> Iterator[str]:
    with postgres.serving(free_port()) as started:
        yield started.url


@pytest.fixture
def pair(database: str, store: ObjectStore, tmp_path: Path) -> Iterator[tuple[Api, Api]]:
    """Two that share a database and a bucket, and no folder."""
    name = tmp_path.name.replace("-", "_").lower()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    url = database.rpartition("/")[0] + f"/{name}"
    with contextlib.ExitStack() as stack:
        first, second = (
            stack.enter_context(running(tmp_path / one, DATABASE_URL=url, **store.environ))
            for one in ("one", "two")
        )
        first.ready()
        second.ready()
        yield first, second


def test_a_picture_is_kept_by_nobody_once_its_download_is_forgotten(
    pair: tuple[Api, Api], media: MediaSource
) -> None:
    item = pair[0].add(media.mp4)
    for api in pair:
        api.wait(item, "done")
        assert api.client.get(f"/api/downloads/{item}/thumbnail").status_code == 200
        assert list((api.media / ".thumbnails").glob(f"{item}.*"))

    pair[0].client.delete(f"/api/downloads/{item}").raise_for_status()

    kept = [api.media / ".thumbnails" for api in pair]
    wait_for(
        lambda: not [path for folder in kept for path in folder.glob(f"{item}.*")], "all are gone"
    )


def test_any_backend_serves_what_another_downloaded(
    pair: tuple[Api, Api], store: ObjectStore, media: MediaSource
) -> None:
    items = [pair[0].add(f"{media.mp4}?{n}") for n in range(6)]
    for item in items:
        for api in pair:
            assert api.wait(item, "done")["file"]["missing"] is False
            assert api.bytes_of(item) == media.mp4_bytes
            assert api.client.get(f"/api/downloads/{item}/thumbnail").status_code == 200
    assert len(store.names) == len(items)


def sending(
    pair: tuple[Api, Api], store: ObjectStore, source: MediaSource, **choices: object
) -> tuple[str, Api, Api]:
    """A large download that is held in its third part: who sends it, and the other one."""
    store.hold(3)
    item = pair[0].add(f"{source.base}/large.mp4", **choices)
    assert store.held.wait(60)
    sender, other = pair if pair[0].staged else reversed(pair)
    return item, sender, other


@pytest.mark.parametrize("how", ["cancel", "delete"])
def test_what_is_given_up_on_another_machine_leaves_nothing(
    pair: tuple[Api, Api], store: ObjectStore, source: MediaSource, how: str
) -> None:
    item, one, other = sending(pair, store, source, beside=["nfo"])
    other.ask("POST", f"/api/downloads/{item}/pause")
    store.open_gate()
    wait_for(lambda: len(store.sent) == 3, "the part under way has come")
    assert [name.rpartition(".")[2] for name in store.names] == ["nfo"]

    if how == "cancel":
        other.ask("POST", f"/api/downloads/{item}/cancel")
    else:
        other.client.delete(f"/api/downloads/{item}").raise_for_status()

    wait_for(lambda: not (store.names or store.uploads or one.staged), "all of it is gone")


def complete(store: ObjectStore, source: MediaSource) -> str:
    """Complete the upload that is under way; the name of its file."""
    under = store.client.list_multipart_uploads(Bucket=BUCKET)["Uploads"][0]
    upload = {"Bucket": BUCKET, "Key": under["Key"], "UploadId": under["UploadId"]}
    content, parts = whole(source), []
    for number in PARTS:
        body = content[(number - 1) * (8 << 20) : number * (8 << 20)]
        tag = store.client.upload_part(**upload, PartNumber=number, Body=body)["ETag"]
        parts.append({"PartNumber": number, "ETag": tag})
    store.client.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    return str(under["Key"]).removeprefix(f"{PREFIX}/")


def test_what_a_dead_machine_brought_there_goes_with_a_cancellation_elsewhere(
    pair: tuple[Api, Api], store: ObjectStore, source: MediaSource
) -> None:
    item, dead, other = sending(pair, store, source)
    other.ask("POST", f"/api/downloads/{item}/pause")
    dead.kill()
    store.open_gate(drop_held=True)
    name = complete(store, source)
    assert store.names == {name}

    other.ask("POST", f"/api/downloads/{item}/cancel")

    wait_for(lambda: not store.names, "it is gone")
    dead.start()
    wait_for(lambda: not dead.staged, "what it had staged is gone")
    assert store.names == set()


def test_another_machine_takes_over_what_was_being_sent(
    pair: tuple[Api, Api], store: ObjectStore, source: MediaSource
) -> None:
    item, dead, other = sending(pair, store, source)

    dead.kill()
    store.open_gate(drop_held=True)

    assert other.wait(item, "done")["attempt"] == 1
    assert other.bytes_of(item) == whole(source)
    assert store.uploads == []
    dead.start()
    wait_for(lambda: not dead.staged, "what it had is forgotten")
    assert dead.bytes_of(item) == whole(source)
    assert other.staged == []
