"""A database that cannot be used: named with its fix, kept as it is, taken up when it can."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command

from domain.problems import DatabaseUnavailableError, UnavailableError
from domain.requests import DownloadRequest
from scripts.docs.downloads import download_failures
from store import database
from store.database_errors import translate
from store.migrate import config
from store.store import Store
from tests.backend.api_process import Api, running, wait_for
from tests.backend.store.shown import shown
from tests.backend.web.test_bad_input import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx

    from tests.conftest import SmallDisk
    from tests.media_source import MediaSource

TROUBLESHOOTING = (Path(__file__).resolve().parents[3] / "docs/troubleshooting.md").read_text()
REQUEST = DownloadRequest(url="https://example.org/a.mp4")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database that this program has made, and no patience with one that is locked."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.1)
    Store(f"sqlite:///{tmp_path}/app.db").engine.dispose()
    return tmp_path / "app.db"


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program writes, and does not come to an end."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def test_a_locked_one_is_named_at_the_start(file: Path) -> None:
    with (
        locked(file),
        pytest.raises(DatabaseUnavailableError, match=r"is locked by .* Close") as told,
    ):
        Store(f"sqlite:///{file}")

    assert str(file) in str(told.value)


def test_one_that_is_locked_later_is_named_then_and_works_again_afterwards(file: Path) -> None:
    opened = Store(f"sqlite:///{file}")
    with locked(file):
        assert opened.counts() == {}
        with pytest.raises(DatabaseUnavailableError, match="is locked"):
            opened.add([REQUEST])

    assert len(opened.add([REQUEST])) == 1
    opened.engine.dispose()


def test_a_read_only_one_is_named_before_anybody_relies_on_it(file: Path) -> None:
    before = file.read_bytes()

    with pytest.raises(DatabaseUnavailableError, match=r"is read-only.*chmod u\+w"):
        Store(f"sqlite:///file:{file}?mode=ro&uri=true")

    assert file.read_bytes() == before


def test_a_fault_of_ours_is_not_blamed_on_the_database(file: Path) -> None:
    opened = Store(f"sqlite:///{file}")
    with opened.engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.exec_driver_sql("INSERT INTO hosts VALUES ('a', 1, NULL), ('a', 1, NULL)")

    opened.engine.dispose()


def test_that_every_connection_is_in_use_is_told_and_nothing_is_wrong_with_the_database(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "POOL_TIMEOUT_SECONDS", 0)
    opened = Store(f"sqlite:///{file}")

    def use_all() -> None:
        with contextlib.ExitStack() as stack:
            while True:
                stack.enter_context(opened.engine.connect())

    with pytest.raises(UnavailableError, match="in use") as told:
        use_all()

    assert not isinstance(told.value, DatabaseUnavailableError)
    assert told.value.kind == "database-busy"
    assert (told.value.detail, told.value.fix) == shown("database-busy")
    assert opened.counts() == {}  # in a moment
    opened.engine.dispose()


READ_ONLY = "cannot execute INSERT in a read-only transaction"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (psycopg.errors.ReadOnlySqlTransaction(READ_ONLY), "takes no changes .* primary"),
        (psycopg.InternalError("terminated while in a transaction"), "cannot be used: terminated"),
        (psycopg.errors.InFailedSqlTransaction("is aborted"), "cannot be used: is aborted"),
        (psycopg.InterfaceError("the connection is closed"), "cannot be used: the connection"),
    ],
)
def test_what_postgresql_fails_of_is_told_of_it_in_whatever_class_it_comes(
    monkeypatch: pytest.MonkeyPatch, error: psycopg.Error, words: str
) -> None:
    engine = sa.create_engine("sqlite://")
    translate(engine)

    def fail(*_: object) -> None:
        raise error

    with engine.connect() as connection:
        monkeypatch.setattr(engine.dialect, "loaded_dbapi", psycopg)
        monkeypatch.setattr(engine.dialect, "is_disconnect", lambda e, *_: "closed" in str(e))
        monkeypatch.setattr(engine.dialect, "do_execute", fail)
        with pytest.raises(DatabaseUnavailableError, match=words) as told:
            connection.exec_driver_sql("SELECT 1")
    assert "chmod" not in str(told.value)


def damage(file: Path) -> Callable[[], object]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # nothing of it is elsewhere
    whole = file.read_bytes()
    file.write_bytes(b"this is no database, it is a poem" * 100)
    return lambda: file.write_bytes(whole)


def make_newer(file: Path) -> Callable[[], object]:
    def note(version: str) -> None:
        with contextlib.closing(sqlite3.connect(file)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", [version])

    known = version(file)
    note("9999")
    return lambda: note(known)


def version(file: Path) -> str:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def lose_tables(file: Path) -> Callable[[], object]:
    def rename(old: str, new: str) -> None:
        with contextlib.closing(sqlite3.connect(file)) as connection, connection:
            connection.execute(f"ALTER TABLE {old} RENAME TO {new}")

    rename("downloads", "elsewhere")
    return lambda: rename("elsewhere", "downloads")


def content(file: Path) -> bytes:
    """Read by another process: one that closes a file loses all its locks on it, SQLite's too."""
    return subprocess.check_output(["cat", file])


def lock(file: Path) -> Callable[[], object]:
    stack = contextlib.ExitStack()
    stack.enter_context(locked(file))
    return stack.close


def refused(api: Api) -> dict[str, Any]:
    """What the server says of itself once it knows that it cannot work."""
    ready: dict[str, Any] = wait_for(
        lambda: (told := api.client.get("/ready").json())["engine"] == "waiting" and told,
        "the trouble is told",
    )
    assert not ready["ready"]
    return ready


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lock, "database-locked"),
        (damage, "database-damaged"),
        (make_newer, "database-newer"),
        (lose_tables, "database-tables"),
    ],
)
def test_it_is_told_by_ready_and_by_every_request_and_left_alone_until_it_is_mended(
    api: Api, media: MediaSource, spoil: Callable[[Path], Callable[[], object]], kind: str
) -> None:
    api.ready()
    api.end()
    file = api.folder / "data/app.db"
    here: dict[str, object] = {"data/app.db": file}
    if kind == "database-newer":
        here["0031"] = version(file)
    mend = spoil(file)
    before = content(file)
    api.start()

    ready = refused(api)
    for told in (
        api.client.get("/api/downloads"),
        api.client.post("/api/downloads", json={"url": media.mp4}),
        api.client.get("/api/queue"),
    ):
        body = problem(told, 503)
        assert (body["detail"], body["fix"]) == shown(kind, here)
        assert (ready["detail"], ready["fix"]) == (body["detail"], body["fix"])
    assert api.client.get("/health").status_code == 200
    assert content(file) == before

    mend()
    api.ready()
    api.wait(api.add(media.mp4), "done")
    assert api.log.read_text().count(ready["detail"]) == 1


@pytest.fixture
def bound(tmp_path: Path) -> Iterator[Api]:
    """An api that is bound by the permissions of files, though root may run it."""
    made = Api(tmp_path)
    if os.geteuid() == 0:
        made.within = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
        if not shutil.which("setpriv"):
            pytest.skip("root is refused nothing, and setpriv(1) is not here")
    made.start()
    yield made
    made.close()


def asked_at_once(api: Api) -> list[httpx.Response]:
    """Many requests at the same time: more than there are connections to the database."""
    with ThreadPoolExecutor(16) as threads:
        return list(threads.map(lambda _: api.client.get("/api/downloads"), range(48)))


def test_a_damaged_one_is_moved_away_as_the_page_says_and_the_files_stay(
    api: Api, media: MediaSource
) -> None:
    (command,) = re.findall(r"`(mkdir data/damaged && mv .+?)`", TROUBLESHOOTING)
    api.ready()
    name = api.wait(api.add(media.short), "done")["file"]["name"]
    api.end()
    damage(api.folder / "data/app.db")
    api.start()
    assert "is damaged" in refused(api)["detail"]

    subprocess.run(command, shell=True, cwd=api.folder, check=True)  # noqa: S602 - as it is typed

    api.ready()
    assert (api.media / name).exists()
    assert api.wait(api.add(media.mp4), "done")["error"] is None


def test_one_that_becomes_read_only_is_told_with_every_file_and_used_again_once_it_is_mended(
    bound: Api, media: MediaSource
) -> None:
    bound.ready()
    bound.wait(bound.add(media.mp4), "done")
    files = [bound.folder / "data" / f"app.db{end}" for end in ("", "-wal", "-shm")]
    for file in files:
        file.chmod(0o400)

    def refusal() -> httpx.Response | None:
        asked_at_once(bound)
        answer = bound.client.post("/api/downloads", json={"url": media.mp4})
        return answer if answer.status_code == 503 else None

    told = problem(wait_for(refusal, "it is refused"), 503)
    assert (told["detail"], told["fix"]) == shown("database-read-only", {"data/app.db": files[0]})
    assert refused(bound)["fix"] == told["fix"]

    subprocess.run(shlex.split(told["fix"].partition("(")[2].partition(")")[0]), check=True)
    bound.ready()
    assert {answer.status_code for answer in asked_at_once(bound)} == {200}
    bound.wait(bound.add(f"{media.mp4}?again"), "done")


def test_one_in_a_folder_that_is_not_there_is_told_and_opened_once_it_is(
    tmp_path: Path, media: MediaSource
) -> None:
    file = tmp_path / "elsewhere/app.db"
    with running(tmp_path / "api", DATABASE_URL=f"sqlite:///{file}") as api:
        ready = refused(api)
        assert (ready["detail"], ready["fix"]) == shown("database-unusable", {"data/app.db": file})
        file.parent.mkdir()
        api.ready()
        api.wait(api.add(media.mp4), "done")


def test_one_on_a_full_disk_is_told_and_grows_once_there_is_room(
    tmp_path: Path, small_disk: SmallDisk, media: MediaSource
) -> None:
    disk = small_disk("2m")
    places = {"DATA_DIR": str(disk / "data"), "MEDIA_DIR": str(tmp_path / "media")}
    with running(tmp_path / "api", DISK_RESERVE_MB="0", **places) as api:
        api.ready()
        filler = disk / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

        def refusal() -> httpx.Response | None:
            many = [f"{media.mp4}?{number}" for number in range(100)]
            answer = api.client.post("/api/downloads/bulk", json={"urls": many})
            return answer if answer.status_code == 503 else None

        told = problem(wait_for(refusal, "it can take no more"), 503)
        here = {"data/app.db": disk / "data/app.db"}
        assert (told["detail"], told["fix"]) == shown("database-full", here)

        filler.unlink()
        api.ready()
        api.wait(api.add(media.short), "done")


def test_the_journal_of_the_engine_of_old_is_deleted(tmp_path: Path, media: MediaSource) -> None:
    file = tmp_path / "data/app.db"
    file.parent.mkdir()
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        command.upgrade(config(connection), "0004")
    engine.dispose()
    for name in ("app.engine.db", "app.engine.db-wal", "app.engine.db-shm"):
        (file.parent / name).write_bytes(b"no database either" * 100)
    with running(tmp_path) as api:
        api.wait(api.add(media.mp4), "done")
        assert not list(file.parent.glob("app.engine.db*"))


def test_what_ends_while_the_database_is_locked_is_done_all_the_same(
    api: Api, media: MediaSource
) -> None:
    media.throttle = 50_000
    item = api.add(media.mp4)
    wait_for(lambda: (api.get(item)["progress"] or {}).get("bytes"), "the first bytes")

    with locked(api.folder / "data/app.db"):
        media.throttle = 0
        wait_for(lambda: "is put back" in api.log.read_text(), "its end could not be noted")
        body = problem(api.client.post("/api/downloads", json={"url": media.mp4}), 503)
        assert "is locked" in body["detail"]

    assert api.wait(item, "done")["attempt"] == 2
    assert api.bytes_of(item) == media.mp4_bytes
    wait_for(lambda: not api.staged, "staging is empty")


def test_what_the_database_does_not_take_is_tried_again_later_and_not_for_ever(
    api: Api, media: MediaSource
) -> None:
    api.ready()
    with contextlib.closing(sqlite3.connect(api.folder / "data/app.db")) as connection, connection:
        connection.execute(
            "CREATE TRIGGER broken BEFORE UPDATE OF media_key ON downloads "
            "BEGIN SELECT * FROM missing; END"
        )
    item = api.add(media.short)

    again = wait_for(lambda: (d := api.get(item))["attempt"] == 3 and d, "the second try is over")

    assert again["state"] == "queued"
    page = download_failures()["database"]
    lost, _ = shown("database-tables", {"data/app.db": api.folder / "data/app.db"})
    says = page.sentence.replace(
        "data/app.db is read-only.", lost.replace("table: downloads", "table: main.missing")
    )
    told = again["error"]
    assert (told["kind"], told["sentence"], told["fix"]) == ("database", says, page.fix)
    assert api.log.read_text().count("is put back") == 2
