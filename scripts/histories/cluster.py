"""PostgreSQL with a standby that takes over: synchronous, so that what was committed is on both."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from tests.backend.api_process import wait_for
from tests.backend.postgres import Postgres, as_nobody_special, serving

NAME = "standby"


class Cluster:
    """A primary and, once it is asked for, a standby."""

    def __init__(
        self, primary: Postgres, enter: contextlib.ExitStack, port: Callable[[], int]
    ) -> None:
        self.primary = primary
        self._enter, self._port = enter, port
        self._standby: Postgres | None = None

    def prepare(self) -> None:
        """Have a standby that holds all that is committed from now on."""
        if self._standby:
            return
        # Made like a server of its own, for its folder; then it becomes a copy of the primary.
        standby = self._enter.enter_context(serving(self._port()))
        standby.stop()
        copy = (standby.binary("pg_basebackup"), "-d", self.primary.url, "-R", "-X", "stream")
        remove = ["rm", "-rf", str(standby.data)]
        make = [*copy, "-c", "fast", "-D", str(standby.data)]
        for command in (remove, make):
            subprocess.run([*as_nobody_special(), *command], check=True, capture_output=True)
        with (Path(standby.data) / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
            settings.write(f"primary_conninfo = '{self._conninfo()}'\n")
        standby.start()
        self._standby = standby
        with psycopg.connect(self.primary.url, autocommit=True) as connection:
            connection.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
            connection.execute("SELECT pg_reload_conf()")
            asked = "SELECT true FROM pg_stat_replication WHERE sync_state = 'sync'"
            wait_for(lambda: connection.execute(asked).fetchone(), "the standby is in step")

    def fail_over(self) -> None:
        """Kill the primary for good and let the standby take its place."""
        if self._standby is None:
            raise ValueError("there is no standby: prepare() comes first")
        self.primary.stop(signal.SIGKILL)
        standby, self._standby = self._standby, None
        promote = [standby.binary("pg_ctl"), "promote", "-D", str(standby.data), "-w"]
        subprocess.run([*as_nobody_special(), *promote], check=True, capture_output=True)
        with psycopg.connect(standby.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_reload_conf()")
        self.primary = standby

    def _conninfo(self) -> str:
        return f"host=127.0.0.1 port={self.primary.port} user=app application_name={NAME}"


@contextlib.contextmanager
def cluster(port: Callable[[], int]) -> Iterator[Cluster]:
    """A started primary; all servers are gone afterwards. `port` gives free ports."""
    with contextlib.ExitStack() as enter:
        yield Cluster(enter.enter_context(serving(port())), enter, port)
