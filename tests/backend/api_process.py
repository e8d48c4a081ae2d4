"""A real api process: uvicorn on a held socket, as the guard runs it, with its own data folder."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tests import server_errors
from tests.backend import forks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BACKEND = Path(__file__).resolve().parents[2] / "webapp/backend"
DEADLINE = 60.0
SHORTEST_PAUSE, LONGEST_PAUSE, GROWTH = 0.02, 0.25, 1.2  # seconds between two looks
T = TypeVar("T")


def wait_for(look: Callable[[], T | None], what: str, *, seconds: float = DEADLINE) -> T:
    """The first true value of `look`; fails loudly when there is none in time.

    The longer it takes the less often: whoever asks takes the processor from what is awaited.
    """
    deadline, pause = time.monotonic() + seconds, SHORTEST_PAUSE
    while not (value := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)
        pause = min(GROWTH * pause, LONGEST_PAUSE)
    return value


def await_end_of_threads(*names: str) -> None:
    """Wait until no thread is called so, or so and something after a space."""
    wait_for(
        lambda: not any(one.name.partition(" ")[0] in names for one in threading.enumerate()),
        f"{', '.join(names)} are over",
    )


class Api:
    """Start, kill and ask an api. The socket outlives the process: no connection is refused."""

    patience = 1
    """Seconds that uvicorn gives to what lasts when it is told to end."""
    within: tuple[str, ...] = ()
    """A command that runs the one which follows it."""
    code = BACKEND
    """The folder of the code that it runs."""
    python = sys.executable
    """What runs it."""
    fresh = False
    """Whether it is to load everything anew, in tests too: for those of starting and of memory."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder, self.environ = folder, environ
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        import httpx  # a fifth of a second, for which no quick test is to wait

        # None is kept: what has been forked and not run yet when the api is killed has its
        # connections for a moment, so that one to the dead looks as if it were alive.
        self.client = httpx.Client(
            base_url=self.url,
            timeout=DEADLINE,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self.process: subprocess.Popen[bytes] | forks.Fork | None = None
        self.log = folder / "api.log"

    @property
    def media(self) -> Path:
        return self.folder / "data/media"

    @property
    def staged(self) -> list[Path]:
        """What lies in staging now."""
        return sorted((self.media / ".staging").glob("*"))

    def start(self) -> None:
        self._lay_database()
        keep = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "MEDIA_DIR"}}
        data = {"DATA_DIR": str(self.folder / "data"), "ALLOW_HOSTS": "127.0.0.1"}
        environment = keep | data | self.environ
        options = ["--timeout-graceful-shutdown", str(self.patience)]
        server_errors.watch(self.log)
        with self.log.open("ab") as log:
            self.process = self._forked(environment, options, log.fileno()) or self._started(
                environment, options, log.fileno()
            )

    def _forked(
        self, environment: dict[str, str], options: list[str], log: int
    ) -> forks.Fork | None:
        """One that has all loaded already; None where it is to be started."""
        usual = (self.within, self.code, self.python) == (Api.within, Api.code, Api.python)
        interpreter = forks.interpreter() if usual and not self.fresh else None
        if interpreter is None:
            return None
        return interpreter.start(environment, options, log, self._socket.fileno())

    def _started(
        self, environment: dict[str, str], options: list[str], log: int
    ) -> subprocess.Popen[bytes]:
        descriptor = self._socket.fileno()
        return subprocess.Popen(
            [
                *self.within,
                *(self.python, "-m", "uvicorn", "main:app", "--fd", str(descriptor), *options),
            ],
            cwd=self.code,
            env=environment,
            pass_fds=[descriptor],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _lay_database(self) -> None:
        """Where it would make its own: one that was made once."""
        if {"DATA_DIR", "DATABASE_URL"}.isdisjoint(self.environ):
            from tests.backend.databases import lay

            lay(self.folder / "data")

    def kill(self) -> None:
        """kill -9, as nothing can prepare for."""
        self.end(signal.SIGKILL)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        if self.process is None:
            raise AssertionError("the api was never started")
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.end()
        self.client.close()
        self._socket.close()

    def get(self, item: str) -> dict[str, Any]:
        return self.ask("GET", f"/api/downloads/{item}")

    def add(self, url: str, **choice: object) -> str:
        added: str = self.ask("POST", "/api/downloads", json={"url": url} | choice)["id"]
        return added

    def ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:  # noqa: ANN401 - httpx names them
        answer = self.client.request(method, path, **options)
        assert answer.is_success, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def wait(self, item: str, *states: str, seconds: float = DEADLINE) -> dict[str, Any]:
        """The download once it is in one of `states`."""

        def look() -> dict[str, Any] | None:
            download = self.get(item)
            return download if download["state"] in states else None

        return wait_for(look, f"{item} is {' or '.join(states)}", seconds=seconds)

    def bytes_of(self, item: str) -> bytes:
        return self.client.get(f"/api/downloads/{item}/file").content

    def file_of(self, download: dict[str, Any]) -> Path:
        """Where the file of a finished one is."""
        return self.media / str(download["file"]["name"])

    def converting(self, item: str) -> dict[str, Any]:
        """Wait until a conversion tells how far it is; its progress."""

        def far() -> dict[str, Any] | None:
            progress: dict[str, Any] = self.get(item)["progress"] or {}
            converts = progress.get("stage") == "converting" and progress.get("fraction")
            return progress if converts else None

        return wait_for(far, "it converts, and tells how far it is")

    def ready(self) -> None:
        wait_for(lambda: self.client.get("/ready").status_code == 200, "the engine is ready")

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The event stream, as (event, data)."""
        with self.client.stream("GET", "/api/events") as answer:
            name = ""
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    yield name, json.loads(line.removeprefix("data: "))


@contextlib.contextmanager
def side_by_side(apis: Sequence[Api]) -> Iterator[None]:
    """Start all at once, each in a new folder: ready in the block, and ended with it."""
    with contextlib.ExitStack() as ending:
        for api in apis:
            api.folder.mkdir()
            ending.callback(api.close)
            api.start()
        for api in apis:
            api.ready()
        yield


@contextlib.contextmanager
def running(folder: Path, **environ: str) -> Iterator[Api]:
    """An api that runs for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    api = Api(folder, **environ)
    api.start()
    try:
        yield api
    finally:
        api.close()
