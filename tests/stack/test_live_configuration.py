"""An edited Procfile or `.env` changes exactly what it concerns, while everything runs."""

import os
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack.conftest import Guarded
from tests.stack.harness import GuardRun, ask, is_free, is_gone, kill, toy, until, visits

PAIR = (toy("web"), toy("api"))
STAND_IN = Path(__file__).with_name("stand_in.py")


def save(path: Path, *lines: str) -> None:
    """Save as an editor does: beside it, then in its place."""
    new = path.with_name(f".{path.name}.swp")
    new.write_text("".join(f"{line}\n" for line in lines))
    new.replace(path)


def start(guarded: Guarded, *lines: str, env: str = "") -> tuple[GuardRun, dict[str, int]]:
    """Start a stack whose ports stand in `.env`, where they can be changed; answer its pids."""
    run = guarded(*lines, started=False)
    for name in ("web", "api"):
        run.environment.pop(f"{name.upper()}_PORT", None)
    save_env(run, env)
    run.start()
    names = [line.partition(":")[0] for line in lines]
    return run, {name: run.await_state(name, "READY")["pid"] for name in names}


def save_env(run: GuardRun, *more: str, **ports: int) -> None:
    known = {name: port for name, port in run.ports.items() if name != "guard"}
    lines = [f"{name.upper()}_PORT={port}" for name, port in {**known, **ports}.items()]
    save(run.procfile.with_name(".env"), *lines, *more)


@pytest.mark.fault(row="F19")
def test_only_the_service_whose_line_changed_is_restarted(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    with visits(run.ports["api"], answers=20):
        save(run.procfile, toy("web"), f"{toy('api')} # changed")
        run.await_new_pid("api", old["api"])
    assert run.service("web")["pid"] == old["web"]
    assert run.service("api")["relaunches"] == 0


@pytest.mark.fault(row="F19")
def test_a_new_line_becomes_a_service_and_a_deleted_one_leaves(
    guarded: Guarded, free_port: Callable[[], int]
) -> None:
    run, old = start(guarded, *PAIR)
    port = free_port()
    docs = toy("docs").replace("# ${DOCS_PORT:-1}", f"# ${{DOCS_PORT:-{port}}}")
    save(run.procfile, *PAIR, docs)
    view = run.await_state("docs", "READY")
    assert view["url"] == f"http://localhost:{port}"
    assert ask(port).json()["name"] == "docs"
    assert {name: run.service(name)["pid"] for name in old} == old
    run.post("/api/services/api/restart")
    fresh = run.await_new_pid("api", old["api"])
    environment = Path(f"/proc/{fresh}/environ").read_bytes()
    assert f"DOCS_URL=http://localhost:{port}".encode() in environment
    save(run.procfile, *PAIR)
    until(lambda: run.service("docs") == {}, "docs has left")
    assert is_gone(view["pid"])
    assert is_free(port)
    assert run.service("web")["pid"] == old["web"]
    save(run.procfile, *PAIR, docs)
    run.await_state("docs", "READY")


@pytest.mark.fault(row="F19")
def test_a_changed_port_is_taken_before_and_the_old_one_left_after(
    guarded: Guarded, free_port: Callable[[], int]
) -> None:
    run, old = start(guarded, *PAIR)
    before, after = run.ports["web"], free_port()
    save_env(run, web=after)
    until(lambda: run.service("web").get("port") == after, "the new port is known")
    run.await_new_pid("web", old["web"])
    assert ask(after).json()["name"] == "web"
    until(lambda: is_free(before), "the old port is free")
    # Its neighbour finds it by WEB_URL, which changed.
    assert run.await_new_pid("api", old["api"])


@pytest.mark.fault(row="F19")
def test_a_broken_service_may_be_deleted_and_comes_back(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    save(run.procfile, toy("web"), toy("api").replace("python", "no-such-program"))
    run.await_state("api", "BROKEN")
    assert ask(run.ports["api"]).status == 503
    save(run.procfile, toy("web"))
    until(lambda: run.service("api") == {}, "api has left")
    # The descriptors that it had belong to others by now.
    for _ in range(20):
        assert ask(run.ports["guard"], "/api/status").status == 200
    save(run.procfile, *PAIR)
    run.await_state("api", "READY")
    assert run.service("web")["pid"] == old["web"]
    os.kill(run.pid, signal.SIGINT)
    assert run.await_end() == 130


@pytest.mark.fault(row="F19")
def test_a_line_put_in_front_moves_the_others_to_the_ports_that_follow(
    guarded: Guarded, free_port: Callable[[], int]
) -> None:
    run = guarded("a: python stand_in.py $PORT", "b: python stand_in.py $PORT", started=False)
    shutil.copy(STAND_IN, run.procfile.parent)
    for name in ("A_PORT", "B_PORT"):
        run.environment.pop(name)
    run.environment["PORT"] = str(first := free_port())
    run.start()
    for name in ("a", "b"):
        run.await_state(name, "READY")
    save(run.procfile, *(f"{name}: python stand_in.py $PORT" for name in ("new", "a", "b")))
    for name, port in (("new", first), ("a", first + 100), ("b", first + 200)):
        view = until(
            lambda name=name, port=port: (  # type: ignore[misc]
                view if (view := run.service(name)).get("port") == port else None
            ),
            f"{name} has port {port}",
        )
        assert run.await_state(name, "READY")["port"] == port, view
    assert "BROKEN" not in run.output()
    assert "is broken" not in run.output()


@pytest.mark.fault(row="F19")
def test_services_may_swap_their_ports(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    with visits(run.ports["web"], answers=20), visits(run.ports["api"], answers=20):
        save_env(run, web=run.ports["api"], api=run.ports["web"])
        for name in old:
            run.await_new_pid(name, old[name])
    assert ask(run.ports["api"]).json()["name"] == "web"
    assert ask(run.ports["web"]).json()["name"] == "api"


@pytest.mark.fault(row="F19")
def test_a_service_may_be_renamed_and_keeps_its_port(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    port = run.ports["web"]
    with visits(port, answers=20):
        save(
            run.procfile, toy("site").replace("# ${SITE_PORT:-1}", f"# ${{SITE_PORT:-{port}}}"),
            PAIR[1],
        )  # fmt: skip
        run.await_state("site", "READY")
        until(lambda: run.service("web") == {}, "web has left")
    assert ask(port).json()["name"] == "site"
    assert is_gone(old["web"])


@pytest.mark.fault(row="F19")
def test_a_line_may_begin_to_take_its_socket_from_the_guard_and_cease_to(guarded: Guarded) -> None:
    alone = toy("api").replace("API_FD=$API_FD ", "")
    run, old = start(guarded, PAIR[0], alone)
    assert not run.service("api")["held"]
    save(run.procfile, *PAIR)
    pid = run.await_new_pid("api", old["api"])
    assert run.service("api")["held"]
    with visits(run.ports["api"], answers=20) as seen:
        kill(pid, seen)
        pid = run.await_new_pid("api", pid)
    save(run.procfile, PAIR[0], alone)
    run.await_new_pid("api", pid)
    assert not run.service("api")["held"]
    assert ask(run.ports["api"]).json()["name"] == "api"
    assert "the stack runs on as it was" not in run.output()


@pytest.mark.fault(row="F19")
def test_a_variable_restarts_those_that_see_it_and_the_guards_own_nobody(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    save_env(run, "GUARD_PATIENCE_SECONDS=0.5", "API_HEALTH=/")
    save_env(run, "GUARD_PATIENCE_SECONDS=0.5", "API_HEALTH=/", "GREETING=hello world")
    for name, pid in old.items():
        fresh = run.await_new_pid(name, pid)
        assert b"GREETING=hello world\0" in Path(f"/proc/{fresh}/environ").read_bytes()
    assert run.output().count("the settings of web changed") == 1


INVALID = {
    "no line": ("this is no line", "Procfile:3: not of the form `name: command`"),
    "twice": (toy("web"), "Procfile:3: `web` is already on line 1"),
    "twin": ("WEB: sleep 1", "Procfile:3: `WEB` and `web` would share"),
}


@pytest.mark.fault(row="F19")
@pytest.mark.parametrize("case", INVALID)
def test_an_invalid_procfile_is_one_error_and_the_old_stack_runs_on(
    guarded: Guarded, case: str
) -> None:
    line, message = INVALID[case]
    run, old = start(guarded, *PAIR)
    save(run.procfile, *PAIR, line)
    run.await_output("the stack runs on as it was")
    assert run.output().count(message) == 1
    assert {name: run.service(name)["pid"] for name in old} == old
    save(run.procfile, PAIR[0], f"{PAIR[1]} # mended")
    run.await_new_pid("api", old["api"])
    assert run.service("web")["pid"] == old["web"]


@pytest.mark.fault(row="F19")
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("WEB_PORT=high", "WEB_PORT=high: must be a port"),
        ("'", ".env:3: cannot be read"),
        ("GUARD_RELAUNCH=never", "GUARD_RELAUNCH=never: must be `stack` or `process`"),
        ("GUARD_GRACE_SECONDS=-1", "GUARD_GRACE_SECONDS=-1: must be seconds"),
    ],
)
def test_an_invalid_env_is_one_error_and_the_old_stack_runs_on(
    guarded: Guarded, line: str, message: str
) -> None:
    run, old = start(guarded, *PAIR)
    save_env(run, line)
    run.await_output("the stack runs on as it was until the file is saved again")
    run.await_output("fix: correct the above, and save it")
    assert run.output().count(message) == 1
    save_env(run)
    run.await_output("what was saved is in force again")
    assert {name: run.service(name)["pid"] for name in old} == old


@pytest.mark.fault(row="F19")
def test_a_new_port_that_a_stranger_has_changes_nothing(
    guarded: Guarded, free_port: Callable[[], int]
) -> None:
    run, old = start(guarded, *PAIR)
    mine, free = free_port(), free_port()
    with socket.create_server(("127.0.0.1", mine)):
        save_env(run, web=free, api=mine)
        run.await_output("the stack runs on as it was")
        assert f"port {mine} (API_PORT) is held by another process" in run.output()
        assert f"pid {os.getpid()}" in run.output()
    assert {name: run.service(name)["pid"] for name in old} == old
    assert run.service("web")["port"] == run.ports["web"]
    assert is_free(free)
    assert ask(run.ports["web"]).json()["pid"] == old["web"]


@pytest.mark.fault(row="F19")
def test_a_port_that_the_service_itself_listens_on_may_become_its_own(
    guarded: Guarded, free_port: Callable[[], int]
) -> None:
    """As `doctor` and the log advise for a server that listens elsewhere than it should."""
    elsewhere = free_port()
    line = f"web: exec python -m http.server --bind 127.0.0.1 {elsewhere} # $WEB_PORT"
    run = guarded(line, started=False)
    run.environment.pop("WEB_PORT")
    save_env(run)
    run.start()
    until(lambda: not is_free(elsewhere), "it listens elsewhere")
    save_env(run, web=elsewhere)
    run.await_state("web", "READY")
    assert run.service("web")["port"] == elsewhere
    assert ask(elsewhere).status == 200
    assert "is held by" not in run.output()


@pytest.mark.fault(row="F19")
def test_a_procfile_that_is_gone_for_a_while_changes_nothing(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    lines = run.procfile.read_text().splitlines()
    run.procfile.unlink()
    run.await_output("there is no such Procfile")
    save(run.procfile, lines[0], f"{lines[1]} # back")
    run.await_new_pid("api", old["api"])
    assert run.service("web")["pid"] == old["web"]


@pytest.mark.fault(row="F19")
def test_what_the_user_stopped_stays_stopped_whatever_is_edited(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    run.post("/api/services/web/stop")
    run.await_state("web", "STOPPED")
    save(run.procfile, f"{PAIR[0]} # changed", f"{PAIR[1]} # changed")
    run.await_new_pid("api", old["api"])
    assert run.service("web")["state"] == "STOPPED"


@pytest.mark.fault(row="F19")
def test_the_guards_own_port_may_move(guarded: Guarded, free_port: Callable[[], int]) -> None:
    run = guarded(*PAIR, started=False)
    before, after = run.ports["guard"], free_port()
    del run.environment["GUARD_PORT"]
    env = run.procfile.with_name(".env")
    save(env, f"GUARD_PORT={before}")
    run.start()
    old = run.await_state("web", "READY")["pid"]
    save(env, f"GUARD_PORT={after}")
    until(lambda: not is_free(after), "the guard is on its new port")
    run.ports = {**run.ports, "guard": after}
    run.await_new_pid("web", old)
    assert run.post("/api/services/web/restart").status == 202
    assert is_free(before)


@pytest.mark.fault(row="F19")
def test_the_guard_can_be_asked_and_ended_while_a_file_is_invalid(guarded: Guarded) -> None:
    run, old = start(guarded, *PAIR)
    run.environment.pop("GUARD_PORT")  # its lock tells
    save_env(run, "GUARD_PATIENCE_SECONDS=soon")
    run.await_output("the stack runs on as it was")
    status = run.run("status")
    assert "must be seconds" in status.stderr
    assert str(old["web"]) in status.stdout
    assert run.run("restart", "no such").stderr.startswith("GUARD_PATIENCE_SECONDS=soon: ")
    assert "no line 'no such'" in run.run("restart", "no such").stderr
    assert run.run("stop").returncode == 0
    assert run.await_end() == 0
