"""`attach`: a user's terminal on a service's."""

import os
import signal
import termios
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import Answer, GuardRun, ask, toy, until
from tests.stack.terminal import Terminal

APP = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    answer = "well"
    if scope["path"] == "/stop":
        breakpoint()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": answer.encode()})
"""
UVICORN = "api: API_FD=$API_FD exec uvicorn app:app --fd $API_FD # ${API_PORT:-1}"
# Draws as a program of the whole screen does, and tells its size whenever that changes.
PAINTER = r"""
import os, signal, sys
def tell(*_):
    columns, rows = os.get_terminal_size(0)
    print("rows and columns:", rows, columns, flush=True)
signal.signal(signal.SIGWINCH, tell)
print("listens to its window", flush=True)
for line in sys.stdin:
    print("\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[31mpainted", flush=True)
"""
READER = 'api: while read line; do echo "got <$line> $(stty size)"; done'


def reader(guarded: Guarded, *others: str) -> GuardRun:
    """Start a worker, which has no port, that reads its terminal."""
    run = guarded(READER, *others, started=False)
    del run.environment["API_PORT"]
    return run.start()


Attach = Callable[[GuardRun, str], Terminal]


@pytest.fixture
def attach() -> Iterator[Attach]:
    terminals: list[Terminal] = []

    def start(run: GuardRun, name: str) -> Terminal:
        terminal = Terminal(run, run.command("attach", name))
        terminals.append(terminal)
        terminal.expect("Ctrl-] lets go")
        return terminal

    yield start
    for terminal in terminals:
        terminal.close()


class Visit(threading.Thread):
    """One request, whose answer may take a while."""

    def __init__(self, port: int, path: str) -> None:
        super().__init__(daemon=True)
        self.port, self.path = port, path
        self.answer: Answer | None = None
        self.start()

    def run(self) -> None:
        self.answer = ask(self.port, self.path)


def test_a_breakpoint_in_a_request_handler_can_be_used(guarded: Guarded, attach: Attach) -> None:
    run = guarded(UVICORN, started=False, GUARD_HANG_SECONDS="2")
    run.procfile.with_name("app.py").write_text(APP)
    run.start()
    pid = run.await_state("api", "READY")["pid"]
    stopped = Visit(run.ports["api"], "/stop")
    run.await_output("(Pdb)")
    waiting = Visit(run.ports["api"], "/")
    run.await_output("api waits in a debugger: make attach p=api")
    terminal = attach(run, "api")
    terminal.expect("(Pdb)")
    terminal.type("answer + ' indeed'\r")
    terminal.expect("'well indeed'")
    terminal.type("answer = 'changed by hand'\r")
    terminal.expect("(Pdb)")
    terminal.type("c\r")
    for visit in (stopped, waiting):
        visit.join(10)
    assert stopped.answer is not None
    assert stopped.answer.body == b"changed by hand"
    assert waiting.answer is not None
    assert waiting.answer.body == b"well"
    assert run.service("api")["pid"] == pid
    terminal.type("\x1d")
    terminal.expect("[api: let go]")
    assert terminal.await_end() == 0


def test_keys_and_the_window_size_go_to_the_process(guarded: Guarded, attach: Attach) -> None:
    run = reader(guarded)
    run.await_state("api", "READY")
    terminal = attach(run, "api")
    terminal.type("hello\r")
    terminal.expect("got <hello> 30 100")
    terminal.resize(50, 200)
    os.kill(terminal.process.pid, signal.SIGWINCH)
    until(lambda: "50 200" in typed(run, terminal), "the size follows")
    terminal.type("\x1d")
    assert terminal.await_end() == 0
    assert termios.tcgetattr(terminal.slave) == terminal.before
    assert run.service("api")["state"] == "READY"
    run.await_output("got <hello> 30 100")


def typed(run: GuardRun, terminal: Terminal) -> str:
    terminal.type("again\r")
    terminal.expect("got <again>")
    return run.output().splitlines()[-1]


def painter(guarded: Guarded) -> GuardRun:
    run = guarded("api: exec python painter.py", started=False)
    run.procfile.with_name("painter.py").write_text(PAINTER)
    del run.environment["API_PORT"]
    run.start()
    run.await_state("api", "READY")
    run.await_output("listens to its window")  # until then nothing tells it of a new size
    return run


def test_what_is_shown_first_ends_like_what_was_written(guarded: Guarded, attach: Attach) -> None:
    run = reader(guarded)
    run.await_state("api", "READY")
    first = attach(run, "api")
    first.type("hello\r")
    first.expect("got <hello> 30 100\r\n")
    second = attach(run, "api")
    first.type("there\r")
    second.expect("got <hello> 30 100\r\n")
    second.expect("\r\ngot <there> 30 100\r\n")


def test_the_terminal_is_as_it_was_when_they_let_go(guarded: Guarded, attach: Attach) -> None:
    terminal = attach(painter(guarded), "api")
    terminal.type("\r")
    terminal.expect("painted")
    terminal.type("\x1d")
    terminal.expect("\x1b[0m\x1b>\x1b[?1049l\x1b[?25h\x1b[?2004l")
    assert terminal.await_end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(
    guarded: Guarded, attach: Attach, number: signal.Signals
) -> None:
    terminal = attach(painter(guarded), "api")
    terminal.type("\r")
    terminal.expect("painted")
    os.kill(terminal.process.pid, number)
    assert terminal.await_end() == 128 + number
    assert termios.tcgetattr(terminal.slave) == terminal.before
    terminal.expect("\x1b[?25h")


def test_of_two_users_the_last_to_leave_gives_the_window_its_own_size_back(
    guarded: Guarded, attach: Attach
) -> None:
    run = painter(guarded)
    first = attach(run, "api")
    run.await_output("rows and columns: 30 100")
    second = attach(run, "api")
    second.resize(50, 200)
    os.kill(second.process.pid, signal.SIGWINCH)
    run.await_output("rows and columns: 50 200")
    for terminal in (first, second):
        terminal.type("\x1d")
        assert terminal.await_end() == 0
    run.await_output("rows and columns: 24 80")
    assert run.output().count("rows and columns: 30 100") == 1


def test_ctrl_c_reaches_the_process_and_attach_stays_over_its_restart(
    guarded: Guarded, attach: Attach
) -> None:
    run = reader(guarded)
    old = run.await_state("api", "READY")["pid"]
    terminal = attach(run, "api")
    terminal.type("\x03")
    run.await_new_pid("api", old)
    terminal.type("still here\r")
    terminal.expect("got <still here> 30 100")


def test_attach_ends_when_the_service_is_stopped(guarded: Guarded, attach: Attach) -> None:
    run = reader(guarded)
    run.await_state("api", "READY")
    terminal = attach(run, "api")
    run.post("/api/services/api/stop")
    terminal.expect("[api: ended]")
    assert terminal.await_end() == 0
    assert termios.tcgetattr(terminal.slave) == terminal.before


def test_who_attaches_to_what_does_not_run_is_told_so(guarded: Guarded) -> None:
    run = reader(guarded, toy("web"))
    run.await_state("web", "READY")
    run.post("/api/services/api/stop")
    run.await_state("api", "STOPPED")
    for name, text in (("api", "api is STOPPED"), ("db", "has no line 'db'")):
        terminal = Terminal(run, run.command("attach", name))
        terminal.expect(text)
        terminal.expect("fix:")
        assert terminal.await_end() == 1
        terminal.close()
    run.close()
    terminal = Terminal(run, run.command("attach", "web"))
    terminal.expect("no guard runs")
    assert terminal.await_end() == 1
    terminal.close()


def test_attach_without_a_terminal_is_told_so(guarded: Guarded) -> None:
    run = reader(guarded)
    answer = run.run("attach", "api")
    assert answer.returncode == 1
    assert "attach needs a terminal" in answer.stderr


def test_only_who_has_the_token_may_attach(guarded: Guarded) -> None:
    run = reader(guarded)
    run.await_state("api", "READY")
    headers = {"Upgrade": "guard-terminal", "Connection": "Upgrade"}
    path = "/api/services/api/attach"
    assert ask(run.ports["guard"], path, "POST", headers).status == 403
    foreign = {**headers, "X-Guard-Token": run.token(), "Origin": "http://evil.example"}
    assert ask(run.ports["guard"], path, "POST", foreign).status == 403
    assert ask(run.ports["guard"], path, "POST", {"X-Guard-Token": run.token()}).status == 426
