"""Runs a real guard over real processes, and watches it from outside as a user would."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

from scripts import TYPED
from scripts.bench.visits import Visits, visiting
from tests import server_errors
from tests.leftovers import left, new_mark

ROOT = Path(__file__).resolve().parents[2]
TOY = Path(__file__).with_name("toy.py")
SHORTEST_PAUSE, LONGEST_PAUSE, GROWTH = 0.01, 0.15, 1.2  # seconds between two looks
DEADLINE = 60.0  # seconds after which a state that has not come will not come
ANSWERED_SECONDS = DEADLINE  # after which a port that does not answer will not

Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, deadline: float = DEADLINE) -> Found:
    """Return the first true answer of `look`, asked over and over; fail loudly when time is up.

    The longer it takes the less often: whoever asks takes the processor from what is awaited.
    """
    end, pause = time.monotonic() + deadline, SHORTEST_PAUSE
    while not (found := look()):
        assert time.monotonic() < end, f"not within {deadline} s: {what}"
        time.sleep(pause)
        pause = min(GROWTH * pause, LONGEST_PAUSE)
    return found


def is_gone(pid: int) -> bool:
    """Whether that process has ended; a zombie has."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def kill(pid: int, seen: Visits, end: Callable[[int, int], None] = os.kill) -> None:
    """Kill the process of a port that is visited; a kill is not yet a death, which is awaited."""
    with seen.fault():
        end(pid, signal.SIGKILL)
        until(lambda: is_gone(pid), f"the end of {pid}")


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of localhost."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return False
    return True


@dataclass
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - JSON has no narrower type
        return json.loads(self.body)


def ask(
    port: int,
    path: str = "/",
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    host: str = "127.0.0.1",
    timeout: float = DEADLINE,
) -> Answer:
    """Make one request on a connection of its own."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, response.read())
    finally:
        connection.close()


@contextmanager
def visits(port: int, answers: int, *, held: bool = True) -> Iterator[Visits]:
    """Visit a port over and over while the block runs, and demand that no visit is lost.

    It goes on until that many more were answered, so that what is said of the time of a fault
    rests on visits that were made then, by somebody who can tell. `held` is whether the guard holds
    the port: one that a service binds by itself is lost with it.
    """
    with visiting(port) as seen:
        until(lambda: seen.attempts, "the first visit")
        seen.demanded = answers
        yield seen
        enough = seen.answers + answers
        try:
            until(lambda: seen.answers >= enough, f"{answers} more answers", ANSWERED_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}; {seen}") from None
    if held:
        assert seen.lost == 0, seen
        assert seen.cut_off <= len(seen.faults), seen  # the toy takes one at a time


class GuardRun:
    """A guard that was started over a Procfile, with its own ports and its own folder."""

    def __init__(
        self, procfile: Path, environment: Mapping[str, str], ports: Mapping[str, int]
    ) -> None:
        self.procfile = procfile
        self.ports = ports
        self.directory = procfile.parent / ".guard"
        self.output_file = procfile.parent / "output.log"
        self.mark = new_mark()
        self.environment = {
            self.mark: "yes",
            **{key: value for key, value in os.environ.items() if not key.startswith("GUARD_")},
            "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GUARD_DIR": str(self.directory),
            "TERM": "xterm",  # whatever the tests run in
            **{f"{name.upper()}_PORT": str(port) for name, port in ports.items()},
            **TYPED,
            **environment,
        }
        self.options: Sequence[str] = ()
        """What `up` is given."""
        self.code = ROOT
        """The folder of the code that it runs."""
        self.by: Sequence[str] = ()
        """A command that runs what is typed in another terminal, as somebody else, say."""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "scripts.guard", *arguments, "-f", str(self.procfile)]

    def start(self, *, within: Sequence[str] = ()) -> GuardRun:
        """Start it, in a session of its own, and do not wait for anything.

        `within` is a command that runs the one which follows it.
        """
        server_errors.watch(self.output_file)
        with self.output_file.open("ab") as output:
            self.process = subprocess.Popen(
                [*within, *self.command("up", *self.options)],
                cwd=self.code,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        return self

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the guard, as from another terminal."""
        return subprocess.run(
            [*self.by, *self.command(*arguments)],
            cwd=self.code,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )

    def output(self) -> str:
        return self.output_file.read_text(encoding="utf-8", errors="replace")

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = ask(self.ports["guard"], "/api/status").json()
        return status

    def service(self, name: str) -> dict[str, Any]:
        """Return what the status says of a service; {} while the guard does not answer."""
        with suppress(OSError, http.client.HTTPException):
            for view in self.status()["services"]:
                if view["name"] == name:
                    return dict(view)
        return {}

    def await_state(self, name: str, state: str, deadline: float = DEADLINE) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            view = self.service(name)
            return view if view.get("state") == state else None

        try:
            return until(look, f"{name} is {state}", deadline)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._story(name)}") from None

    def await_new_pid(self, name: str, old: int, deadline: float = DEADLINE) -> int:
        """Return the pid of the READY process that came after `old`."""

        def look() -> int | None:
            view = self.service(name)
            fresh = view.get("state") == "READY" and view["pid"] != old
            return int(view["pid"]) if fresh else None

        try:
            return until(look, f"{name} is restarted", deadline)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self._story(name)}") from None

    def _story(self, name: str) -> str:
        """What is known of a service, and what was printed last, without the requests."""
        lines = [line for line in self.output().splitlines() if '"GET / HTTP/1.1" 200' not in line]
        return "\n".join([str(self.service(name)), *lines[-60:]])

    def await_output(self, text: str, deadline: float = DEADLINE) -> None:
        until(lambda: text in self.output(), f"{text!r} in:\n{self.output()[-4000:]}", deadline)

    def token(self) -> str:
        return (self.directory / "token").read_text().strip()

    def post(self, path: str) -> Answer:
        return ask(self.ports["guard"], path, "POST", {"X-Guard-Token": self.token()})

    def await_end(self, deadline: float = DEADLINE) -> int:
        assert self.process is not None
        return self.process.wait(timeout=deadline)

    def left(self) -> list[str]:
        """Return what it left after its end: processes, and who has a file of its folder open."""
        return left(self.mark, self.procfile.parent)

    def descendants(self) -> list[psutil.Process]:
        return list(psutil.Process(self.pid).children(recursive=True))

    def close(self) -> None:
        """End it whatever state it is in, with everything that it started."""
        if self.process is None or self.process.poll() is not None:
            return
        children = []
        with suppress(psutil.Error):
            children = self.descendants()
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for child in children:
            with suppress(psutil.Error):
                child.kill()


def toy(name: str, *options: str, preloaded: bool = False) -> str:
    """Return a Procfile line that runs the toy server on the guard's socket."""
    variable = name.upper()
    words = " ".join((str(TOY), name, *options))
    python = f"${variable}_PRELOAD python" if preloaded else "python"
    return f"{name}: {variable}_FD=${variable}_FD exec {python} {words} # ${{{variable}_PORT:-1}}"
