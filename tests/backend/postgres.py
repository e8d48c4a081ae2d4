"""A real PostgreSQL server of one's own, on a port that stays the same over restarts."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.backend.api_process import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

BINARIES = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def postgres_binaries() -> Path:
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    if not BINARIES:
        missing = "PostgreSQL is not installed: apt-get install postgresql"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    return BINARIES[0]


def as_nobody_special() -> list[str]:
    """PostgreSQL and PgBouncer refuse to run as root."""
    if os.getuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]


class Postgres:
    """A server that can be stopped and started."""

    def __init__(self, folder: Path, port: int, primary: Postgres | None = None) -> None:
        """Make its files: new ones, or as a standby those of its `primary`."""
        self._binaries, self._folder, self.port = postgres_binaries(), folder, port
        self.data = folder / "db"
        self.url = f"postgresql://app@127.0.0.1:{port}/postgres"
        self._process: subprocess.Popen[bytes] | None = None
        program, *options = "initdb", "-U", "app", "-A", "trust"
        if primary is not None:
            program, *options = "pg_basebackup", "-d", primary.url, "-R", "-c", "fast"
        made = (self.binary(program), "-D", str(self.data), *options, "--no-sync")
        subprocess.run(
            [*as_nobody_special(), *made],
            check=True,
            capture_output=True,
            cwd=folder,
        )

    @property
    def pid(self) -> int:
        """Of the process that all others of the server come from."""
        if self._process is None:
            raise AssertionError("PostgreSQL does not run")
        return self._process.pid

    def start(self) -> None:
        options = ("-k", str(self._folder), "-h", "127.0.0.1", "-p", str(self.port))
        program = (str(self._binaries / "postgres"), "-D", str(self.data))
        self._process = subprocess.Popen(
            [*as_nobody_special(), *program, *options, "-c", "fsync=off"],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(self._answers, "PostgreSQL answers")

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End it, by default without waiting for clients."""
        if self._process:
            self._process.send_signal(number)
            self._process.wait(30)
        self._process = None

    def binary(self, name: str) -> str:
        """The path of one of its programs."""
        return str(self._binaries / name)

    def database(self, name: str) -> str:
        """The URL of a new, empty database."""
        plain = name.replace("-", "_").lower()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{plain}"')
        return self.url.rpartition("/")[0] + f"/{plain}"

    def _answers(self) -> bool:
        ask = [str(self._binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ask, capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def serving(port: int, primary: Postgres | None = None) -> Iterator[Postgres]:
    """A started server, or a standby of another, gone afterwards."""
    postgres_binaries()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Postgres(folder, port, primary)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
