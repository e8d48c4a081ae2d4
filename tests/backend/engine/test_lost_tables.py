"""The database goes, or loses its tables, under a backend that works.

Nothing is said to be kept that is not, what is waited for is told, and what is there then is used.
"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.backend.api_process import Api, running, wait_for
from tests.backend.postgres import Postgres, serving
from tests.backend.store.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from tests.conftest import FreePort
    from tests.media_source import MediaSource

LINK = {"url": "https://example.org/a.mp4"}
TABLES = """
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND sql LIKE ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
"""


@pytest.fixture(scope="module")
def server(free_port: FreePort) -> Iterator[Postgres]:
    with serving(free_port()) as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def api(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    """A ready backend on either."""
    given = {}
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("server")
        given = {"DATABASE_URL": postgres.database(tmp_path.name)}
    with running(tmp_path, **given) as started:
        started.ready()
        yield started


def do(api: Api, *statements: str) -> None:
    """Change its database, past the backend."""
    if url := api.environ.get("DATABASE_URL"):
        with psycopg.connect(url, autocommit=True) as server:
            for statement in statements:
                server.execute(statement.encode())
        return
    with contextlib.closing(sqlite3.connect(api.folder / "data/app.db")) as file:
        for statement in statements:
            file.execute(statement)
        file.commit()


def drop_all(api: Api) -> None:
    if "DATABASE_URL" in api.environ:
        do(api, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        return
    with contextlib.closing(sqlite3.connect(api.folder / "data/app.db")) as file:
        file.execute("BEGIN IMMEDIATE")
        for kind in ("CREATE VIRTUAL%", "CREATE TABLE%"):  # the former take others along
            for (name,) in file.execute(TABLES, [kind]).fetchall():
                file.execute(f"DROP TABLE {name}")
        file.commit()


def name_of(api: Api) -> str:
    url = api.environ.get("DATABASE_URL", "")
    return url.rpartition("/")[2] or str(api.folder / "data/app.db")


def is_told(api: Api, sentence: str) -> Callable[[], bool]:
    def look() -> bool:
        ready = api.client.get("/ready")
        told = ready.json()
        return ready.status_code == 503 and sentence in (told["detail"] or "")

    return look


def assert_refused(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"]


def test_links_are_refused_while_a_table_is_missing_and_what_to_do_is_told(
    api: Api, media: MediaSource
) -> None:
    item = api.add(media.mp4)
    api.wait(item, "done")
    do(api, "ALTER TABLE downloads RENAME TO elsewhere")

    for asked in (api.client.post("/api/downloads", json=LINK), api.client.get("/api/downloads")):
        assert_refused(asked)
        body = asked.json()
        assert name_of(api) in body["detail"]
        assert "has lost tables" in body["detail"]
        assert body["fix"] == shown("database-tables")[1]
    wait_for(is_told(api, "has lost tables"), "it is told")
    assert api.client.get("/health").status_code == 200

    do(api, "ALTER TABLE elsewhere RENAME TO downloads")
    api.ready()
    assert api.get(item)["state"] == "done"
    api.wait(api.add(f"{media.mp4}?again"), "done")


def test_an_idle_queue_notices_by_itself_that_a_table_is_missing(api: Api) -> None:
    do(api, "ALTER TABLE downloads RENAME TO elsewhere")
    wait_for(is_told(api, "has lost tables"), "it is told")
    do(api, "ALTER TABLE elsewhere RENAME TO downloads")
    api.ready()


def test_what_is_acknowledged_after_all_tables_were_dropped_is_kept(
    api: Api, media: MediaSource
) -> None:
    media.throttle = 20_000
    lost = api.add(media.mp4)
    wait_for(lambda: (api.get(lost)["progress"] or {}).get("bytes"), "it runs")
    drop_all(api)

    answers = [api.client.post("/api/downloads", json=LINK) for _ in range(10)]
    wait_for(lambda: "has lost tables" in api.log.read_text(), "it is said in the log")
    api.ready()
    for refused in (answer for answer in answers if answer.status_code != 201):
        assert_refused(refused)
    kept = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    media.throttle = 0
    kept.append(api.add(f"{media.mp4}?after"))
    api.wait(kept[-1], "done")
    assert api.client.get(f"/api/downloads/{lost}").status_code == 404
    assert len(list(api.media.glob("*.mp4"))) == 1, "what nobody knows any more is not published"

    api.kill()
    api.start()
    for item in kept:
        assert api.get(item)["id"] == item


def test_a_database_that_is_dropped_and_made_anew_is_filled_and_used(
    server: Postgres, tmp_path: Path, media: MediaSource
) -> None:
    url = server.database(tmp_path.name)
    name = url.rpartition("/")[2]
    media.throttle = 20_000
    with (
        running(tmp_path, DATABASE_URL=url) as api,
        psycopg.connect(server.url, autocommit=True) as administrator,
    ):
        api.ready()
        lost = api.add(media.mp4)
        wait_for(lambda: (api.get(lost)["progress"] or {}).get("bytes"), "it runs")

        administrator.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())
        assert_refused(api.client.post("/api/downloads", json=LINK))
        wait_for(is_told(api, "does not exist"), "what is waited for is told")
        assert api.client.get("/health").status_code == 200

        administrator.execute(f'CREATE DATABASE "{name}"'.encode())
        api.ready()
        assert api.client.get(f"/api/downloads/{lost}").status_code == 404
        media.throttle = 0
        kept = api.add(f"{media.mp4}?after")
        api.wait(kept, "done")
        assert len(list(api.media.glob("*.mp4"))) == 1

        api.kill()
        api.start()
        assert api.get(kept)["state"] == "done"
