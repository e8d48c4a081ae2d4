"""Only some lines of a Procfile, others later, and several instances of one."""

import json
import socket
import sys
from pathlib import Path

from tests.stack.conftest import Guarded
from tests.stack.harness import ask, is_free, toy, until

SERVER = f"exec {sys.executable} -m http.server --bind 127.0.0.1"


def test_a_line_that_is_left_out_keeps_off_its_port_until_it_is_started(guarded: Guarded) -> None:
    run = guarded(toy("web"), toy("api"), f"db: {SERVER} $DB_PORT", up=("web",))
    run.await_state("web", "READY")
    for name in ("api", "db"):
        assert run.service(name)["state"] == "STOPPED"
        assert run.service(name)["left_out"]
        with socket.create_server(("127.0.0.1", run.ports[name])):  # somebody else's, meanwhile
            refused = run.run("start", name)
        assert refused.returncode == 1
        assert str(run.ports[name]) in refused.stderr
        assert run.service(name)["state"] == "STOPPED"
        assert is_free(run.ports[name])
    told = run.run("status")
    assert told.returncode == 0
    assert "api was left out; to start it: make start p=api" in told.stdout
    with socket.create_server(("127.0.0.1", run.ports["api"])):  # in a debugger, say
        told = run.run("doctor", "api", "--json")
        assert '"kind": "left-out"' in told.stdout
        checks = json.loads(run.run("doctor", "--json").stdout)["checks"]
    assert [each["title"] for each in checks if not each["ok"] and "api" in each["title"]] == []

    assert run.run("restart").returncode == 0  # all that runs, and nobody else
    assert run.run("start", "api", "db").returncode == 0
    for name in ("api", "db"):
        run.await_state(name, "READY")
        assert ask(run.ports[name]).status == 200
        assert not run.service(name)["left_out"]
    old = run.service("api")["pid"]
    assert run.run("stop", "api").returncode == 0
    run.await_state("api", "STOPPED")
    assert ask(run.ports["api"]).status == 503  # it is one of them now
    assert run.run("restart").returncode == 0
    run.await_new_pid("api", old)


def test_what_was_left_out_stays_out_when_the_settings_are_read_again(guarded: Guarded) -> None:
    run = guarded(toy("web"), toy("api"), up=("web",))
    old = run.await_state("web", "READY")["pid"]
    (run.procfile.parent / ".env").write_text("SOMETHING=else\n")
    run.await_new_pid("web", old)
    assert run.service("api")["state"] == "STOPPED"
    assert is_free(run.ports["api"])


def test_instances_of_a_line_run_side_by_side_on_the_ports_that_follow(
    guarded: Guarded, tmp_path: Path
) -> None:
    run = guarded(
        f"web: echo $WEB_PORT >>$PORT.txt; {SERVER} $WEB_PORT",
        "worker: sleep 1000",
        up=("-m", "web=2,worker=0"),
    )
    first = run.ports["web"]
    old = [run.await_state(name, "READY") for name in ("web.1", "web.2")]
    assert [view["port"] for view in old] == [first, first + 1]
    assert (ask(first).status, ask(first + 1).status) == (200, 200)
    assert (tmp_path / f"{first + 1}.txt").read_text() == f"{first + 1}\n"
    assert run.service("worker")["left_out"]
    assert run.run("why", "web.2").returncode == 0
    told = json.loads(run.run("doctor", "web.2", "--json").stdout)
    assert told["url"] == f"http://localhost:{first + 1}"
    assert told["cause"]["kind"] == "other-family"  # that server binds 127.0.0.1 alone
    assert "web.1, web.2" in run.run("doctor", "web").stderr  # which of them?
    assert run.run("restart", "web").returncode == 0  # both of them
    for view in old:
        run.await_new_pid(view["name"], view["pid"])


def test_a_name_that_there_is_not_is_told_with_those_there_are(guarded: Guarded) -> None:
    run = guarded(toy("web"), toy("api"), up=("wbe",))
    assert run.await_end() == 1
    assert "Procfile has no line 'wbe'; it has: web, api" in run.output()
    other = guarded(toy("web"), toy("api"))
    other.await_state("web", "READY")
    for verb in ("start", "stop", "restart"):
        told = other.run(verb, "wbe")
        assert told.returncode == 1
        assert "Procfile has no line 'wbe'; it has: api, web" in told.stderr
    until(lambda: other.service("web")["state"] == "READY", "web runs on")
