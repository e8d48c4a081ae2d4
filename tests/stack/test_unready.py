"""A service that answers and cannot work is told with its own reason, and left alone."""

import json
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, until

ROOT = Path(__file__).resolve().parents[2]

SERVER = """
import http.server, pathlib, socket, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        trouble = pathlib.Path("trouble.json")
        cannot = self.path == "/can-you-work" and trouble.exists()
        self.send_response(503 if cannot else 200)
        self.end_headers()
        if cannot:
            self.wfile.write(trouble.read_bytes())

class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6  # and the other with it

Server(("::", int(sys.argv[1])), Handler).serve_forever()
"""
TROUBLE = {"detail": "data/app.db is read-only.", "fix": "chmod u+w data/app.db data/app.db-wal"}
SENTENCE = "{name} runs, but cannot work: data/app.db is read-only."


@pytest.mark.parametrize("name", ["api", "web"])
def test_what_cannot_work_is_told_everywhere_and_not_restarted(
    guarded: Guarded, tmp_path: Path, name: str
) -> None:
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    line = f"{name}: exec python server.py ${name.upper()}_PORT"
    run = guarded(line, **{f"{name.upper()}_READY": "/can-you-work"})
    pid = run.await_state(name, "READY")["pid"]
    assert run.run("status").returncode == 0

    trouble = tmp_path / "trouble.json"
    trouble.write_text(json.dumps(TROUBLE), encoding="utf-8")
    sentence = SENTENCE.format(name=name)
    found = unready(run, name)
    assert isinstance(found, dict)
    assert found["kind"] == "cannot-work"
    assert (found["sentence"], found["fix"]) == (sentence, TROUBLE["fix"])
    for command in (["status"], ["why"], ["why", name], ["doctor", name]):
        done = run.run(*command)
        assert done.returncode == 1, done.stdout
        assert sentence in done.stdout
        assert f"fix: {TROUBLE['fix']}" in done.stdout
        assert "All is well" not in done.stdout
    assert sentence in run.run("doctor").stdout
    run.await_output(sentence)

    trouble.unlink()
    run.await_output(f"{name} can work again")
    assert run.run("status").returncode == 0
    assert "All is well" in run.run("why").stdout
    assert run.service(name)["pid"] == pid
    assert run.service(name)["relaunches"] == 0


def unready(run: GuardRun, name: str) -> object:
    return until(lambda: run.service(name)["unready"], f"{name} is told to be unready")


def test_a_path_that_says_nothing_of_why_is_told_too(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text(SERVER, encoding="utf-8")
    (tmp_path / "trouble.json").write_text("<h1>not now</h1>", encoding="utf-8")
    run = guarded("api: exec python server.py $API_PORT", API_READY="/can-you-work")
    run.await_state("api", "READY")
    found = unready(run, "api")
    assert isinstance(found, dict)
    assert found["sentence"] == (
        "api runs, but cannot work: it answers /can-you-work with error 503."
    )
    assert found["fix"] == "make logs p=api"


def test_our_backend_says_why_to_the_guard_and_to_nobody_else(
    guarded: Guarded, tmp_path: Path
) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    run = guarded(
        f"api: cd {ROOT}/webapp/backend && exec uvicorn main:app --fd $API_FD # ${{API_PORT:-1}}",
        API_READY="/ready",
        ACCESS_TOKEN="s3cret",
        DATABASE_URL="",
        DATA_DIR=str(blocked / "data"),
    )
    run.await_state("api", "READY")

    assert str(blocked) in str(unready(run, "api"))
    assert str(blocked) in run.run("doctor", "api").stdout
    assert set(ask(run.ports["api"], "/ready").json()) == {"ready", "engine", "timestamp"}
    blocked.unlink()
    run.await_output("api can work again")
