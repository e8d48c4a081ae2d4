"""A server that reloads itself stays when its child has crashed; the guard answers meanwhile."""

import http.client
import itertools
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import Observe
from tests.stack import lets_go
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, until

SERVER = """
require('http').createServer((_, answer) => answer.end('ok')).listen(process.env.PORT, '127.0.0.1')
"""


@pytest.mark.fault(row="F34")
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is what is tested")
def test_a_reloader_without_its_child_is_not_ready_and_its_port_says_why(
    guarded: Guarded, tmp_path: Path, observe: Observe
) -> None:
    server = tmp_path / "server.js"
    server.write_text(SERVER)
    run = guarded("web: exec node --watch server.js $PORT")
    ready = run.await_state("web", "READY")
    server.write_text("this is no JavaScript")
    lost = run.await_state("web", "STARTING")
    assert lost["pid"] == ready["pid"]
    assert lost["cause"]["kind"] == "port-lost"
    assert run.run("status").returncode == 1
    until(lambda: ask(run.ports["web"]).status == 503, "the guard answers on the port")
    page = ask(run.ports["web"], headers={"Accept": "text/html"})
    assert b"nothing listens on port" in page.body
    assert b"SyntaxError" in page.body
    server.write_text(SERVER)
    back = run.await_state("web", "READY")
    assert (back["pid"], back["cause"]) == (ready["pid"], None)
    assert ask(run.ports["web"]).body == b"ok"
    observe()
    # A second time, and with a restart by hand.
    server.write_text("this is no JavaScript")
    run.await_state("web", "STARTING")
    server.write_text(SERVER + os.linesep)
    run.await_state("web", "READY")


ASGI = """
async def app(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
"""


def break_until_noticed(run: GuardRun, app: Path) -> None:
    """Save a mistake over and over: a reloader's child may answer before its watch stands."""
    numbers = itertools.count()

    def noticed() -> bool:
        app.write_text(f"def (  # {next(numbers)}\n")
        time.sleep(0.5)  # between two saves; what is waited for is the line
        return "detected changes" in run.output()

    until(noticed, f"the reloader sees the save:\n{run.output()}")


@pytest.mark.fault(row="F34")
@pytest.mark.parametrize("how", ["--port $PORT", "--fd $WEB_FD"])
def test_a_reloader_that_keeps_its_socket_is_not_ready_without_its_child(
    guarded: Guarded, tmp_path: Path, observe: Observe, how: str
) -> None:
    app = tmp_path / "app.py"
    app.write_text(ASGI)
    run = guarded(f"web: exec uvicorn app:app --reload {how}")
    ready = run.await_state("web", "READY")
    until(lambda: ask(run.ports["web"]).body == b"ok", "it answers")
    break_until_noticed(run, app)
    lost = run.await_state("web", "STARTING")
    assert (lost["pid"], lost["cause"]["kind"]) == (ready["pid"], "port-lost")
    run.await_output("nothing accepts connections")
    assert run.run("status").returncode == 1
    if "FD" in how:  # the guard has the socket too, and answers
        page = ask(run.ports["web"], headers={"Accept": "text/html"})
        assert page.status == 503
        assert b"SyntaxError" in page.body
    app.write_text(ASGI)
    back = run.await_state("web", "READY")
    assert back["pid"] == ready["pid"]
    assert ask(run.ports["web"]).body == b"ok"
    observe()


def test_a_worker_that_stops_listening_is_told_of(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "closes.py").write_text(
        "import socket, sys, time\n"
        "server = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
        "client, _ = server.accept()\n"
        "client.recv(1000)\n"
        "client.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n')\n"
        "client.close(); server.close()\n"
        "time.sleep(1000)\n"
    )
    run = guarded("web: exec python closes.py $PORT")
    run.await_output("nothing listens on port")
    assert run.service("web")["state"] == "STARTING"
    assert run.run("restart", "web").returncode == 0
    run.await_output("is ready after")


@pytest.mark.fault(row="F34")
def test_who_has_taken_the_port_of_a_server_that_runs_on_is_named(
    guarded: Guarded, observe: Observe
) -> None:
    run = guarded(f"web: exec python {lets_go.FILE} $PORT")
    pid = run.await_state("web", "READY")["pid"]
    ask(run.ports["web"], "/let-go")
    with until(lambda: lets_go.taken(run.ports["web"]), "it has let its port go"):
        lost = run.await_state("web", "STARTING")
        assert (lost["pid"], lost["cause"]["kind"]) == (pid, "port-lost")
        assert (
            f"another program listens on its port {run.ports['web']}" in lost["cause"]["sentence"]
        )
        assert f"pid {os.getpid()}, started" in lost["cause"]["sentence"]
        assert lost["cause"]["fix"].startswith(f"kill {os.getpid()} ")
        assert run.run("status").returncode == 1
        run.await_output("another program listens on its port")
    until(lambda: answers_with(run.ports["web"], 503), "the guard has the port, and says why")
    run.run("restart", "web")
    assert run.await_new_pid("web", pid)
    observe()


def answers_with(port: int, status: int) -> bool:
    with suppress(OSError, http.client.HTTPException):
        return ask(port).status == status
    return False


RELOADER = "import subprocess, sys\nwhile True: subprocess.run([sys.executable, 'child.py'])\n"
CHILD = """
import http.server, os, pathlib, time
until = time.monotonic() + float(pathlib.Path("loads").read_text())
while time.monotonic() < until:
    pass
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/leave":
            os._exit(3)
        self.send_response(200)
        self.end_headers()
address = ("127.0.0.1", int(os.environ["PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""


def test_a_child_that_loads_for_long_gets_its_port(guarded: Guarded, tmp_path: Path) -> None:
    """As of runserver on a busy machine: nobody listens, and somebody will."""
    (tmp_path / "reloader.py").write_text(RELOADER)
    (tmp_path / "child.py").write_text(CHILD)
    (tmp_path / "loads").write_text("0")
    run = guarded("web: exec python reloader.py # $PORT")
    pid = run.await_state("web", "READY")["pid"]
    (tmp_path / "loads").write_text("4")
    with suppress(OSError, http.client.HTTPException):
        ask(run.ports["web"], "/leave")
    run.await_output("nothing listens on port")
    assert run.await_state("web", "READY")["pid"] == pid
    assert "already in use" not in run.output()
