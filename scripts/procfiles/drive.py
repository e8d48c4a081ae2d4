"""Drives the real guard over one program, as a user would, and sees what comes of it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from scripts.bench.stacks import free_ports
from scripts.guard.core import environment
from scripts.guard.core.cause import PORT_LOST
from scripts.procfiles.judge import Mistake, Port, Seen
from scripts.procfiles.programs import Program

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_SECONDS = 90.0  # after which a state that has not come will not come
TOLD_SECONDS = 20.0  # in which a program that reloads itself has seen a mistake
PAGE_SECONDS = 12.0  # in which the guard has the port of what was stopped
ANSWER_SECONDS = 15.0  # that a visitor waits
LEFT_SECONDS = 10.0  # in which what has been told to end is gone
MENDING_SECONDS = 5.0  # that a person needs; some reloaders see nothing in the first one or two
POLL_SECONDS = 0.1


class Driven:
    """One program under a guard of its own."""

    def __init__(self, program: Program, environment: Mapping[str, str], folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._name = "worker" if program.speaks == "nothing" else "web"
        self._ports = free_ports("web", "guard")
        self._mark = f"PROCFILES_{uuid.uuid4().hex}"
        self._environment = {
            **{name: os.environ[name] for name in ("HOME", "LANG", "TERM") if name in os.environ},
            **environment,
            self._mark: "yes",
            "PYTHONPATH": str(ROOT),
            "GUARD_DIR": str(folder.with_name(f"{folder.name}-state")),
            "GUARD_PORT": str(self._ports["guard"]),
            "WEB_PORT": str(self._ports["web"]),
        }

    def seen(self) -> Seen:
        """Put it through everything."""
        self._make()
        with self._guard() as guard:
            if not self._await_up():
                return Seen(came_up=False)
            restarted = self._crash()
            mistake = self._save_mistake()
            stopped = self._stop_and_start()
            guard.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                guard.wait(DEADLINE_SECONDS)
            return Seen(
                came_up=True,
                restarted=restarted,
                mistake=mistake,
                stopped=stopped,
                exit_code=guard.returncode,
                left=self._left(),
            )

    def output(self) -> str:
        """Return what the guard printed."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def _log(self) -> Path:
        return self._folder.with_name(f"{self._folder.name}.log")

    def _make(self) -> None:
        for folder in (self._folder, Path(self._environment["GUARD_DIR"])):
            shutil.rmtree(folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        lines = "".join(f"{name}={value}\n" for name, value in self._program.settings.items())
        procfile = f"{self._name}: {self._program.line}\n"
        files = {**self._program.files, "Procfile": procfile, ".env": self._named(lines)}
        for path, text in files.items():
            self._write(path, text)

    def _named(self, settings: str) -> str:
        return settings.replace("WEB_", f"{self._name.upper()}_")

    def _write(self, path: str, text: str) -> None:
        file = self._folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    @contextmanager
    def _guard(self) -> Iterator[subprocess.Popen[bytes]]:
        with self._log.open("wb") as output:
            guard = subprocess.Popen(
                [sys.executable, "-m", "scripts.guard"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            yield guard
        finally:
            guard.kill()  # and all that it runs goes with it
            guard.wait()
            for process in self._marked():
                with contextlib.suppress(psutil.Error):
                    process.kill()

    # --- What is done to it ------------------------------------------------------------------

    def _crash(self) -> bool:
        old = self._view()["pid"]
        os.kill(old, signal.SIGKILL)
        return self._await_up(lambda view: view["pid"] != old)

    def _save_mistake(self) -> Mistake | None:
        if self._program.mistake is None:
            return None
        path, bad = self._program.mistake
        self._write(path, bad)
        # What the guard restarts goes down with it; what reloads itself may tell of it and go on.
        restarts = any(name.endswith("_WATCH") for name in self._program.settings)
        self._until(lambda: _is_down(self._view()), DEADLINE_SECONDS if restarts else TOLD_SECONDS)
        answers_nobody = self._program.keeps_port or self._program.takes_all
        if self._program.speaks == "HTTP" and not answers_nobody:
            self._until(lambda: self._visit() in {"page", "answer"}, PAGE_SECONDS)
        view = self._view()
        port = self._visit() if self._serves else None
        time.sleep(MENDING_SECONDS)
        self._write(path, self._program.files[path])
        cause = None if view["cause"] is None else str(view["cause"]["kind"])
        return Mistake(str(view["state"]), cause, port, is_back=self._await_up())

    def _stop_and_start(self) -> Port | None:
        self._post("stop")
        self._until(lambda: self._view().get("state") == "STOPPED")
        wanted = "page" if self._program.speaks == "HTTP" else "refused"
        if self._serves:  # the guard takes the port once the last of the server is gone
            self._until(lambda: self._visit() == wanted, PAGE_SECONDS)
        port = self._visit() if self._serves else None
        self._post("start")
        self._await_up()
        return port

    # --- What is seen of it ------------------------------------------------------------------

    @property
    def _serves(self) -> bool:
        return self._program.speaks != "nothing"

    def _await_up(self, also: Callable[[Mapping[str, Any]], bool] = bool) -> bool:
        """Wait until it is READY, and answers for itself where it speaks HTTP."""

        def look() -> bool:
            view = self._view()
            if view.get("state") != "READY" or not also(view):
                return False
            return self._program.speaks != "HTTP" or self._visit() == "answer"

        return self._until(look)

    def _visit(self) -> Port:
        if self._program.speaks != "HTTP":
            return _connect(self._ports["web"])
        connection = http.client.HTTPConnection(
            "localhost", self._ports["web"], timeout=ANSWER_SECONDS
        )
        try:
            connection.request("GET", "/")
            response = connection.getresponse()
            response.read()
        except ConnectionRefusedError:
            return "refused"
        except (OSError, http.client.HTTPException):
            return "silence"
        finally:
            connection.close()
        return "page" if response.headers.get("X-Guard-Standby") else "answer"

    def _view(self) -> dict[str, Any]:
        """Return what the guard says of it; {} while it does not answer."""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            answer = self._ask("GET", "/api/status")
            for view in json.loads(answer)["services"]:
                if view["name"] == self._name:
                    return dict(view)
        return {}

    def _post(self, what: str) -> None:
        self._ask("POST", f"/api/services/{self._name}/{what}")

    def _ask(self, method: str, path: str) -> bytes:
        token = Path(self._environment["GUARD_DIR"], "token")
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._ports["guard"], timeout=ANSWER_SECONDS
        )
        try:
            headers = {"X-Guard-Token": token.read_text().strip()} if method == "POST" else {}
            connection.request(method, path, headers=headers)
            return connection.getresponse().read()
        finally:
            connection.close()

    def _left(self) -> tuple[str, ...]:
        self._until(lambda: not self._marked(), LEFT_SECONDS)
        return tuple(sorted(_told(process) for process in self._marked()))

    def _marked(self) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if (
                    self._mark in environment.of(process)
                    and process.status() != psutil.STATUS_ZOMBIE
                ):
                    found.append(process)
        return found

    def _until(self, look: Callable[[], object], seconds: float = DEADLINE_SECONDS) -> bool:
        end = time.monotonic() + seconds
        while not look():
            if time.monotonic() > end:
                return False
            time.sleep(POLL_SECONDS)
        return True


def _is_down(view: Mapping[str, Any]) -> bool:
    """Whether the guard has given it up, or says that it lost its port."""
    if view.get("state") == "STARTING" and view["cause"] is not None:
        return bool(view["cause"]["kind"] == PORT_LOST)
    return view.get("state") == "BROKEN"


def _connect(port: int) -> Port:
    try:
        socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS).close()
    except OSError:
        return "refused"
    return "answer"


def _told(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline()) or process.name()
    return str(process.pid)
