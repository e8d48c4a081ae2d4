"""Settings of the guard that no other test of a running stack would miss: each changes something.

`make sabotage p=setting` deletes the wiring of every setting in a copy, and demands a red test.
"""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import ask, is_free, toy, until
from tests.stack.test_saves import await_restart_by

WORKER = Path(__file__).with_name("slow_to_leave.py")
FOREVER = "3600"
HEALTHY_THERE_ALONE = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/its-health" else 500)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_each_service_is_where_its_setting_says(guarded: Guarded) -> None:
    run = guarded(toy("web"), toy("api"))
    for name in ("web", "api"):
        run.await_state(name, "READY")
        assert ask(run.ports[name]).json()["name"] == name
    assert run.status()["services"][0]["port"] == run.ports["web"]


def test_a_connection_waits_as_long_as_the_setting_says(guarded: Guarded) -> None:
    run = guarded(toy("web", "--slow", "5"), GUARD_PATIENCE_SECONDS=FOREVER)
    until(lambda: not is_free(run.ports["web"]), "the port is held")
    assert ask(run.ports["web"]).json()["name"] == "web"


def test_a_process_has_the_grace_that_the_setting_says(guarded: Guarded) -> None:
    slow = {"GUARD_GRACE_SECONDS": FOREVER, "LEAVING_SECONDS": "6"}
    run = guarded(f"worker: exec python {WORKER}", WORKER_PORT="", **slow)
    run.await_output("working")
    os.kill(run.pid, signal.SIGTERM)
    run.await_end()
    assert "has left\n" in run.output()


def test_the_log_is_printed_for_machines_where_the_setting_says_so(guarded: Guarded) -> None:
    run = guarded("job: echo said; sleep 1000", GUARD_LOG="json")
    run.await_output('"said"')
    os.kill(run.pid, signal.SIGTERM)
    run.await_end()
    assert {"job", "guard"} <= {json.loads(line)["name"] for line in run.output().splitlines()}


def test_the_log_has_no_times_where_the_setting_says_so(guarded: Guarded) -> None:
    run = guarded("job: echo said; sleep 1000", GUARD_LOG_TIME="0")
    run.await_output("said")
    line = next(line for line in run.output().splitlines() if line.endswith("said"))
    assert line.startswith("job"), line


def test_the_guards_own_files_are_where_the_setting_says(guarded: Guarded, tmp_path: Path) -> None:
    run = guarded(toy("web"), GUARD_DIR="its/own")
    run.await_state("web", "READY")
    assert {"lock", "token", "logs"} <= {each.name for each in (tmp_path / "its/own").iterdir()}
    assert not (tmp_path / ".guard").exists()


@pytest.mark.parametrize("name", ["web", "api"])
def test_a_save_restarts_the_service_whose_setting_names_the_folder(
    guarded: Guarded, tmp_path: Path, name: str
) -> None:
    (tmp_path / "src").mkdir()
    run = guarded(toy(name), **{f"{name.upper()}_WATCH": "src"})
    run.await_state(name, "READY")
    await_restart_by(run, tmp_path / "src/main.py")


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux'")
@pytest.mark.parametrize("polling", ["true", ""])
def test_files_are_looked_at_where_the_setting_says_so(
    guarded: Guarded, tmp_path: Path, polling: str
) -> None:
    (tmp_path / "src").mkdir()
    # In a file: what stands in the environment, watchfiles reads by itself.
    (tmp_path / ".env").write_text(f"WATCHFILES_FORCE_POLLING={polling}\n", encoding="utf-8")
    run = guarded(toy("api"), API_WATCH="src")
    run.await_state("api", "READY")
    await_restart_by(run, tmp_path / "src/main.py")
    opened = {each.readlink().name for each in Path(f"/proc/{run.pid}/fd").iterdir()}
    assert ("anon_inode:inotify" in opened) is not bool(polling)


@pytest.mark.own_error("/")
@pytest.mark.parametrize("name", ["web", "api"])
def test_a_service_is_up_when_the_path_that_its_setting_names_answers(
    guarded: Guarded, tmp_path: Path, name: str
) -> None:
    (tmp_path / "server.py").write_text(HEALTHY_THERE_ALONE, encoding="utf-8")
    line = f"{name}: exec python server.py ${name.upper()}_PORT"
    run = guarded(line, **{f"{name.upper()}_HEALTH": "/its-health"})
    run.await_state(name, "READY")
