"""F27 and F28: what sources and disks do to a download, and what becomes of it."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING

import psutil
import pytest

from scripts.docs.downloads import download_failures
from tests.backend.api_process import Api, running, wait_for
from tests.backend.pages import page_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import SmallDisk
    from tests.media_source import MediaSource


@pytest.mark.fault(row="F27")
def test_a_source_that_breaks_off_again_and_again_is_continued_to_the_end(
    shared_api: Api, media: MediaSource
) -> None:
    media.cut = 600_000
    item = shared_api.add(media.mp4)
    waiting = shared_api.wait(item, "done", "failed")
    media.cut = 0

    assert waiting["error"] is None
    assert shared_api.bytes_of(item) == media.mp4_bytes


@pytest.mark.fault(row="F27")
def test_a_stalled_download_is_cancelled_at_once_when_asked(
    shared_api: Api, media: MediaSource
) -> None:
    media.stall = 100_000
    item = shared_api.add(media.mp4)
    wait_for(lambda: (shared_api.get(item)["progress"] or {}).get("bytes"), "some has come")
    assert shared_api.process
    before = psutil.Process(shared_api.process.pid).children(recursive=True)

    shared_api.ask("POST", f"/api/downloads/{item}/cancel")

    staged = shared_api.media / ".staging" / item
    wait_for(lambda: not staged.exists(), "nothing is left")
    assert any(not child.is_running() for child in before)


@pytest.mark.fault(row="F27")
def test_a_file_that_changes_between_two_tries_is_fetched_anew(
    shared_api: Api, media: MediaSource
) -> None:
    changing = media.folder / "changing.mp4"
    shutil.copy(media.folder / "clip.mp4", changing)
    media.throttle = 400_000
    item = shared_api.add(f"{media.base}/changing.mp4")
    wait_for(
        lambda: (shared_api.get(item)["progress"] or {}).get("bytes", 0) > 400_000, "a good part"
    )
    shared_api.ask("POST", f"/api/downloads/{item}/pause")
    subprocess.run(
        [
            *("ffmpeg", "-loglevel", "error", "-y", "-i", str(media.folder / "clip.mp4")),
            *("-t", "9", "-c", "copy", "-movflags", "+faststart", str(changing)),
        ],
        check=True,
    )
    media.throttle = 0

    shared_api.ask("POST", f"/api/downloads/{item}/resume")

    shared_api.wait(item, "done")
    assert shared_api.bytes_of(item) == changing.read_bytes()


@pytest.mark.fault(row="F27")
@pytest.mark.parametrize(
    ("status", "kind"), [(416, "range"), (429, "rate-limited"), (503, "server-error")]
)
def test_what_can_heal_is_tried_again(
    shared_api: Api, media: MediaSource, status: int, kind: str
) -> None:
    media.faults["/clip.mp4"] = status
    item = shared_api.add(media.mp4)

    again = wait_for(lambda: (d := shared_api.get(item))["attempt"] > 1 and d, "it is tried again")
    shared_api.ask("POST", f"/api/downloads/{item}/cancel")

    assert again["error"]["kind"] == kind
    assert str(status) in again["error"]["sentence"]


@pytest.mark.fault(row="F27")
@pytest.mark.parametrize(("status", "kind"), [(403, "forbidden"), (410, "gone")])
def test_what_cannot_heal_fails_at_once(
    shared_api: Api, media: MediaSource, status: int, kind: str
) -> None:
    media.faults["/clip.mp4"] = status
    download = shared_api.wait(shared_api.add(media.mp4), "failed")

    assert (download["attempt"], download["error"]["kind"]) == (1, kind)


def test_a_list_is_refused_before_its_media_are_looked_at(
    shared_api: Api, media: MediaSource
) -> None:
    items = "".join(
        f"<item><title>{n}</title><link>{media.base}/{n}.html</link></item>" for n in range(20)
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
    (media.folder / "feed.html").write_text(feed)

    download = shared_api.wait(shared_api.add(f"{media.base}/feed.html"), "failed")

    assert download["error"]["kind"] == "playlist"
    assert "a list of several media" in download["error"]["sentence"]
    assert [path for path, _ in media.requests] == ["/feed.html"]


def test_a_list_of_one_is_that_one(shared_api: Api, media: MediaSource) -> None:
    feed = f"<item><title>1</title><link>{page_of(media, 'only.html')}</link></item>"
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{feed}</channel></rss>'
    (media.folder / "one.html").write_text(feed)

    item = shared_api.add(f"{media.base}/one.html")

    assert shared_api.wait(item, "done", "failed")["error"] is None
    assert shared_api.bytes_of(item) == (media.folder / "short.mp4").read_bytes()


def test_what_is_live_says_so_instead_of_failing_in_ffmpeg(
    shared_api: Api, media: MediaSource
) -> None:
    whole = (media.folder / "hls/index.m3u8").read_text()
    live = [line for line in whole.splitlines() if not line.endswith(("ENDLIST", "TYPE:VOD"))]
    (media.folder / "hls/live.m3u8").write_text("\n".join(live))

    download = shared_api.wait(shared_api.add(f"{media.base}/hls/live.m3u8"), "failed")

    assert download["error"] == {
        "kind": "live",
        "sentence": "This is live.",
        "fix": "Send it with a choice to record it, or when it has ended.",
        "values": {},
    }


def test_what_only_another_program_could_fetch_says_so(shared_api: Api, media: MediaSource) -> None:
    url = page_of(media, "rtmp.html", contentUrl="rtmp://127.0.0.1/live/clip")

    download = shared_api.wait(shared_api.add(url), "failed")

    assert download["error"]["kind"] == "unsupported-protocol"


@pytest.mark.parametrize("title", ["cut emoji \ud83d", "a\0b"])
def test_broken_characters_in_a_title_break_nothing(
    shared_api: Api, media: MediaSource, title: str
) -> None:
    url = page_of(media, "broken-title.html", name=title, description=title)
    item = shared_api.add(url, format="mp3", embed=["metadata"])

    done = shared_api.wait(item, "done", "failed")
    preview = shared_api.ask("POST", "/api/previews", json={"url": url + "?" + title[0]})

    assert done["error"] is None
    assert done["title"] == preview["title"]


@pytest.mark.fault(row="F28")
def test_a_full_disk_fails_that_item_and_the_queue_goes_on(
    tmp_path: Path, small_disk: SmallDisk, media: MediaSource
) -> None:
    disk = small_disk("1m")  # the video does not fit
    environ = {"MEDIA_DIR": str(disk), "DISK_RESERVE_MB": "0"}
    with running(tmp_path / "api", **environ) as api:
        large, small = api.add(media.mp4), api.add(media.mp4, format="mp3")

        failed = api.wait(large, "failed", "done")
        api.wait(small, "failed", "done")

    assert failed["state"] == "failed"
    assert failed["error"]["kind"] == "disk-full"
    assert not list(disk.glob("[!.]*.mp4"))


@pytest.mark.fault(row="F28")
def test_a_disk_that_takes_no_file_of_that_size_is_named(
    tmp_path: Path, media: MediaSource
) -> None:
    api = Api(tmp_path)
    api.within = ("sh", "-c", 'ulimit -f 1024; exec "$@"', "-")  # half a megabyte, or a whole one
    with contextlib.closing(api):
        api.start()
        item = api.add(media.mp4)
        failed = api.wait(item, "failed", "done")
        smaller = api.wait(api.add(media.short), "done", "failed")
        api.end()
        api.within = ()
        api.environ["MEDIA_DIR"] = str(tmp_path / "another disk")
        api.start()
        api.ready()
        api.ask("POST", f"/api/downloads/{item}/retry")
        elsewhere = api.wait(item, "done", "failed")

    assert failed["error"] == download_failures()["file-too-large"].as_error() | {"values": {}}
    assert smaller["error"] is None
    assert elsewhere["error"] is None
    assert (tmp_path / "another disk" / elsewhere["file"]["name"]).is_file()


def test_a_hundred_clients_that_ask_at_once_are_all_answered(shared_api: Api) -> None:
    answers: list[int] = []

    def ask() -> None:
        answers.append(shared_api.client.get("/api/downloads").status_code)

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [200] * 100
