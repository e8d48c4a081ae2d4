"""What several backends do when their PostgreSQL restarts, is absent, or is not what it seems."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import psycopg
import pytest

from domain.problems import DatabaseUnavailableError
from domain.requests import DownloadRequest
from engine.postgres_lease import PostgresLease
from events.bus import PgNotifyBus
from store import postgres
from store.postgres import Connection
from store.store import Store
from store.turns import Turn, take_turn
from tests.backend.api_process import Api, running, wait_for
from tests.backend.postgres import Postgres, as_nobody_special, serving
from tests.backend.store.shown import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import FreePort
    from tests.media_source import MediaSource


@pytest.fixture(scope="module")
def server(free_port: FreePort) -> Iterator[Postgres]:
    with serving(free_port()) as started:
        yield started


@pytest.fixture
def url(server: Postgres, tmp_path: Path) -> str:
    return server.database(tmp_path.name)


@pytest.fixture
def pair(url: str, tmp_path: Path) -> Iterator[tuple[Api, Api]]:
    shared = {"DATABASE_URL": url, "MEDIA_DIR": str(tmp_path / "media")}
    with running(tmp_path / "one", **shared) as one, running(tmp_path / "two", **shared) as two:
        one.ready()
        two.ready()
        yield one, two


def told(api: Api, sentence: str) -> Callable[[], bool]:
    """Whether `/ready` says that the sentence is what is waited for."""

    def look() -> bool:
        ready = api.client.get("/ready").json()
        return ready["engine"] == "waiting" and sentence in ready["detail"]

    return look


def said(api: Api) -> tuple[str, str]:
    ready = api.client.get("/ready").json()
    return ready["detail"], ready["fix"]


def as_tried(told: tuple[str, str]) -> tuple[str, str]:
    """With the statement of the page's example in place of whichever was refused."""
    return re.sub(r"cannot execute [A-Z ]+ in", "cannot execute INSERT in", told[0]), told[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT])
def test_downloads_go_on_over_a_restart_of_postgresql(
    server: Postgres, pair: tuple[Api, Api], media: MediaSource, number: signal.Signals
) -> None:
    media.throttle = 100_000
    items = [pair[0].add(f"{media.mp4}?{n}") for n in range(6)]
    wait_for(
        lambda: all((pair[0].get(item)["progress"] or {}).get("bytes") for item in items),
        "all six run, three in each",
    )

    server.stop(number)
    time.sleep(1.5)  # longer than the pause between two looks
    server.start()
    media.throttle = 0

    for item in items:
        done = pair[1].wait(item, "done")
        assert pair[1].bytes_of(item) == media.mp4_bytes
        assert done["attempt"] == 1
    for api in pair:
        assert api.process
        assert api.process.poll() is None
        api.ready()
    wait_for(lambda: not list(pair[0].folder.glob("../media/.staging/*")), "staging is empty")


def test_postgresql_may_come_later_than_the_backend(
    free_port: FreePort, tmp_path: Path, media: MediaSource
) -> None:
    with serving(free_port()) as server:
        url = server.database("late")
        server.stop()
        with running(tmp_path, DATABASE_URL=url) as api:
            wait_for(told(api, "late"), "what is waited for is told")
            refused = api.client.post("/api/downloads", json={"url": media.mp4})
            assert refused.status_code == 503
            assert refused.headers["Retry-After"]
            assert api.client.get("/health").status_code == 200

            server.start()
            api.ready()
            api.wait(api.add(media.mp4), "done")


def test_a_process_that_is_stopped_for_a_while_keeps_its_downloads(
    pair: tuple[Api, Api], media: MediaSource
) -> None:
    first, second = pair
    media.throttle = 50_000
    items = [first.add(f"{media.mp4}?{n}") for n in range(6)]
    wait_for(
        lambda: all((second.get(item)["progress"] or {}).get("bytes") for item in items),
        "all six run, three in each",
    )
    assert first.process
    media.requests.clear()

    first.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(4)  # several looks of the other
        assert second.ask("GET", "/api/queue")["running"] == len(items)
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert not media.requests, "nothing was begun a second time"

    media.throttle = 0
    for item in items:
        assert second.wait(item, "done")["attempt"] == 1
        assert second.bytes_of(item) == media.mp4_bytes


@pytest.fixture
def leases(url: str) -> Iterator[tuple[PostgresLease, PostgresLease]]:
    """Those of two processes, both held."""
    with (
        contextlib.closing(PostgresLease(url)) as one,
        contextlib.closing(PostgresLease(url)) as two,
    ):
        assert one.acquire()
        assert two.acquire()
        yield one, two


def test_a_lease_is_lost_with_its_session_and_the_next_has_another_name(
    url: str, leases: tuple[PostgresLease, PostgresLease]
) -> None:
    first, second = leases
    former = first.executor
    assert second.dead([former, second.executor, "api-7-of-old"]) == ["api-7-of-old"]

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
            "AND objid = %s",
            [int(former.removeprefix("api-"))],
        )

    wait_for(lambda: second.dead([former]) == [former], "it is known to be dead")
    assert not first.held()
    assert first.acquire()
    assert first.held()
    assert first.executor != former


@contextlib.contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """All processes of the server stand still; TCP notices nothing."""
    main = psutil.Process(server.pid)
    stopped = [main, *main.children(recursive=True)]
    for process in stopped:
        process.suspend()
    try:
        yield
    finally:
        for process in stopped:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()


def test_a_server_that_says_nothing_is_given_up_and_asked_again_later(
    server: Postgres, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the queue's thread would wait for it, and the watchdog would end the backend."""
    monkeypatch.setattr(Connection, "patience", 1.0)
    monkeypatch.setattr(postgres, "ANSWER_SECONDS", 1.0)
    store = Store(url.replace("postgresql:", "postgresql+psycopg:"))
    bus = PgNotifyBus(partial(postgres.connect, url))
    bus.publish("x", "download", "{}")
    with (
        contextlib.closing(PostgresLease(url)) as lease,
        ThreadPoolExecutor(3) as asking,
    ):
        assert lease.acquire()
        assert store.counts() == {}
        with frozen(server):
            counted = asking.submit(store.counts)
            held = asking.submit(lease.held)
            spoken = asking.submit(bus.publish, "x", "download", "{}")
            assert isinstance(counted.exception(20), DatabaseUnavailableError)
            assert held.result(20) is False
            spoken.result(20)
        assert lease.acquire()
        assert store.counts() == {}
    store.engine.dispose()


def test_a_setting_that_two_set_for_the_first_time_at_once_is_kept(url: str) -> None:
    store = Store(url.replace("postgresql:", "postgresql+psycopg:"))
    with psycopg.connect(url) as other, ThreadPoolExecutor(1) as setting:
        other.execute("INSERT INTO controls (name, value) VALUES ('paused', 'true')")
        done = setting.submit(store.set_control, "paused", value=False)
        wait_for(lambda: waits_for_a_lock(url), "the second waits for the first")
        other.commit()
        done.result(20)

    assert store.controls() == {"paused": False}
    store.engine.dispose()


def waits_for_a_lock(url: str) -> bool:
    with psycopg.connect(url) as connection:
        asked = connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return asked.fetchone() is not None


def test_one_at_a_time_changes_the_order_of_the_queue(url: str) -> None:
    store = Store(url.replace("postgresql:", "postgresql+psycopg:"))
    wishes = [DownloadRequest(url=f"https://h{number}.org/") for number in range(3)]
    items = [row["id"] for row in store.add(wishes)]
    with store.engine.connect() as other, ThreadPoolExecutor(1) as moving:
        take_turn(other, Turn.MOVE)
        moved = moving.submit(store.move, items[2], items[0])
        wait_for(lambda: waits_for_a_lock(url), "the second waits for the first")
        other.commit()
        assert moved.result(20)

    claimed = iter(lambda: store.claim("me"), None)
    assert [row["id"] for row in claimed if row] == [items[2], *items[:2]]
    store.engine.dispose()


def test_the_schema_of_the_engine_of_old_is_dropped(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA dbos")
        connection.execute("CREATE TABLE dbos.workflow_status (id int)")

    Store(url.replace("postgresql:", "postgresql+psycopg:")).engine.dispose()

    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'dbos'").fetchone()
    assert found is None


@contextlib.contextmanager
def pooled(url: str, mode: str, port: int) -> Iterator[None]:
    """A PgBouncer on that port, in front of that database."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed: apt-get install pgbouncer")
    folder = Path(tempfile.mkdtemp(prefix="pgbouncer-"))
    folder.chmod(0o755)
    (folder / "users.txt").write_text('"app" ""\n')
    settings = folder / "pgbouncer.ini"
    server, _, name = url.rpartition("/")
    settings.write_text(
        f"[databases]\n{name} = host=127.0.0.1 port={server.rpartition(':')[2]}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {folder}/users.txt\npool_mode = {mode}\n"
    )
    process = subprocess.Popen([*as_nobody_special(), program, "-q", str(settings)])
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder)


def test_a_pooler_that_shares_sessions_is_noticed_and_said(
    url: str, free_port: FreePort, tmp_path: Path, media: MediaSource
) -> None:
    port = free_port()
    through = f"postgresql://app@127.0.0.1:{port}/{url.rpartition('/')[2]}"
    with running(tmp_path, DATABASE_URL=through) as api:
        with pooled(url, "transaction", port):
            wait_for(told(api, "pooler in transaction mode"), "it is said")
            assert said(api) == shown("database-pooler")
        with pooled(url, "session", port):
            api.ready()
            api.wait(api.add(media.mp4), "done")


def test_a_standby_is_told_and_the_address_of_the_primary_is_the_way_on(
    server: Postgres,
    url: str,
    free_port: FreePort,
    tmp_path: Path,
    media: MediaSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = url.rpartition("/")[2]
    with (
        serving(free_port(), primary=server) as standby,
        running(tmp_path, DATABASE_URL=f"{standby.url.rpartition('/')[0]}/{name}") as api,
    ):
        wait_for(told(api, "takes no changes"), "it is said")
        assert as_tried(said(api)) == shown("database-standby", {"app takes": f"{name} takes"})

        api.end()
        monkeypatch.setitem(api.environ, "DATABASE_URL", url)
        api.start()
        api.ready()
        api.wait(api.add(media.mp4), "done")


def test_one_that_only_reads_is_told_and_goes_on_once_it_may_write(
    url: str, tmp_path: Path, media: MediaSource
) -> None:
    name = url.rpartition("/")[2]

    def set_read_only(state: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {state}")

    set_read_only("on")
    with running(tmp_path, DATABASE_URL=url) as api:
        wait_for(told(api, "takes no changes"), "it is said")
        assert as_tried(said(api)) == shown("database-standby", {"app takes": f"{name} takes"})
        set_read_only("off")
        api.ready()
        api.wait(api.add(media.mp4), "done")


def test_another_password_than_its_own_is_told_and_its_own_opens_it(
    free_port: FreePort,
    tmp_path: Path,
    media: MediaSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(free_port()) as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("ALTER USER app PASSWORD 'the one that it was made with'")
        (server.data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\n")
        server.stop()
        server.start()
        given = {"DATABASE_URL": server.url, "DATABASE_PASSWORD": "another"}
        with running(tmp_path, **given) as api:
            wait_for(told(api, "refuses the password"), "it is said")
            here = {"app refuses": "postgres refuses"}
            assert said(api) == shown("database-password", here)

            api.end()
            monkeypatch.setitem(api.environ, "DATABASE_PASSWORD", "the one that it was made with")
            api.start()
            api.ready()
            api.wait(api.add(media.mp4), "done")
