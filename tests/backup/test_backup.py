"""Backup and restore, by their commands, of an app that runs, on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psutil
import psycopg
import pytest
import sqlalchemy as sa

from domain.requests import DownloadRequest
from scripts.backup.archive import About, BadArchiveError, Reader, Writer, table_file
from scripts.backup.database import RefusedError, moment, put_back, read
from store.migrate import VERSIONS
from store.store import Store
from store.tables import downloads, metadata
from tests.backend.api_process import Api, running
from tests.backend.engine.test_scaling import postgres
from tests.media_source import MediaSource, media, media_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["media", "media_folder", "postgres"]

ROOT = Path(__file__).resolve().parents[2]
KINDS = ["sqlite", "postgresql"]
LINKS = [f"https://example.org/{number}.mp4" for number in range(30)]


@pytest.fixture
def places(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str, str], dict[str, str]]:
    """Settings of an app with folders of its own and an empty database of that kind."""

    def make(name: str, kind: str) -> dict[str, str]:
        data = {"DATA_DIR": str(tmp_path / name), "MEDIA_DIR": str(tmp_path / "media")}
        if kind == "sqlite":
            return data | {"DATABASE_URL": ""}
        server: str = request.getfixturevalue("postgres")
        database = f"backup_{uuid4().hex[:8]}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        return data | {"DATABASE_URL": server.rpartition("/")[0] + f"/{database}"}

    return make


def command(place: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """As make runs it."""
    return subprocess.run(
        [sys.executable, "-m", "scripts.backup", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "webapp/backend", **place},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def url_of(place: dict[str, str]) -> str:
    given = place["DATABASE_URL"] or f"sqlite:///{place['DATA_DIR']}/app.db"
    return given.replace("postgresql:", "postgresql+psycopg:")


@contextlib.contextmanager
def serving(place: dict[str, str], folder: Path) -> Iterator[Api]:
    folder.mkdir(exist_ok=True)
    with running(folder, **place) as api:
        api.ready()
        yield api


def items(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.ask("GET", "/api/downloads")["items"]
    return found


def adding(api: Api, over: threading.Event) -> None:
    number = 0
    while not over.is_set():
        api.ask("POST", "/api/downloads", json={"url": f"https://example.org/x/{number}"})
        number += 1


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_running_app_knows_comes_back(
    kind: str, places: Callable[[str, str], dict[str, str]], tmp_path: Path, media: MediaSource
) -> None:
    one, other, file = places("one", kind), places("other", kind), tmp_path / "backup.zip"
    with serving(one, tmp_path / "one-api") as api:
        done = api.add(media.short)
        api.wait(done, "done")
        api.ask("PATCH", "/api/queue", json={"paused": True})
        for link in LINKS:
            api.add(link)
        before, over = items(api), threading.Event()
        writer = threading.Thread(target=adding, args=(api, over))
        writer.start()
        try:
            kept = command(one, "keep", str(file))
        finally:
            over.set()
            writer.join()
        assert kept.returncode == 0, kept.stderr
    assert file.stat().st_mode & 0o777 == 0o600, "links may be private"

    restored = command(other, "restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert "files are not as they were" not in restored.stderr
    with serving(other, tmp_path / "other-api") as api:
        after = {each["id"]: each for each in items(api)}
        pages = api.ask("GET", "/api/downloads", params={"text": "example"})
        assert [after.get(each["id"], each) for each in before] == before
        assert pages["items"], "what is searched for is found"
        assert api.bytes_of(done) == (media.folder / "short.mp4").read_bytes()
        assert api.ask("GET", "/api/queue")["paused"] is True
        assert api.add("https://example.org/the-next-number")


@pytest.mark.parametrize(("origin", "target"), [KINDS, KINDS[::-1]])
def test_it_leads_from_one_database_to_the_other(
    origin: str, target: str, places: Callable[[str, str], dict[str, str]], tmp_path: Path
) -> None:
    one, other = places("one", origin), places("other", target)
    Path(one["DATA_DIR"]).mkdir()
    store = Store(url_of(one))
    store.add([DownloadRequest(url=link) for link in LINKS])
    store.engine.dispose()
    assert command(one, "keep", str(tmp_path / "b.zip")).returncode == 0

    said = command(other, "restore", str(tmp_path / "b.zip"))

    assert said.returncode == 0, said.stderr
    assert rows(url_of(other)) == rows(url_of(one))


def rows(url: str) -> list[dict[str, Any]]:
    with moment(url) as connection:
        return list(read(connection, downloads))


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_of_one_moment(kind: str, places: Callable[[str, str], dict[str, str]]) -> None:
    place = places("one", kind)
    Path(place["DATA_DIR"]).mkdir()
    store = Store(url_of(place))
    store.add([DownloadRequest(url=LINKS[0])])
    with moment(url_of(place)) as connection:
        first = len(list(read(connection, downloads)))
        store.add([DownloadRequest(url=LINKS[1])])
        assert (first, len(list(read(connection, downloads)))) == (1, 1)
    assert len(rows(url_of(place))) == 2
    store.engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_restored_under_a_running_app(
    kind: str, places: Callable[[str, str], dict[str, str]], tmp_path: Path
) -> None:
    place = places("one", kind)
    with serving(place, tmp_path / "api") as api:
        api.ask("PATCH", "/api/queue", json={"paused": True})
        item = api.add(LINKS[0])
        assert command(place, "keep", str(tmp_path / "b.zip")).returncode == 0
        refused = command(place, "restore", str(tmp_path / "b.zip"), "--replace")
        assert refused.returncode == 1
        assert "stop" in refused.stderr
        assert api.get(item)["url"] == LINKS[0]


def test_what_is_there_is_replaced_only_when_meant_and_kept_then(
    places: Callable[[str, str], dict[str, str]], tmp_path: Path
) -> None:
    place = places("one", "sqlite")
    Path(place["DATA_DIR"]).mkdir()
    store = Store(url_of(place))
    store.add([DownloadRequest(url=LINKS[0])])
    assert command(place, "keep", str(tmp_path / "b.zip")).returncode == 0
    store.add([DownloadRequest(url=LINKS[1])])
    store.engine.dispose()

    refused = command(place, "restore", str(tmp_path / "b.zip"))
    assert refused.returncode == 1
    assert "holds 2 downloads, which would be lost. Give replace=1" in refused.stderr
    assert len(rows(url_of(place))) == 2

    assert command(place, "restore", str(tmp_path / "b.zip"), "--replace").returncode == 0
    assert [row["url"] for row in rows(url_of(place))] == [LINKS[0]]
    (kept,) = Path(place["DATA_DIR"], "backups").iterdir()
    with kept.open("rb") as file:
        assert Reader(file).about.tables["downloads"] == 2


def test_files_that_are_not_as_they_were_are_named(
    places: Callable[[str, str], dict[str, str]], tmp_path: Path
) -> None:
    one, other = places("one", "sqlite"), places("other", "sqlite")
    Path(one["DATA_DIR"]).mkdir()
    Path(one["MEDIA_DIR"]).mkdir()
    store = Store(url_of(one))
    store.add([DownloadRequest(url=link) for link in LINKS[:3]])
    with store.engine.begin() as connection:
        for number, name in enumerate(("kept.mp4", "gone.mp4", "cut.mp4"), 1):
            Path(one["MEDIA_DIR"], name).write_bytes(b"12345")
            connection.execute(
                downloads.update().where(downloads.c.number == number).values(file_name=name)
            )
    store.engine.dispose()
    assert command(one, "keep", str(tmp_path / "b.zip")).returncode == 0
    Path(one["MEDIA_DIR"], "gone.mp4").unlink()
    Path(one["MEDIA_DIR"], "cut.mp4").write_bytes(b"1")

    said = command(other, "restore", str(tmp_path / "b.zip"))

    assert said.returncode == 0
    assert "gone.mp4 is not there, it had 5" in said.stderr
    assert "cut.mp4 has 1 bytes, it had 5" in said.stderr
    assert "kept.mp4" not in said.stderr
    assert "2 files are not as they were: copy them back into" in said.stderr


def test_through_pipes_as_containers_do_it(places: Callable[[str, str], dict[str, str]]) -> None:
    one, other = places("one", "sqlite"), places("other", "sqlite")
    Path(one["DATA_DIR"]).mkdir()
    store = Store(url_of(one))
    store.add([DownloadRequest(url=link) for link in LINKS])
    store.engine.dispose()
    line = f"{sys.executable} -m scripts.backup"
    piped = (
        f"DATA_DIR={one['DATA_DIR']} {line} keep - | DATA_DIR={other['DATA_DIR']} {line} restore -"
    )
    environment = {**os.environ, "PYTHONPATH": "webapp/backend", "DATABASE_URL": ""}
    subprocess.run(["bash", "-o", "pipefail", "-c", piped], cwd=ROOT, env=environment, check=True)
    assert rows(url_of(other)) == rows(url_of(one))


def archive(folder: Path, schema: str, rows: list[dict[str, Any]]) -> Path:
    with (folder / "made.zip").open("wb") as file:
        writer = Writer(file)
        writer.rows(table_file("downloads"), rows)
        writer.finish(About(1, "2026-01-01T00:00:00", schema, "sqlite", {"downloads": len(rows)}))
    return folder / "made.zip"


OLD_ROW: dict[str, Any] = dict.fromkeys(("attempt", "run", "position"), 1) | {
    "number": 7,
    "id": "0" * 26,
    "url": LINKS[0],
    "host": "example.org",
    "format": "mp4",
    "resolution": "best",
    "options": {},
    "state": "done",
    "title": "An \u00e9l\u00e9phant",
    "file_bytes": 5,
    "created": "2026-01-01T00:00:00Z",
}


def test_one_of_an_older_program_is_brought_up_to_date(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    with archive(tmp_path, "0001", [OLD_ROW]).open("rb") as file:
        put_back(url, Reader(file), replace=False)
    store = Store(url)
    with store.engine.connect() as connection:
        row = connection.execute(sa.select(downloads)).mappings().one()
        assert (row["number"], row["title"], row["bytes_key"]) == (7, OLD_ROW["title"], 5)
        assert row["title_key"], "what a later program sorts by has been filled in"
        assert row["error"] is None
        (found,) = connection.execute(
            sa.text("SELECT rowid FROM downloads_text WHERE downloads_text MATCH 'elephant'")
        ).scalars()
        assert found == 7
    store.engine.dispose()


def test_one_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    with (
        archive(tmp_path, "9999", []).open("rb") as file,
        pytest.raises(RefusedError, match="newer program"),
    ):
        put_back(f"sqlite:///{tmp_path}/app.db", Reader(file), replace=False)


def test_a_restore_that_fails_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    store = Store(url)
    store.add([DownloadRequest(url=LINKS[1])])
    store.engine.dispose()
    before = rows(url)
    bad = [OLD_ROW, OLD_ROW | {"number": 8}]  # the same id twice
    with (
        archive(tmp_path, VERSIONS[0], bad).open("rb") as file,
        pytest.raises(sa.exc.IntegrityError) as refused,
    ):
        put_back(url, Reader(file), replace=True)
    assert refused  # and with it all that was under way, as for whoever tells of it
    assert not [file for file in psutil.Process().open_files() if file.path.endswith("app.db")]
    assert rows(url) == before


@pytest.mark.parametrize("damage", ["cut", "another", "no archive", "flipped"])
def test_what_is_no_whole_backup_is_refused_at_once(tmp_path: Path, damage: str) -> None:
    whole = archive(tmp_path, VERSIONS[-1], [OLD_ROW])
    content = whole.read_bytes()
    match damage:
        case "cut":
            whole.write_bytes(content[: len(content) // 2])
        case "no archive":
            whole.write_bytes(b"number,title\n")
        case "another":
            with zipfile.ZipFile(whole, "w") as other:
                other.writestr("about.json", json.dumps({"format": 1}))
        case "flipped":
            middle = content.index(b"tables/") + 60
            whole.write_bytes(
                content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]
            )
    with whole.open("rb") as file, pytest.raises(BadArchiveError, match="backup"):
        Reader(file)


def test_every_table_is_in_it(tmp_path: Path, places: Callable[[str, str], dict[str, str]]) -> None:
    place = places("one", "sqlite")
    Path(place["DATA_DIR"]).mkdir()
    Store(url_of(place)).engine.dispose()
    assert command(place, "keep", str(tmp_path / "b.zip")).returncode == 0
    with zipfile.ZipFile(tmp_path / "b.zip") as backup:
        names = {table_file(table.name) for table in metadata.sorted_tables}
        assert names <= set(backup.namelist())


def test_a_disk_that_is_full_leaves_no_half_of_one(
    places: Callable[[str, str], dict[str, str]], tmp_path: Path
) -> None:
    place = places("one", "sqlite")
    (tmp_path / "in-the-way").write_text("")
    said = command(place, "keep", str(tmp_path / "in-the-way/b.zip"))
    assert said.returncode == 1
    shutil.rmtree(place["DATA_DIR"], ignore_errors=True)
    assert "in-the-way" in said.stderr
