"""What runs and is not ready is said: what is awaited, and what it does instead."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import FreePort, Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, until

SERVE = "exec python -m http.server --bind"
BUSY = {
    "busy": (
        "exec python -c 'while True: pass' # $PORT",
        "% of a processor: compiling, perhaps.",
        "make logs p=busy shows how far it is",
    )
}
CASES = {
    "elsewhere": (
        "export PORT=$OTHER; {serve} 127.0.0.1 $PORT",
        "It listens on port {other} instead.",
        "ELSEWHERE_PORT={other} in .env",
    ),
    "address": (
        "{serve} 127.0.0.2 $PORT",
        "It listens on 127.0.0.2, and localhost is 127.0.0.1.",
        "Have it listen on 127.0.0.1",
    ),
    "prompt": (
        """exec python -c 'input("Ok to proceed? (y) ")' # $PORT""",
        "It waits for input: 'Ok to proceed? (y)'.",
        "make attach p=prompt",
    ),
    "silent": (
        "read answer; exec sleep 1000 # $PORT",
        "It waits for input.",
        "make attach p=silent",
    ),
    "named": (
        'echo "to localhost:$PORT"; exec sleep 1000',
        "It runs, listens nowhere and uses no processor.",
        "NAMED_PORT=none in .env",
    ),
    "failing": (
        "exec python failing.py $PORT",
        "It listens there and answers with 503.",
        "FAILING_HEALTH",
    ),
    "held": (
        "exec sleep 1000 # $HELD_FD",
        "It runs, accepts no connections and uses no processor.",
        "make logs p=held",
    ),
}
"""By the name of a service: what it runs, what is said of it, and what to do."""
Cases = Mapping[str, tuple[str, str, str]]
FAILING = """
    import http.server, sys
    class Failing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/healthy" else 503)
            self.end_headers()
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Failing).serve_forever()
"""


def start(guarded: Guarded, cases: Cases, other: int) -> GuardRun:
    lines = [f"{name}: {line.format(serve=SERVE)}" for name, (line, *_) in cases.items()]
    run = guarded(*lines, started=False)
    run.procfile.with_name("failing.py").write_text(textwrap.dedent(FAILING))
    run.environment["OTHER"] = str(other)
    return run.start()


@pytest.fixture(scope="module")
def all_of_them(guarded_once: Guarded, free_port: FreePort) -> GuardRun:
    """One guard over all cases: each is said after ten seconds, and so they pass together."""
    return start(guarded_once, CASES, free_port())


@pytest.mark.fault(row="F38")
@pytest.mark.parametrize("name", CASES)
def test_it_is_said_alike_in_log_status_and_doctor(
    all_of_them: GuardRun, observe: Observe, name: str
) -> None:
    is_said(all_of_them, CASES, name)
    observe()


@pytest.mark.fault(row="F38")
def test_one_that_is_busy_is_said_to_be(
    guarded: Guarded, free_port: FreePort, observe: Observe
) -> None:
    """By itself: it takes the processor from others."""
    is_said(start(guarded, BUSY, free_port()), BUSY, "busy")
    observe()


def is_said(run: GuardRun, cases: Cases, name: str) -> None:
    other = run.environment["OTHER"]
    sentence, fix = (text.format(other=other) for text in cases[name][1:])
    run.await_output(sentence)
    assert f"on port {run.ports[name]} is awaited" in run.output()
    run.await_output(fix)
    view = run.service(name)
    assert (view["state"], view["cause"]["kind"]) == ("STARTING", "not-ready")
    for told in (run.run("status"), run.run("doctor", name), run.run("why")):
        assert told.returncode == 1
        assert sentence in told.stdout
        assert fix in told.stdout
    assert run.output().count(sentence) == 1  # said once, however long it lasts


def test_a_corrected_path_is_asked_for_without_a_restart(
    guarded: Guarded, free_port: FreePort
) -> None:
    run = start(guarded, {"failing": CASES["failing"]}, free_port())
    until(lambda: run.service("failing").get("cause"), "it is said")
    pid = run.service("failing")["pid"]
    run.procfile.with_name(".env").write_text("FAILING_HEALTH=/healthy\n")
    assert run.await_state("failing", "READY")["pid"] == pid


def test_what_was_said_is_forgotten_when_it_is_ready(guarded: Guarded, tmp_path: Path) -> None:
    serve = f"{SERVE} 127.0.0.1 $PORT"
    run = guarded(f"web: while [ ! -e go ]; do sleep 0.2; done; {serve}")
    until(lambda: cause(run) == "not-ready", "it is said")
    (tmp_path / "go").touch()
    run.await_state("web", "READY")
    assert cause(run) is None


def test_a_line_that_names_a_port_and_serves_none(guarded: Guarded) -> None:
    run = guarded('tunnel: echo "to localhost:$PORT"; exec sleep 1000', TUNNEL_PORT="none")
    view = run.await_state("tunnel", "READY")
    assert view["port"] is None


def cause(run: GuardRun) -> str | None:
    found = run.service("web").get("cause")
    return None if found is None else str(found["kind"])
