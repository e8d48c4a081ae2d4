"""What the work on a download tells and leaves, whatever a person decides at any moment of it."""

from __future__ import annotations

import json
import sys
import threading
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import pytest

import settings
from app.download_service import DownloadService
from app.profiles import Profiles
from app.queue_service import QueueService
from app.removal import Remover
from domain.problems import DatabaseUnavailableError
from domain.queue import QueueChange
from domain.requests import DownloadRequest
from engine.lease import FileLease
from engine.scheduler import Scheduler
from engine.watchdog import Watchdog
from files import item_lock
from files import staging as staging_module
from files.bucket_staging import BucketStaging
from files.disk import Disk
from files.item_lock import ItemBusyError
from files.media_folder import MediaFolder
from files.shelf import LOCK
from files.staging import Placed, Staging, read_result, write_result
from scripts.docs.downloads import download_failures
from store import breaker
from store.tables import downloads
from tests.backend.api_process import await_end_of_threads, wait_for
from tests.backend.databases import opened
from work.announcer import Announcer
from work.executor import Executor
from work.pool import Pool, RunnerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import sqlalchemy as sa

    from files.bucket import Bucket
    from store.store import Row

PROGRESS = {"event": "progress", "stage": "downloading", "bytes": 1}


@dataclass
class Runner:
    """Reports one line; the next is on its way already while something happens."""

    meanwhile: Callable[[], object]
    killed: bool = False

    def run(self, _: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield PROGRESS
        self.meanwhile()
        yield PROGRESS
        raise RunnerDiedError("It was killed.")

    def kill(self) -> None:
        self.killed = True

    def close(self) -> None:
        self.kill()


@dataclass
class Scene:
    """A desk, with work whose runners do as the test says, and what listeners were told."""

    folder: Path
    told: list[tuple[str, str]] = field(default_factory=list)
    runner: Runner = field(default_factory=lambda: Runner(lambda: None))

    def __post_init__(self) -> None:
        chosen = settings.parse({"DATA_DIR": str(self.folder)})
        self.store = opened(self.folder / "app.db")
        self.staging = Staging(chosen.media_dir)
        chosen.media_dir.mkdir()
        self.announcer = Announcer(self.store, self.note)
        self.executor = Executor(
            self.store,
            self.announcer,
            cast("Pool", self),
            self.staging,
            Disk(self.folder, 0),
            MediaFolder(chosen.media_dir, self.folder / "media-folder.json"),
            thumbnails=self.folder,
            cookies=self.folder,
            allowed=list,
            ffmpeg=None,
        )
        self.lease = FileLease(self.folder / "lock")
        never = Watchdog(3600.0)  # it would end the tests, long after the queue was stopped
        self.scheduler = Scheduler(chosen, self.store, self.executor, self.lease, never)
        self.downloads = DownloadService(
            self.store,
            self.staging,
            self.announcer,
            self.executor,
            self.scheduler,
            Profiles(self.store),
        )
        self.remover = Remover(
            self.store, self.staging, self.announcer, self.executor, self.scheduler
        )
        self.queue = QueueService(self.store, self.announcer, self.executor, self.scheduler)

    def take(self) -> Runner:
        return self.runner

    def note(self, item: str, event: str, data: str) -> None:
        self.told.append((item, json.loads(data).get("state", event)))

    def claimed(self) -> tuple[str, int]:
        """A download that has just been started."""
        self.downloads.add([DownloadRequest(url="https://example.org/a.mp4")])
        row = self.store.claim("me")
        assert row
        self.told.clear()
        return row["id"], row["run"]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    await_end_of_threads("queue", "download")  # they have the database in use
    made.lease.close()
    made.store.engine.dispose()


DECISIONS: dict[str, Callable[[Scene, str], object]] = {
    "paused": lambda scene, item: scene.downloads.act(item, "pause"),
    "cancelled": lambda scene, item: scene.downloads.act(item, "cancel"),
    "removed": lambda scene, item: scene.remover.delete(item, file=False),
    "queued": lambda scene, _: scene.queue.change(QueueChange(paused=True)),
}


@pytest.mark.parametrize("state", DECISIONS)
def test_nothing_that_was_on_its_way_is_told_after_what_a_person_decided(
    scene: Scene, state: str
) -> None:
    item, run = scene.claimed()
    scene.runner = Runner(lambda: DECISIONS[state](scene, item))

    assert scene.executor.fetch(item, run) is None

    states = [told for _, told in scene.told]
    assert states[states.index(state) :].count("running") == 0
    assert states[-1] == state
    assert scene.runner.killed
    keeps_its_progress = state in {"paused", "queued"}
    assert (item in scene.announcer.live) == keeps_its_progress


def test_an_interrupted_run_says_nothing_of_its_end(scene: Scene) -> None:
    """Who interrupts a run says what follows; it is no failed attempt."""
    item, run = scene.claimed()
    scene.runner = Runner(scene.executor.interrupt_all)

    assert scene.executor.fetch(item, run) is None

    row = scene.store.get(item)
    assert row
    assert (row["state"], row["run"], row["attempt"], row["error"]) == ("running", run, 1, None)
    assert scene.runner.killed


def test_what_is_told_last_is_what_is_true_then(scene: Scene) -> None:
    item, _ = scene.claimed()
    scene.downloads.act(item, "pause")

    scene.store.act(item, "resume")  # by another process, which has told it already
    scene.announcer.announce(item)
    scene.store.delete(item)
    scene.announcer.announce(item)

    assert scene.told == [(item, "paused"), (item, "queued"), (item, "removed")]


def test_a_later_start_ends_the_runner_of_one_that_was_not_told_of_its_end(scene: Scene) -> None:
    item, run = scene.claimed()
    later = Runner(lambda: None)

    def start_again() -> None:
        scene.store.requeue_running()
        row = scene.store.claim("me")
        assert row
        scene.runner = later
        scene.executor.fetch(item, row["run"])

    first = scene.runner = Runner(start_again)
    ended: list[bool] = []
    later.meanwhile = lambda: ended.append(first.killed)
    scene.executor.fetch(item, run)

    assert ended == [True]


def test_one_whose_lease_another_has_says_so_and_starts_nothing(scene: Scene) -> None:
    """The file that is locked was replaced, and another backend has locked the new one."""
    assert scene.lease.acquire()
    (scene.folder / "lock").unlink()
    [added] = scene.downloads.add([DownloadRequest(url="https://example.org/a.mp4")])
    with closing(FileLease(scene.folder / "lock")) as other:
        assert other.acquire()
        with pytest.raises(DatabaseUnavailableError, match="Another backend works on"):
            scene.scheduler._turn()  # noqa: SLF001 - a turn of its thread
        assert scene.downloads.get(added.id).state == "queued"

    scene.scheduler._turn()  # noqa: SLF001 - the other has ended
    row = scene.store.get(added.id)
    assert row
    assert row["run"] == 1


def test_a_handover_that_takes_no_longer_than_a_restart_is_not_spoken_of(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[bool] = []
    acquire = scene.lease.acquire

    def try_it() -> bool:
        tried.append(acquire())
        return tried[-1]

    monkeypatch.setattr(scene.lease, "acquire", try_it)
    with closing(FileLease(scene.folder / "lock")) as leaving:
        assert leaving.acquire()
        launched = threading.Thread(target=scene.scheduler.launch)
        launched.start()
        wait_for(lambda: len(tried) > 2, "the next one waits")
    launched.join(20)
    scene.scheduler.stop()
    assert tried[-1]
    assert scene.scheduler.problem is None
    assert "Another backend" not in caplog.text


RESULT = {
    **dict.fromkeys(("title", "uploader", "duration", "platform", "media_key", "thumbnail")),
    "file": "media.mp4",
    "bytes": 5,
}


def published_while_paused(scene: Scene) -> str:
    """A download that was paused when its file had just been moved to its place."""
    item, run = scene.claimed()
    whole(scene, item)

    def pause() -> None:
        scene.downloads.act(item, "pause")

    scene.executor.staging = Halting(scene.staging.media_dir, pause)
    scene.executor.finish(item, run, RESULT)
    scene.executor.staging = scene.staging
    assert scene.downloads.get(item).state == "paused"
    return item


def left(scene: Scene) -> list[str]:
    files = (path for path in scene.staging.media_dir.rglob("*") if path.is_file())
    return [path.name for path in files if path.name not in {LOCK, item_lock.LOCK}]


@pytest.mark.parametrize("decision", ["cancelled", "removed"])
def test_a_file_that_was_in_its_place_already_goes_with_its_download(
    scene: Scene, decision: str
) -> None:
    item = published_while_paused(scene)
    assert len(left(scene)) == 2, "the file in its place, and the note of it"

    DECISIONS[decision](scene, item)

    assert left(scene) == []


def test_a_file_that_was_in_its_place_already_is_kept_for_who_resumes(scene: Scene) -> None:
    item = published_while_paused(scene)
    scene.downloads.act(item, "resume")
    row = scene.store.claim("me")
    assert row

    scene.executor.finish(item, row["run"], RESULT)
    scene.remover.delete(item, file=False)

    assert left(scene) == [f"download [{item[-6:]}].mp4"]


def test_a_file_that_somebody_took_away_before_it_was_noted_is_made_again_by_a_retry(
    scene: Scene,
) -> None:
    item = published_while_paused(scene)
    [file] = scene.staging.media_dir.glob("[!.]*.mp4")
    file.rename(scene.folder / "elsewhere.mp4")
    scene.downloads.act(item, "resume")
    row = scene.store.claim("me")
    assert row

    scene.executor.finish(item, row["run"], RESULT)
    failed = scene.downloads.get(item)
    scene.downloads.act(item, "retry")

    assert failed.state == "failed"
    assert failed.error
    assert (failed.error.kind, failed.error.values) == ("file-gone", {"file": file.name})
    shown = download_failures()["file-gone"]
    assert failed.error.sentence == shown.sentence.replace("A film.mp4", file.name)
    assert failed.error.fix == shown.fix
    assert read_result(scene.staging.folder(item)) is None, "it is fetched anew"


def test_nothing_is_started_that_was_claimed_just_after_everything_was_paused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = scene.downloads.add([DownloadRequest(url="https://example.org/a.mp4")])[0].id
    claim = scene.store.claim

    def pause_first(executor: str) -> Row | None:
        scene.queue.change(QueueChange(paused=True))
        return claim(executor)

    monkeypatch.setattr(scene.store, "claim", pause_first)
    scene.told.clear()
    scene.scheduler.fill()

    assert scene.downloads.get(item).state == "queued"
    assert (item, "running") not in scene.told


def tries(scene: Scene, reached: Callable[[int], int], most: int) -> tuple[str, int]:
    """State and number of failures of one that reaches so many bytes, up to `most` failures."""
    scene.downloads.add([DownloadRequest(url="https://example.org/a.mp4")])
    for number in range(1, most + 1):
        with scene.store.engine.begin() as connection:  # the back-off is over
            connection.execute(downloads.update().values(not_before=None))
        row = scene.store.claim("me")
        assert row
        folder = scene.staging.folder(row["id"])
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "media.mp4.part").open("wb") as part:
            part.truncate(reached(number))
        scene.runner = Runner(lambda: None)
        scene.executor.fetch(row["id"], row["run"])
        if (state := scene.downloads.get(row["id"]).state) != "queued":
            return state, number
    return "queued", most


@pytest.mark.parametrize(
    ("reached", "ends"),
    [
        (lambda number: number * 200_000, ("queued", 20)),
        (lambda number: number * 1_100_000, ("queued", 20)),
        (lambda number: 100_000_000 + number * 200_000, ("failed", 5)),
        (lambda _: 0, ("failed", 5)),
        (lambda number: min(number, 3) * 200_000, ("failed", 7)),
        (lambda number: number % 2 * 5_000_000, ("failed", 5)),
    ],
    ids=["a seventh more", "a megabyte more", "hardly more", "nothing", "stuck", "anew"],
)
def test_tries_are_counted_anew_from_where_the_download_has_come_further(
    scene: Scene, reached: Callable[[int], int], ends: tuple[str, int]
) -> None:
    assert tries(scene, reached, 20) == ends


def test_what_another_machine_has_ended_is_forgotten_where_staging_is_not_shared(
    scene: Scene,
) -> None:
    item, run = scene.claimed()
    folder = scene.staging.folder(item)
    where = scene.staging.media_dir, cast("Bucket", None)
    alone = BucketStaging(*where, nullcontext, set, lambda *_: set())
    folder.mkdir(parents=True)
    scene.executor.staging = alone
    scene.executor.drop_staged(item)
    assert folder.exists(), "it runs"

    scene.store.report(item, run, state="done")
    scene.executor.staging = scene.staging
    scene.executor.drop_staged(item)
    assert folder.exists(), "who ended it sees to it"
    scene.executor.staging = alone
    scene.executor.drop_staged(item)
    assert not folder.exists()


def whole(scene: Scene, item: str) -> None:
    """Stage a file that is whole."""
    folder = scene.staging.folder(item)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "media.mp4").write_bytes(b"whole")
    write_result(folder, RESULT)


class Halting(Staging):
    """Calls something when a file has been moved to its place and nothing notes it yet."""

    def __init__(self, folder: Path, halt: Callable[[], object]) -> None:
        super().__init__(folder)
        object.__setattr__(self, "halt", halt)

    def finish(self, *how: Any) -> Placed:  # noqa: ANN401 - as in a folder
        placed = super().finish(*how)
        cast("Any", self).halt()
        return placed


def test_a_cancellation_that_is_late_takes_no_file_of_a_later_start(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody cancels and retries at once; who cancels is stopped before he removes anything."""
    item, _ = scene.claimed()
    scene.downloads.act(item, "pause")
    whole(scene, item)
    lock, stopped, goes_on = item_lock.locked, threading.Event(), threading.Event()

    @contextmanager
    def stop_first(folder: Path, **how: float) -> Iterator[None]:
        if threading.current_thread() is late:
            stopped.set()
            goes_on.wait(30)
        with lock(folder, **how):
            yield

    def go_on() -> None:
        goes_on.set()
        late.join(30)

    monkeypatch.setattr(staging_module, "locked", stop_first)
    late = threading.Thread(target=scene.downloads.act, args=(item, "cancel"))
    late.start()
    assert stopped.wait(30)
    scene.store.act(item, "retry")
    row = scene.store.claim("me")
    assert row
    scene.executor.staging = Halting(scene.staging.media_dir, go_on)
    scene.executor.finish(item, row["run"], RESULT)

    download = scene.downloads.get(item)
    assert download.file
    assert (download.state, download.file.missing) == ("done", False)


def test_who_is_superseded_takes_nothing_that_got_the_name_of_its_file(scene: Scene) -> None:
    """Another backend cancels it while its file is in its place, and gives the name away."""
    item, run = scene.claimed()
    whole(scene, item)
    given: list[Path] = []

    def give_away() -> None:
        [file] = scene.staging.media_dir.glob("*.mp4")
        scene.store.act(item, "cancel")
        scene.staging.withdraw(item)
        if not file.exists():
            file.write_text("another's")
            given.append(file)

    scene.executor.staging = Halting(scene.staging.media_dir, give_away)
    scene.executor.finish(item, run, RESULT)

    assert [path.name for path in given if not path.exists()] == []
    assert given or left(scene) == []


def test_what_is_cancelled_while_it_only_is_completed_leaves_nothing_in_staging(
    scene: Scene,
) -> None:
    item, run = scene.claimed()
    scene.store.report(item, run, state="done", file_name="a.mp4", file_bytes=5)
    scene.store.complete(item)
    row = scene.store.claim("me")
    assert row
    whole(scene, item)
    scene.runner = Runner(lambda: scene.downloads.act(item, "cancel"))

    assert scene.executor.fetch(item, row["run"]) is None

    assert scene.downloads.get(item).state == "done"
    assert not scene.staging.folder(item).exists()


class Busy(Runner):
    """Finds that somebody else still works on it."""

    def run(self, _: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield ItemBusyError().as_event()


def test_one_that_another_has_not_ended_working_on_waits_and_that_is_no_try(scene: Scene) -> None:
    item, run = scene.claimed()
    scene.runner = Busy(lambda: None)

    scene.executor.fetch(item, run)

    row = scene.store.get(item)
    assert row
    assert (row["state"], row["attempt"], bool(row["not_before"])) == ("queued", 1, True)


def test_a_full_disk_keeps_nobody_from_what_is_whole_already(scene: Scene) -> None:
    """Its file may even be in its place, with no note of that: the database had gone."""
    item, run = scene.claimed()
    scene.executor.disk = Disk(scene.folder, reserve=sys.maxsize)
    scene.runner = Making(lambda: None)
    assert scene.executor.fetch(item, run) is None
    assert scene.downloads.get(item).state == "failed"

    scene.downloads.act(item, "retry")
    row = scene.store.claim("me")
    assert row
    whole(scene, item)
    result = scene.executor.fetch(item, row["run"])
    assert result is not None
    scene.executor.finish(item, row["run"], result)
    assert scene.downloads.get(item).state == "done"


class Making(Runner):
    """Makes the file."""

    def run(self, _: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self.meanwhile()
        yield {"event": "done", **RESULT}


def test_an_end_is_told_and_cleared_away_although_the_database_goes_at_that_moment(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the end of the download, and not that its host is well."""
    record = breaker.record_success
    failed: list[str] = []

    def go_once(connection: sa.Connection, host: str) -> None:
        if not failed:
            failed.append(host)
            raise DatabaseUnavailableError("It is locked.", "Wait.", kind="database-locked")
        record(connection, host)

    monkeypatch.setattr(breaker, "record_success", go_once)
    [added] = scene.downloads.add([DownloadRequest(url="https://example.org/a.mp4")])
    scene.runner = Making(lambda: whole(scene, added.id))
    scene.scheduler.launch()
    try:
        wait_for(lambda: (added.id, "done") in scene.told, "its end is told", seconds=20)
        wait_for(lambda: not scene.staging.folder(added.id).exists(), "nothing is left", seconds=20)
    finally:
        scene.scheduler.stop()
    assert failed == ["example.org"]


def test_what_was_claimed_for_nobody_is_begun_all_the_same(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer to a claim can go with its connection."""
    claim = scene.store.claim
    lost: list[Row] = []

    def lose_the_first(executor: str) -> Row | None:
        row = claim(executor)
        if row and not lost:
            lost.append(row)
            raise DatabaseUnavailableError("It has gone.", "Wait.", kind="database-unreachable")
        return row

    monkeypatch.setattr(scene.store, "claim", lose_the_first)
    [added] = scene.downloads.add([DownloadRequest(url="https://example.org/a.mp4")])
    scene.runner = Making(lambda: whole(scene, added.id))
    scene.scheduler.launch()
    try:
        wait_for(lambda: (added.id, "done") in scene.told, "it is done", seconds=20)
    finally:
        scene.scheduler.stop()
    assert lost


def test_what_ended_and_could_not_be_noted_takes_room_until_it_is(scene: Scene) -> None:
    assert scene.lease.acquire()
    scene.store.set_control("concurrency", 1)
    first, second = scene.downloads.add(
        [DownloadRequest(url=f"https://example.org/{name}.mp4") for name in "ab"]
    )
    claimed = scene.store.claim(scene.lease.executor)
    assert claimed
    gone = DatabaseUnavailableError("It has gone.", "Wait.", kind="database-unreachable")
    scene.scheduler._orphaned[first.id, claimed["run"]] = gone  # noqa: SLF001 - its thread has ended
    scene.scheduler.fill()
    assert scene.downloads.get(first.id).state != "running"
    row = scene.store.get(second.id)
    assert row
    assert row["run"] == 0, "it was never claimed"


def test_a_start_that_comes_late_ends_the_next_one_but_not_the_download(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its runner was still on its way when the lease was lost, and everything begun again."""
    asked, begun, go_on = threading.Event(), threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        wait_for(lambda: second.killed or None, "the late one comes", seconds=20)

    second = Runner(hold)
    [added] = scene.downloads.add([DownloadRequest(url="https://example.org/a.mp4")])
    others = iter([second, Making(lambda: whole(scene, added.id))])

    def take() -> Runner:
        if asked.is_set():
            return next(others)
        asked.set()
        assert go_on.wait(20)
        return Runner(lambda: None)

    monkeypatch.setattr(scene, "take", take)
    scene.scheduler.launch()
    try:
        assert asked.wait(20)
        scene.lease.close()
        scene.scheduler.wake()
        assert begun.wait(20)
        go_on.set()
        wait_for(lambda: (added.id, "done") in scene.told, "it is done", seconds=20)
    finally:
        go_on.set()
        scene.scheduler.stop()
