"""Procfiles of public projects' shapes run as they are, their servers binding for themselves."""

import http.client
import http.server
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, is_free, is_gone, kill, until, visits

STAND_IN = Path(__file__).with_name("stand_in.py")


@dataclass
class Shape:
    """A Procfile, the programs that it names, and which of its lines serve a port."""

    procfile: str
    programs: tuple[str, ...]
    serve: frozenset[str]
    files: Mapping[str, str] = field(default_factory=dict)
    prints: tuple[str, ...] = ()
    found: frozenset[str] = frozenset()
    """Which serve a port that their line does not state."""


PACKAGE = json.dumps({"name": "web", "scripts": {"dev": "LISTENS=1 node-server"}})
WORKSPACES = json.dumps({"private": True, "workspaces": ["packages/*"]})

SHAPES = {
    "rails": Shape(
        """\
        # Run with bin/dev
        web: env RUBY_DEBUG_OPEN=true bin/rails server -p $PORT
        css: yarn build:css --watch
        worker: bundle exec sidekiq -C config/sidekiq.yml
        """,
        ("bin/rails", "yarn", "bundle"),
        frozenset({"web"}),
        prints=("css    | working", "worker | working"),
    ),
    "django": Shape(
        """\
        web: manage.py runserver 0.0.0.0:$PORT
        worker: celery --app project worker --loglevel INFO
        beat: celery --app project beat
        """,
        ("manage.py", "celery"),
        frozenset({"web"}),
        prints=("beat   | working",),
    ),
    "flask with gunicorn": Shape(
        "web: gunicorn --bind=127.0.0.1:${WEB_PORT:-8000} --reload app:app\n",
        ("gunicorn",),
        frozenset({"web"}),
    ),
    "npm run dev": Shape(
        "web: npm run --silent dev\n",
        ("node-server",),
        frozenset(),
        files={"package.json": PACKAGE},
        found=frozenset({"web"}),
        prints=("web   | listening",),
    ),
    "node monorepo": Shape(
        """\
        web: cd packages/web && npm run --silent dev -- $PORT
        api: npm run --silent --workspace packages/api dev
        """,
        ("node-server",),
        frozenset({"web"}),
        files={
            "package.json": WORKSPACES,
            "packages/web/package.json": PACKAGE,
            "packages/api/package.json": PACKAGE.replace('"web"', '"api"'),
        },
        prints=("api   | listening",),
        found=frozenset({"api"}),
    ),
    "go": Shape(
        "server: go run ./cmd/server -addr=:$PORT\nassets: esbuild --watch\n",
        ("go", "esbuild"),
        frozenset({"server"}),
    ),
    "static site": Shape(
        "site: exec python3 -m http.server --bind 127.0.0.1 $PORT\n",
        (),
        frozenset({"site"}),
    ),
    "docker": Shape(
        "db: docker run --rm -p $PORT:5432 postgres\nweb: bin/web $PORT\n",
        ("docker", "bin/web"),
        frozenset({"db", "web"}),
        files={
            "bin/docker": "#!/bin/sh\n# The engine's own process listens, not the client's.\n"
            'env -i PATH="$PATH" setsid docker-proxy "${4%%:*}" </dev/null >/dev/null 2>&1 &\n'
            "while :; do sleep 0.1; done\n"
        },
    ),
    "pipelines": Shape(
        """\
        tick: while :; do echo tick; sleep 0.1; done | sed -u 's/tick/tock/' | grep --line-buffered tock
        tail: touch app.log; tail -n +1 -F app.log | while read line; do echo "seen $line"; done
        writer: i=0; while :; do i=$((i+1)); echo "line $i" >>app.log; sleep 0.1; done
        """,  # noqa: E501
        (),
        frozenset(),
        prints=("tick   | tock", "tail   | seen line 2"),
    ),
    "workers": Shape(
        "mailer: work --queue mail\r\nindexer:   work\r\n\r\n# no port anywhere\r\n",
        ("work",),
        frozenset(),
        prints=("mailer  | working", "indexer | working"),
    ),
    "quoting": Shape(
        """\
        web_1: GREETING="hello  world" QUOTED='a "b" $c' sh -c 'echo "$GREETING|$QUOTED"; exec serve $PORT'
        web-2: (cd / && pwd) && exec serve "$PORT" 2>&1
        """,  # noqa: E501
        ("serve",),
        frozenset({"web_1", "web-2"}),
        prints=('web_1 | hello  world|a "b" $c', "web-2 | /"),
    ),
}


Started = Callable[..., GuardRun]


@pytest.fixture
def started(guarded: Guarded, free_port: Callable[[], int]) -> Started:
    """A function that writes out a shape and starts a guard over it."""

    def start(name: str, **environment: str) -> GuardRun:
        shape = SHAPES[name]
        lines = [line.strip(" ") for line in shape.procfile.split("\n")]
        names = [line.partition(":")[0] for line in lines if line.strip() and line[0] != "#"]
        run = guarded(*(f"{name}: true" for name in names), started=False)
        root = run.procfile.parent
        run.procfile.write_bytes("\n".join(lines).encode())
        for program in ("docker-proxy", *shape.programs):
            install(root / "bin" / program.removeprefix("bin/"))
        for path, content in shape.files.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
            file.chmod(0o755)
        run.environment["PORT"] = str(free_port())
        run.environment["PATH"] = f"{root / 'bin'}{os.pathsep}{run.environment['PATH']}"
        for variable in [f"{name.upper()}_PORT" for name in set(names) - shape.serve]:
            run.environment.pop(variable, None)
        for each in shape.serve:
            port = run.environment.pop(f"{each.upper()}_PORT")
            run.environment[f"{each.upper().replace('-', '_')}_PORT"] = port
        run.environment |= environment
        return run.start()

    return start


def install(program: Path) -> None:
    program.parent.mkdir(parents=True, exist_ok=True)
    source = STAND_IN.read_text()
    program.write_text(f"#!{sys.executable}\n{source}")
    program.chmod(0o755)


@pytest.mark.parametrize("name", SHAPES)
def test_it_runs_as_it_is(started: Started, name: str) -> None:
    if "npm" in SHAPES[name].procfile and not shutil.which("npm"):
        pytest.skip("no npm here")
    run = started(name)
    until(lambda: is_up(run), f"everything is READY:\n{run.output()}")
    pids = [view["pid"] for view in run.status()["services"]]
    for each in SHAPES[name].serve:
        assert run.service(each)["port"] == run.ports[each]
        assert not run.service(each)["held"]
        assert ask(run.ports[each]).status == 200
    for each in SHAPES[name].found:
        until(lambda each=each: run.service(each)["port"], "its port is found")  # type: ignore[misc]
        assert ask(run.service(each)["port"]).status == 200
    for text in SHAPES[name].prints:
        run.await_output(text)
    os.kill(run.pid, signal.SIGINT)
    assert run.await_end() == 130
    assert all(is_gone(pid) for pid in pids)
    assert all(is_free(port) for port in run.ports.values())


def is_up(run: GuardRun) -> bool:
    try:
        return all(view["state"] == "READY" for view in run.status()["services"])
    except OSError:
        return False


def test_a_dead_servers_port_is_borrowed_and_given_back(started: Started, observe: Observe) -> None:
    run = started("go")
    old = run.await_state("server", "READY")["pid"]
    port = run.ports["server"]
    (run.procfile.parent / "bin" / "down").touch()
    with visits(port, answers=20, held=False) as seen:
        kill(old, seen, os.killpg)
        run.await_state("server", "BROKEN")
        until(lambda: seen.standby > 10, "visitors are told")
        refused_before = seen.refused
        until(lambda: seen.standby > 50, "more are told")
        assert seen.refused == refused_before
        (run.procfile.parent / "bin" / "down").unlink()
        begun = time.monotonic()
        run.post("/api/services/server/restart")
        run.await_new_pid("server", old)
        took = time.monotonic() - begun
    page = ask(port)
    assert (page.status, page.body.split()[0]) == (200, b"go")
    observe(seen, ms=took * 1000)


def test_what_is_stopped_has_a_page_that_starts_it(started: Started) -> None:
    run = started("go")
    run.await_state("server", "READY")
    port = run.ports["server"]
    run.post("/api/services/server/stop")
    run.await_state("server", "STOPPED")
    until(lambda: not is_free(port), "the port is borrowed")
    page = ask(port, headers={"Accept": "text/html"})
    assert (page.status, page.headers["x-guard-standby"]) == (503, "STOPPED")
    run.post("/api/services/server/start")
    run.await_state("server", "READY")
    assert ask(port).status == 200


def test_a_server_that_dies_comes_back_on_its_own_port(started: Started, observe: Observe) -> None:
    run = started("go")
    old = run.await_state("server", "READY")["pid"]
    with visits(run.ports["server"], answers=20, held=False) as seen:
        killed = time.monotonic()
        kill(old, seen, os.killpg)
        run.await_new_pid("server", old)
        took = time.monotonic() - killed
    observe(seen, ms=took * 1000)


def test_a_server_that_binds_for_itself_and_hangs_is_replaced(started: Started) -> None:
    run = started("go", GUARD_HANG_SECONDS="1")
    old = run.await_state("server", "READY")["pid"]
    os.killpg(old, signal.SIGSTOP)
    with visits(run.ports["server"], answers=1, held=False):
        run.await_new_pid("server", old)
    assert "accepted no connection" in run.output()


def test_an_answer_of_somebody_else_does_not_count(
    started: Started,
) -> None:
    """A server that hops to another port must not look READY because a stranger has its own."""
    run = started("go")
    old = run.await_state("server", "READY")["pid"]
    port = run.ports["server"]
    program = run.procfile.parent / "bin" / "go"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    os.killpg(old, signal.SIGKILL)
    until(lambda: run.service("server").get("pid") not in {None, old}, "it is restarted")
    with http.server.HTTPServer(("127.0.0.1", port), http.server.SimpleHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        run.await_output(f"port {port} is answered by a process that is not its own")
        assert f"pid {os.getpid()}" in run.output()
        assert run.service("server")["state"] == "STARTING"
        other.shutdown()


HOPS = """
import http.server, sys
name, port = sys.argv[1], int(sys.argv[2])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(name.encode())
while True:
    try:
        server = http.server.HTTPServer(("127.0.0.1", port), Handler)
        break
    except OSError:
        port += 1
server.serve_forever()
"""


def test_two_servers_that_hop_to_the_next_port_are_each_shown_at_their_own(
    guarded: Guarded, free_port: Callable[[], int], tmp_path: Path
) -> None:
    """As Vite does, and both want the same port at the same time, whoever gets it this time."""
    (tmp_path / "hops.py").write_text(HOPS)
    port = free_port()
    names = ("web", "docs")
    run = guarded(*(f"{name}: exec python hops.py {name} {port}" for name in names), started=False)
    for name in names:
        del run.environment[f"{name.upper()}_PORT"]
    run.start()
    pids: dict[str, int] = {}
    for again in (False, True):
        for pid in pids.values() if again else ():  # at once: who gets the first port is chance
            os.kill(pid, signal.SIGKILL)

        def look(pids: dict[str, int] = pids) -> bool:
            views = {name: run.service(name) for name in names}
            return all(
                view.get("port") and view["state"] == "READY" and view["pid"] != pids.get(name)
                and answered_by(view["port"]) == name
                for name, view in views.items()
            )  # fmt: skip

        until(look, f"each is shown at its own port:\n{run.output()}")
        assert run.service("web")["port"] != run.service("docs")["port"]
        pids |= {name: run.service(name)["pid"] for name in names}
    # Whichever is stopped, the other's link leads to it, and so does its own once it is back.
    for stopped, other in (names, names[::-1]):
        port = run.service(other)["port"]
        assert run.run("stop", stopped).returncode == 0
        run.await_state(stopped, "STOPPED")
        assert run.service(other)["port"] == port
        assert run.service(other)["url"] == f"http://localhost:{port}"
        assert answered_by(port) == other
        assert run.run("start", stopped).returncode == 0
        until(partial(is_at_its_own, run, stopped), f"{stopped} is at its own port")
        assert is_at_its_own(run, other)


def is_at_its_own(run: GuardRun, name: str) -> bool:
    view = run.service(name)
    return view.get("state") == "READY" and answered_by(view["port"] or 0) == name


def answered_by(port: int) -> str:
    with suppress(OSError, http.client.HTTPException):
        return ask(port, timeout=5).body.decode()
    return ""


def test_a_stranger_on_a_port_that_a_server_would_bind_is_named_before_the_start(
    guarded: Guarded,
) -> None:
    run = guarded("web: serve $PORT", started=False)
    with socket.create_server(("127.0.0.1", run.ports["web"])):
        assert run.start().await_end() == 1
    assert f"port {run.ports['web']} (WEB_PORT) is held by another process" in run.output()
