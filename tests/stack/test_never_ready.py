"""What runs and is not ready is said: what is awaited, and what it does instead."""

import textwrap
from pathlib import Path

import pytest

from tests.conftest import Observe
from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, until

SERVE = "exec python -m http.server --bind"
CASES = {
    "listens on another port": (
        "web: export PORT=$OTHER; {serve} 127.0.0.1 $PORT",
        "It listens on port {other} instead.",
        "WEB_PORT={other} in .env",
    ),
    "listens on another address": (
        "web: {serve} 127.0.0.2 $PORT",
        "It listens on 127.0.0.2, and localhost is 127.0.0.1.",
        "have it listen on 127.0.0.1",
    ),
    "waits at a prompt": (
        """web: exec python -c 'input("Ok to proceed? (y) ")' # $PORT""",
        "It waits for input: 'Ok to proceed? (y)'.",
        "make attach p=web",
    ),
    "reads its terminal in silence": (
        "web: read answer; exec sleep 1000 # $PORT",
        "It waits for input.",
        "make attach p=web",
    ),
    "only names the port": (
        'web: echo "to localhost:$PORT"; exec sleep 1000',
        "It runs, listens nowhere and uses no processor.",
        "WEB_PORT=none in .env",
    ),
    "is busy": (
        "web: exec python -c 'while True: pass' # $PORT",
        "% of a processor: compiling, perhaps.",
        "make logs p=web shows how far it is",
    ),
    "answers with an error": (
        "web: exec python failing.py $PORT",
        "It listens there and answers with 503.",
        "WEB_HEALTH",
    ),
    "holds the guard's socket and does nothing": (
        "web: exec sleep 1000 # $WEB_FD",
        "It runs, takes no connection and uses no processor.",
        "make logs p=web",
    ),
}
FAILING = """
    import http.server, sys
    class Failing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_error(503)
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Failing).serve_forever()
"""


@pytest.mark.fault(row="F38")
@pytest.mark.parametrize("name", CASES)
def test_it_is_said_alike_in_log_status_and_doctor(
    guarded: Guarded, tmp_path: Path, observe: Observe, name: str
) -> None:
    (tmp_path / "failing.py").write_text(textwrap.dedent(FAILING))
    line, sentence, fix = CASES[name]
    run = guarded(line.format(serve=SERVE), "other: exec sleep 1000", started=False)
    del run.environment["OTHER_PORT"]
    other = run.ports["other"]
    run.environment["OTHER"] = str(other)
    sentence, fix = sentence.format(other=other), fix.format(other=other)
    run.start().await_output(sentence)
    assert f"on port {run.ports['web']} is awaited" in run.output()
    run.await_output(fix)
    view = run.service("web")
    assert (view["state"], view["cause"]["kind"]) == ("STARTING", "not-ready")
    for told in (run.run("status"), run.run("doctor", "web"), run.run("why")):
        assert told.returncode == 1
        assert sentence in told.stdout
        assert fix in told.stdout
    assert run.output().count(sentence) == 1  # said once, however long it lasts
    observe()


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
